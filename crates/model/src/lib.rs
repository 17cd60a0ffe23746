//! The domain as types: tools and their kinds, parameters, effects, agents, sessions, acts and executions.
//!
//! A tool is written as a [`draft::ToolDraft`]: the neutral form in which files and the native API carry a
//! definition and in which it is stored. [`draft::ToolDraft::parse`] turns it into a [`definition::Definition`]
//! with everything prepared (schema compiled, templates parsed), or into *all* findings with JSON paths.
//! Past that point illegal tools cannot be represented.
//!
//! Pure: no I/O. `generate` and `now` constructors exist for the shells that hold clock and randomness.

pub mod agent;
pub mod binding;
pub mod brain;
pub mod changes;
pub mod config_schema;
pub mod definition;
pub mod draft;
pub mod effect;
pub mod event;
pub mod event_webhook;
pub mod execution;
pub mod finding;
pub mod id;
pub mod key;
pub mod lambda;
pub mod mock;
pub mod name;
pub mod parameter;
pub mod phone;
pub mod plan;
pub mod scope;
pub mod secret;
pub mod session;
pub mod speech;
pub mod time;
pub mod tool;

mod parse;

pub use effect::{Effect, Outcome, Repeats};
pub use finding::{Finding, Findings, Severity};
pub use id::*;
pub use scope::{Dialect, Mode, Scope};
pub use time::{Millis, Now, Stamp};
