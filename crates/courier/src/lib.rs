//! Carries what happens in sessions to the customer's webhooks.
//!
//! The outbox is written in the commit of the event (`store`), so nothing is lost with the process; here it is
//! emptied: at least once, under the same id, in the order of a session's numbers for each webhook. A delivery that
//! fails holds back the later ones of its session only, is sent again with growing pauses, and is given up after
//! [`Settings::retry_for`]. A webhook to which nothing got through for [`Settings::disable_after`] is switched off.

mod call_log;
mod message;
mod pause;
mod send;
mod worker;

use std::sync::Arc;
use std::time::Duration;

use hookswitch_egress::Client;
use hookswitch_model::NodeId;
use hookswitch_registry::Registry;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// What the courier does at most and how long it tries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// How long a delivery is tried before it is given up.
    pub retry_for: Duration,
    /// How long nothing may get through to a webhook before it is switched off.
    pub disable_after: Duration,
    /// How long a receiver has for its answer.
    pub timeout: Duration,
    /// Requests at once, over all webhooks.
    pub at_once: usize,
    /// Requests at once to one webhook.
    pub at_once_each: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            retry_for: Duration::from_hours(24),
            disable_after: Duration::from_hours(72),
            timeout: Duration::from_secs(15),
            at_once: 32,
            at_once_each: 8,
        }
    }
}

/// The courier; cheap to clone.
#[derive(Debug, Clone)]
pub struct Courier {
    inner: Arc<Inner>,
}

struct Inner {
    registry: Registry,
    egress: Client,
    node: NodeId,
    settings: Settings,
    stopping: CancellationToken,
    tasks: TaskTracker,
}

impl std::fmt::Debug for Inner {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Courier").field("node", &self.node).finish_non_exhaustive()
    }
}

impl Courier {
    /// A courier of a node over the store of a registry.
    pub fn new(registry: Registry, egress: Client, node: NodeId, settings: Settings) -> Self {
        let (stopping, tasks) = (CancellationToken::new(), TaskTracker::new());
        Self { inner: Arc::new(Inner { registry, egress, node, settings, stopping, tasks }) }
    }

    /// Starts the work; it ends with [`Self::stop`].
    pub fn start(&self) {
        let inner = Arc::clone(&self.inner);
        self.inner.tasks.spawn(worker::run(inner));
    }

    /// Takes nothing new and waits for the requests under way, at most `time`. What is cut off is sent again.
    pub async fn stop(&self, time: Duration) {
        self.inner.stopping.cancel();
        self.inner.tasks.close();
        if tokio::time::timeout(time, self.inner.tasks.wait()).await.is_err() {
            tracing::warn!("deliveries of events were cut off; they are sent again");
        }
    }
}
