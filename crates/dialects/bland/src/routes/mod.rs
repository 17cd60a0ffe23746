//! Thin handlers, one file a resource: they read the request, call registry or engine, and write the answer.

mod account;
pub(crate) mod answer;
mod calls;
mod query;
mod secrets;
mod tools;
mod trials;

use axum::Router;
use axum::middleware;
use axum::routing::{MethodRouter, get, post};
use hookswitch_api::{ErrorShape, Failure, NoteRouteLayer, answer_once};

use crate::{Bland, BlandState};

pub(crate) fn router(state: BlandState) -> Router {
    let router = [
        ("/v1/tools", get(tools::list).post(tools::create)),
        ("/v1/tools/{id}", get(tools::show).post(tools::update).delete(tools::delete)),
        ("/v1/tools/{id}/test", post(trials::run)),
        ("/v1/calls", post(calls::send)),
        ("/v1/calls/{id}", get(calls::show)),
        ("/v1/secrets", get(secrets::list).post(secrets::set)),
        ("/v1/secrets/{name}", axum::routing::delete(secrets::delete)),
        ("/v1/me", get(account::me)),
    ]
    .into_iter()
    .fold(Router::new(), with_and_without_slash);
    router
        .method_not_allowed_fallback(|| async { Bland::render(&Failure::MethodNotAllowed) })
        .route_layer(middleware::from_fn_with_state(state.clone(), answer_once::<BlandState, Bland>))
        .route_layer(NoteRouteLayer)
        .fallback(|| async { Bland::render(&Failure::NotFound("path")) })
        .with_state(state)
}

/// A slash at the end makes no difference.
fn with_and_without_slash(
    router: Router<BlandState>,
    (path, methods): (&'static str, MethodRouter<BlandState>),
) -> Router<BlandState> {
    router.route(path, methods.clone()).route(&format!("{path}/"), methods)
}
