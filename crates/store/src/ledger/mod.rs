//! The ledger: what sessions write, through one task that commits in groups.
//!
//! Every caller of [`Writer::intent`], [`Writer::outcome`] or [`Writer::settle`] waits until its rows are flushed.
//! One flush costs the same for one row as for a hundred, so the task takes all that waits, intents first, commits
//! once and wakes all. Records of reads, events and the like are not waited for: they go together after 200 ms, with
//! a commit that is made anyway or one of their own.
//!
//! A batch is one transaction. When one of its rows is bad, the batch is rolled back and its jobs are tried one by
//! one, so that only the bad one fails.

mod batch;
mod commit;
mod error;
mod intent;
mod job;
mod outcome;
mod rest;
mod room;
mod stats;
mod task;
mod writer;

pub use error::LedgerError;
pub use job::ActOutcome;
pub use room::Room;
pub use stats::WriterStats;
pub use writer::{Writer, WriterOptions};
