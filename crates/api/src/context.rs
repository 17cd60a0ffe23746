//! What belongs to one request and is needed far from it: its id, the route it matched.

use std::cell::{Cell, OnceCell};
use std::sync::Arc;

use axum::extract::MatchedPath;
use hookswitch_model::RequestId;
use hookswitch_registry::Caller;

use crate::rate::{Limiter, TooMany};

tokio::task_local! {
    static CURRENT: RequestContext;
}

/// How a request reached the routes that answer it.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// How the server is seen from outside, without a slash at the end; empty when nobody said.
    pub public_url: Arc<str>,
    /// The path below which the routes are mounted, `/pyai`; empty at the root of a host.
    pub prefix: &'static str,
    /// The name of the routes' dialect; keeps apart what two of them have under the same path.
    pub dialect: &'static str,
    /// How many requests the routes take of a caller; `None`: as many as come.
    pub limiter: Option<Arc<Limiter>>,
}

/// One request of ours. Ids are made here; none is accepted from outside.
#[derive(Debug)]
pub struct RequestContext {
    id: RequestId,
    seen: Seen,
    route: OnceCell<MatchedPath>,
    /// Whether the request has been counted against its caller's limit.
    is_counted: Cell<bool>,
}

impl RequestContext {
    /// Runs the work of a request; gives its answer with the route that it matched.
    pub async fn run<T>(
        id: RequestId,
        seen: Seen,
        work: impl Future<Output = T>,
    ) -> (T, Option<MatchedPath>) {
        let context = Self { id, seen, route: OnceCell::new(), is_counted: Cell::new(false) };
        CURRENT
            .scope(context, async {
                let answer = work.await;
                let route = CURRENT.with(|context| context.route.get().cloned());
                (answer, route)
            })
            .await
    }

    /// Binds work that moves to a task of its own to the request that is being worked on.
    pub(crate) fn carry<T>(work: impl Future<Output = T>) -> impl Future<Output = T> {
        let copy = |now: &Self| Self {
            id: now.id,
            seen: now.seen.clone(),
            route: now.route.clone(),
            is_counted: now.is_counted.clone(),
        };
        let here = CURRENT.try_with(copy).ok();
        async move {
            match here {
                Some(copy) => CURRENT.scope(copy, work).await,
                None => work.await,
            }
        }
    }

    pub(crate) fn note_route(route: &MatchedPath) {
        // Outside of a request (a router under test) there is nothing to note.
        let _ = CURRENT.try_with(|context| context.route.set(route.clone()));
    }
}

/// Counts the request that is being worked on against its caller's limit: once, however often it is asked.
pub(crate) fn admit(caller: &Caller) -> Result<(), TooMany> {
    let count = |context: &RequestContext| match &context.seen.limiter {
        Some(limiter) if !context.is_counted.replace(true) => {
            limiter.admit(caller, context.route.get().map_or("", MatchedPath::as_str))
        }
        _ => Ok(()),
    };
    CURRENT.try_with(count).unwrap_or(Ok(()))
}

/// The limits of the routes that answer this request.
pub fn limiter() -> Option<Arc<Limiter>> {
    CURRENT.try_with(|context| context.seen.limiter.clone()).ok().flatten()
}

/// The id of the request that is being worked on; none outside of one.
pub fn request_id() -> Option<RequestId> {
    CURRENT.try_with(|context| context.id).ok()
}

/// How the server is seen from outside, without a slash at the end; empty when nobody said.
pub fn public_url() -> Arc<str> {
    CURRENT.try_with(|context| Arc::clone(&context.seen.public_url)).unwrap_or_default()
}

/// How the routes that answer this request are seen from outside: [`public_url`] and the path they are mounted at.
pub fn base_url() -> String {
    CURRENT
        .try_with(|context| format!("{}{}", context.seen.public_url, context.seen.prefix))
        .unwrap_or_default()
}

/// The path at which the routes that answer this request are mounted; empty at the root of a host.
pub fn mount_prefix() -> &'static str {
    CURRENT.try_with(|context| context.seen.prefix).unwrap_or_default()
}

/// The dialect of the routes that answer this request; empty outside of one.
pub(crate) fn dialect() -> &'static str {
    CURRENT.try_with(|context| context.seen.dialect).unwrap_or_default()
}
