//! Counts for metrics: plain atomics, read when somebody asks.

use std::sync::atomic::{AtomicU64, Ordering};

use hookswitch_model::Outcome;

/// The words of [`EngineCounters::outcomes`], in its order.
pub const KIND_LABELS: [&str; 5] = ["done", "failed", "unknown", "refused", "cancelled"];

/// What the engine did so far.
#[derive(Debug, Default)]
pub struct EngineCounters {
    outcomes: [AtomicU64; 5],
    timed_out: AtomicU64,
    replayed: AtomicU64,
    joined: AtomicU64,
    attempts: AtomicU64,
    late: AtomicU64,
    sessions: AtomicU64,
    duration_us: AtomicU64,
}

impl EngineCounters {
    pub(crate) fn ended(&self, outcome: Outcome, timed_out: bool, total_us: u64) {
        let at = Outcome::ALL.iter().position(|other| *other == outcome).unwrap_or(0);
        self.outcomes[at].fetch_add(1, Ordering::Relaxed);
        self.duration_us.fetch_add(total_us, Ordering::Relaxed);
        if timed_out {
            self.timed_out.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(crate) fn attempted(&self) {
        self.attempts.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn answered_by_another(&self, replayed: bool) {
        let counter = if replayed { &self.replayed } else { &self.joined };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn came_late(&self) {
        self.late.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn session_started(&self) {
        self.sessions.fetch_add(1, Ordering::Relaxed);
    }

    /// Executions by outcome, in the order of [`KIND_LABELS`].
    pub fn outcomes(&self) -> [u64; 5] {
        std::array::from_fn(|at| self.outcomes[at].load(Ordering::Relaxed))
    }

    /// Executions that were answered with the soft timeout.
    pub fn timed_out(&self) -> u64 {
        self.timed_out.load(Ordering::Relaxed)
    }

    /// Calls answered from a finished act.
    pub fn replayed(&self) -> u64 {
        self.replayed.load(Ordering::Relaxed)
    }

    /// Calls that joined a running one.
    pub fn joined(&self) -> u64 {
        self.joined.load(Ordering::Relaxed)
    }

    /// Attempts of webhooks.
    pub fn attempts(&self) -> u64 {
        self.attempts.load(Ordering::Relaxed)
    }

    /// Results that came after the soft timeout.
    pub fn late(&self) -> u64 {
        self.late.load(Ordering::Relaxed)
    }

    /// Sessions started.
    pub fn sessions(&self) -> u64 {
        self.sessions.load(Ordering::Relaxed)
    }

    /// Sum of the times of all executions, in microseconds.
    pub fn duration_us(&self) -> u64 {
        self.duration_us.load(Ordering::Relaxed)
    }
}
