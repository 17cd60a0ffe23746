//! A conversation, turn by turn: what happened in, what is to be done out. Pure: no I/O and no clock.
//!
//! The session machine decides about tool calls and speech; this machine decides when the model is asked, with which
//! messages, and when a turn is over.

mod history;
mod machine;
mod open_calls;
mod step;

pub use history::History;
pub use machine::Talk;
pub use step::{Happened, Reply, Step, TurnEnd};

#[cfg(test)]
mod tests;
