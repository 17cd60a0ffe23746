//! Phone calls: the server's client of the call engine, and the engine itself as a process of its own.

mod engine;
mod start;

pub(crate) use engine::{SipCommand, run};
pub(crate) use start::start;
