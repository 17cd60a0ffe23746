//! A tool attached to an agent with its settings.

use serde_json::{Map, Value};

use crate::changes::DraftChanges;
use crate::id::{AgentId, SealId, ToolId};
use crate::time::Stamp;

/// A binding. Values of secret fields stand in `config` as `{"sealed": "seal_…"}`.
#[derive(Debug, Clone, PartialEq)]
pub struct Binding {
    /// The agent.
    pub agent: AgentId,
    /// The tool.
    pub tool: ToolId,
    /// Whether the tool is offered through this binding.
    pub enabled: bool,
    /// The settings, secret ones as references.
    pub config: Map<String, Value>,
    /// What it changes in the tool's definition.
    pub changes: DraftChanges,
    /// When it was made.
    pub created_at: Stamp,
    /// When it last changed.
    pub updated_at: Stamp,
}

/// The reference that stands for a sealed config value, when the value is one.
pub fn sealed_reference(value: &Value) -> Option<SealId> {
    let object = value.as_object().filter(|object| object.len() == 1)?;
    object.get("sealed")?.as_str()?.parse().ok()
}

/// The JSON that stands for a sealed config value.
pub fn sealed_value(seal: SealId) -> Value {
    serde_json::json!({ "sealed": seal })
}
