//! One call's use of the proxy: its budget, whether it reached anything, its end.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use super::{ProxyLimits, Reached};

/// A call that runs.
#[derive(Debug)]
pub(super) struct Call {
    /// Whose listener its connections must come in on.
    pub(super) owner: String,
    places: Arc<Semaphore>,
    connections_left: AtomicU32,
    bytes_left: AtomicU64,
    reached: AtomicBool,
    ended: watch::Sender<bool>,
}

impl Call {
    pub(super) fn new(owner: &str, limits: ProxyLimits) -> Self {
        Self {
            owner: owner.to_owned(),
            places: Arc::new(Semaphore::new(limits.connections_at_once)),
            connections_left: AtomicU32::new(limits.connections),
            bytes_left: AtomicU64::new(limits.bytes),
            reached: AtomicBool::new(false),
            ended: watch::Sender::new(false),
        }
    }

    /// The right to make one more connection; none when there are enough.
    pub(super) fn place(&self) -> Option<OwnedSemaphorePermit> {
        let place = Arc::clone(&self.places).try_acquire_owned().ok()?;
        let less = |left: u32| left.checked_sub(1);
        self.connections_left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less).ok()?;
        Some(place)
    }

    /// Takes bytes from what the call may move; `false` when there are not so many left.
    pub(super) fn spend(&self, bytes: usize) -> bool {
        let less = |left: u64| left.checked_sub(bytes as u64);
        self.bytes_left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less).is_ok()
    }

    /// A connection to the outside is there.
    pub(super) fn note_reached(&self) {
        self.reached.store(true, Ordering::Release);
    }

    /// Closes everything that it has open.
    pub(super) fn end(&self) -> Reached {
        self.ended.send_replace(true);
        if self.reached.load(Ordering::Acquire) { Reached::Something } else { Reached::Nothing }
    }

    /// Waits for its end.
    pub(super) async fn ended(&self) {
        // An error would mean that the call is gone, and with it its end.
        let _ = self.ended.subscribe().wait_for(|ended| *ended).await;
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_call_uses_up_what_it_may() {
        let limits =
            ProxyLimits { connections_at_once: 1, connections: 2, bytes: 10, ..ProxyLimits::default() };
        let call = Call::new("a", limits);
        let first = call.place().unwrap();
        assert!(call.place().is_none(), "one at a time");
        drop(first);
        drop(call.place().unwrap());
        assert!(call.place().is_none(), "two in all");
        assert!(call.spend(10) && !call.spend(1) && call.spend(0));
        assert_eq!(call.end(), Reached::Nothing);
        call.note_reached();
        assert_eq!(call.end(), Reached::Something);
    }
}
