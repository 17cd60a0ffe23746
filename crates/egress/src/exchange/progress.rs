//! How far a request has come, readable when its future is gone.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use parking_lot::Mutex;

use crate::{
    connect::Gate,
    error::{MaybeSent, NotSent, SendError},
};

/// Shared between a request's future and the deadline around it.
#[derive(Default)]
pub(super) struct Progress {
    /// The gate of the connection that has the request now.
    gate: Mutex<Option<Arc<Gate>>>,
    /// A redirect was followed, so an earlier request was sent.
    redirected: AtomicBool,
}

impl Progress {
    pub(super) fn on_connection(&self, gate: &Arc<Gate>) {
        *self.gate.lock() = Some(Arc::clone(gate));
    }

    pub(super) fn between_connections(&self) {
        *self.gate.lock() = None;
    }

    pub(super) fn redirected(&self) {
        self.redirected.store(true, Ordering::Release);
        self.between_connections();
    }

    /// The deadline passed: seals the gate, so that what has not left never leaves.
    pub(super) fn timed_out(&self) -> SendError {
        let unsent = self.gate.lock().as_ref().is_none_or(|gate| gate.seal());
        if unsent { NotSent::Deadline.into() } else { MaybeSent::Timeout.into() }
    }

    /// What an error of the current hop means for the request as a whole.
    pub(super) fn judge(&self, error: SendError) -> SendError {
        match error {
            SendError::NotSent(reason) if self.redirected.load(Ordering::Acquire) => {
                MaybeSent::Redirected(reason).into()
            }
            other => other,
        }
    }
}
