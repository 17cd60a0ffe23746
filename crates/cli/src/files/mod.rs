//! Files that define tools and agents.

mod document;
mod json_lines;
mod lines;
mod sources;

pub(crate) use document::{AgentEntry, Definitions, Origin, ToolEntry, gather};
pub(crate) use json_lines::json_lines;
pub(crate) use lines::{Lines, Place};
pub(crate) use sources::{Source, read_sources};
