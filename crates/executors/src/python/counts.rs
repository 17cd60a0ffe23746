//! What calls came to, for metrics.

use std::sync::atomic::{AtomicU64, Ordering};

use hookswitch_sandbox::{CallOutcome, FailureKind};

/// Running totals.
#[derive(Debug, Default)]
pub struct Counts {
    calls: AtomicU64,
    warm: AtomicU64,
    failed: AtomicU64,
    timed_out: AtomicU64,
    memory: AtomicU64,
    busy: AtomicU64,
    wall_us: AtomicU64,
}

/// The totals at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CountsNow {
    /// Calls of code.
    pub calls: u64,
    /// Of those, calls for which a process was waiting with the tool loaded.
    pub warm: u64,
    /// Calls without a value, for whatever reason.
    pub failed: u64,
    /// Calls that were stopped at their deadline.
    pub timed_out: u64,
    /// Calls that wanted more memory than they may have.
    pub memory: u64,
    /// Calls that found no place in time.
    pub busy: u64,
    /// Time of all calls, microseconds.
    pub wall_us: u64,
}

impl Counts {
    pub(super) fn note(&self, outcome: &CallOutcome) {
        let add = |counter: &AtomicU64, number: u64| {
            counter.fetch_add(number, Ordering::Relaxed);
        };
        add(&self.calls, 1);
        add(&self.warm, u64::from(outcome.warm));
        add(&self.wall_us, u64::try_from(outcome.wall.as_micros()).unwrap_or(u64::MAX));
        if let Err(failure) = &outcome.result {
            add(&self.failed, 1);
            match failure.kind {
                FailureKind::Timeout => add(&self.timed_out, 1),
                FailureKind::MemoryLimit => add(&self.memory, 1),
                FailureKind::Busy => add(&self.busy, 1),
                _ => {}
            }
        }
    }

    /// Reads all totals.
    pub fn now(&self) -> CountsNow {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        CountsNow {
            calls: read(&self.calls),
            warm: read(&self.warm),
            failed: read(&self.failed),
            timed_out: read(&self.timed_out),
            memory: read(&self.memory),
            busy: read(&self.busy),
            wall_us: read(&self.wall_us),
        }
    }
}
