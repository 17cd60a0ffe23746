//! Tools (contract: 2.1 to 2.6).

pub mod create;
pub mod form;
pub mod kind;
pub mod parameters;
pub mod patch;
pub mod show;

mod context_values;
mod findings;
mod headers;
mod read;
mod rules;
mod stored;
mod transfer;
mod write;

use std::collections::HashMap;

use hookswitch_model::draft::ToolDraft;
use hookswitch_model::{AgentId, SealId};
use secrecy::SecretString;

use super::param_errors::ParamErrors;

pub use findings::note_findings;

/// The member of a definition's extras that is ours.
pub const EXTRAS: &str = "phonic";

/// What has to be known beside a tool's definition.
#[derive(Debug, Clone, Copy)]
pub struct Known<'k> {
    /// The agents of the tool's project.
    pub agents: &'k [(AgentId, String)],
    /// Its sealed values.
    pub opened: &'k HashMap<SealId, SecretString>,
    /// Whether the key may read header values that are secrets.
    pub shows_secrets: bool,
}

/// A definition as a body makes it.
#[derive(Debug, Clone)]
pub struct Change {
    /// The definition; none where too little is known to make one.
    pub draft: Option<ToolDraft>,
    /// What is wrong.
    pub errors: ParamErrors,
    /// A URL that was given, for the checks of addresses.
    pub url: Option<String>,
}
