//! What belongs to one request and is needed far from it: its id, the route it matched.

use std::cell::OnceCell;
use std::sync::Arc;

use axum::extract::MatchedPath;
use hookswitch_model::RequestId;

tokio::task_local! {
    static CURRENT: RequestContext;
}

/// One request of ours. Ids are made here; none is accepted from outside.
#[derive(Debug)]
pub struct RequestContext {
    id: RequestId,
    public_url: Arc<str>,
    route: OnceCell<MatchedPath>,
}

impl RequestContext {
    /// Runs the work of a request; gives its answer with the route that it matched.
    pub async fn run<T>(
        id: RequestId,
        public_url: Arc<str>,
        work: impl Future<Output = T>,
    ) -> (T, Option<MatchedPath>) {
        let context = Self { id, public_url, route: OnceCell::new() };
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
        let here = CURRENT.try_with(|now| (now.id, Arc::clone(&now.public_url))).ok();
        async move {
            match here {
                Some((id, public_url)) => {
                    CURRENT.scope(Self { id, public_url, route: OnceCell::new() }, work).await
                }
                None => work.await,
            }
        }
    }

    pub(crate) fn note_route(route: &MatchedPath) {
        // Outside of a request (a router under test) there is nothing to note.
        let _ = CURRENT.try_with(|context| context.route.set(route.clone()));
    }
}

/// The id of the request that is being worked on; none outside of one.
pub fn request_id() -> Option<RequestId> {
    CURRENT.try_with(|context| context.id).ok()
}

/// How the server is seen from outside, without a slash at the end; empty when nobody said.
pub fn public_url() -> Arc<str> {
    CURRENT.try_with(|context| Arc::clone(&context.public_url)).unwrap_or_default()
}
