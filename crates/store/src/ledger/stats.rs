//! What the writer has done so far.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counts since the writer started. For the metrics, and for the test that counts flushes per answered act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WriterStats {
    /// Commits: each is one flush of the disk.
    pub commits: u64,
    /// Rows written.
    pub rows: u64,
    /// Jobs stored: intents, outcomes and those that nobody waits for.
    pub jobs: u64,
    /// Batches that failed and were tried again in pieces.
    pub split_batches: u64,
    /// Jobs that nobody waits for and that could not be stored.
    pub dropped: u64,
}

#[derive(Debug, Default)]
pub(super) struct Counters {
    pub(super) commits: AtomicU64,
    pub(super) rows: AtomicU64,
    pub(super) jobs: AtomicU64,
    pub(super) split_batches: AtomicU64,
    pub(super) dropped: AtomicU64,
}

pub(super) fn add(counter: &AtomicU64, count: usize) {
    counter.fetch_add(count as u64, Ordering::Relaxed);
}

impl Counters {
    pub(super) fn read(&self) -> WriterStats {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        WriterStats {
            commits: read(&self.commits),
            rows: read(&self.rows),
            jobs: read(&self.jobs),
            split_batches: read(&self.split_batches),
            dropped: read(&self.dropped),
        }
    }
}
