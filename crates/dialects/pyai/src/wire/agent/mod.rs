//! Agents: a body laid over what is stored, and shown (contract: 2.8).

mod body;
mod fields;
mod view;

pub use body::AgentBody;
pub use view::{deleted, view};

/// The member of an agent's `extras` that is this dialect's.
pub const EXTRAS: &str = "pyai";
