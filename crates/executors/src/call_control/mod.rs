//! Call-control tools: what a definition and its arguments ask of a call engine, and what its outcome means.

mod plan;
mod read;

pub use plan::{Planned, TransferTimes, needs, plan};
pub use read::{read_error, read_lost, read_result};
