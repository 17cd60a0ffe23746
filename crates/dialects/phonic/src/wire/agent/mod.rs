//! Agents (contract: 2.8).

mod built_ins;
mod endpoint;
mod read;
pub mod settings;
mod show;
mod tools;

use std::collections::HashMap;

use hookswitch_model::SealId;
use hookswitch_model::agent::{Agent, AgentDraft};
use secrecy::SecretString;
use serde_json::{Map, Value};

use super::param_errors::ParamErrors;

pub use read::{Body, read, read_change};
pub use show::agent;
pub use tools::{Wanted, place};

/// The member of an agent's extras that is ours.
pub const EXTRAS: &str = "phonic";

/// An agent with what belongs to it, for showing it and for merging over it.
#[derive(Debug, Clone, Copy)]
pub struct Known<'k> {
    /// The agent.
    pub agent: &'k Agent,
    /// Name of its project.
    pub project: &'k str,
    /// Names of the tools bound to it, in order.
    pub tools: &'k [String],
    /// Its sealed values.
    pub opened: &'k HashMap<SealId, SecretString>,
    /// Whether the key may read header values that are secrets.
    pub shows_secrets: bool,
}

/// An agent as a body makes it.
#[derive(Debug)]
pub struct Change {
    /// What it is made of; its tools' built-ins are still to be placed.
    pub draft: AgentDraft,
    /// Names of its tools, where the body gives them.
    pub tools: Option<Vec<String>>,
    /// Header values to be sealed under these ids.
    pub new_seals: Vec<(SealId, SecretString)>,
    /// A URL that was given, for the checks of addresses.
    pub url: Option<String>,
    /// Whether anything differs from what is stored.
    pub is_changed: bool,
    /// What is wrong.
    pub errors: ParamErrors,
}

/// Our extras of an agent.
fn extras_of(draft: &AgentDraft) -> Map<String, Value> {
    draft.extras.get(EXTRAS).and_then(Value::as_object).cloned().unwrap_or_default()
}

/// The sealed values that an agent's draft refers to.
pub fn seals_of(draft: &AgentDraft) -> Vec<SealId> {
    endpoint::seals_of(&extras_of(draft))
}

/// Keeps the built-ins among an agent's tools.
pub fn keep_built_ins(draft: &mut AgentDraft, wanted: &Wanted) {
    let mut extras = extras_of(draft);
    wanted.write(&mut extras);
    if extras.is_empty() {
        draft.extras.shift_remove(EXTRAS);
    } else {
        draft.extras.insert(EXTRAS.to_owned(), Value::Object(extras));
    }
}
