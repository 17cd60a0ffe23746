//! Drivers: clients of a call engine.

mod calls;
pub(crate) mod webhook;
pub mod wire;
