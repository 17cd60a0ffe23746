//! Notes which route a request matched, for metrics and the access log. Adds no allocation to a request.

use std::task::{Context, Poll};

use axum::extract::MatchedPath;
use http::Request;
use tower::{Layer, Service};

use crate::context::RequestContext;

/// Puts [`NoteRoute`] around the routes of a router (`Router::route_layer`).
#[derive(Debug, Clone, Copy, Default)]
pub struct NoteRouteLayer;

impl<S> Layer<S> for NoteRouteLayer {
    type Service = NoteRoute<S>;

    fn layer(&self, inner: S) -> NoteRoute<S> {
        NoteRoute { inner }
    }
}

/// Notes the matched route in the context of the request.
#[derive(Debug, Clone)]
pub struct NoteRoute<S> {
    inner: S,
}

impl<S, B> Service<Request<B>> for NoteRoute<S>
where
    S: Service<Request<B>>,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> S::Future {
        if let Some(route) = request.extensions().get::<MatchedPath>() {
            RequestContext::note_route(route);
        }
        self.inner.call(request)
    }
}
