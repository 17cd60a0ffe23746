//! Wire types of the native API and their way to and from the model. Pure: no I/O, no clock, no web framework.

pub mod account;
pub mod agent;
pub(crate) mod brain;
pub mod call;
pub mod draft;
pub mod event;
pub mod event_webhook;
pub mod execution;
pub mod failure;
pub mod finding;
pub(crate) mod ids;
pub mod lambda;
pub mod link_token;
pub mod list;
pub mod lowering;
pub mod master_key;
pub(crate) mod mock;
pub mod patch;
pub mod problem;
pub mod secret;
pub mod session;
pub mod socket;
pub mod summary;
pub mod tool;
pub mod trial;
pub mod turn;
pub(crate) mod words;

/// Microseconds as milliseconds with three digits behind the point.
pub(crate) fn millis(micros: u64) -> f64 {
    micros as f64 / 1000.0
}
