//! Tools: a body read (`body`), laid over what is stored (`merge`), and shown (`view`).

mod auth;
mod body;
mod config_schema;
mod execution;
mod form;
mod merge;
mod schema;
#[cfg(test)]
mod tests;
mod view;

pub use body::{SideEffect, ToolBody};
pub use config_schema::shown as shown_config_schema;
pub use execution::{Execution, is_expressible, prebuilt_copy};
pub use merge::merge;
pub(crate) use view::DEFAULT_TIMEOUT;
pub use view::{deleted, secret, view, with_secret};

/// The member of a definition's `extras` that is this dialect's.
pub const EXTRAS: &str = "pyai";
