//! Agents and their bindings on the wire.

use hookswitch_model::agent::{Agent, AgentDraft};
use hookswitch_model::binding::Binding;
use hookswitch_model::brain::BrainDraft;
use hookswitch_model::name::{AgentName, ToolName};
use hookswitch_model::tool::StoredTool;
use hookswitch_model::{AgentId, ProjectId, Stamp, ToolId};
use hookswitch_registry::{NewBinding, Registry};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::ids;

/// An agent.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Agent)]
pub struct AgentView {
    /// Its id.
    #[schema(value_type = ids::AgentId)]
    pub id: AgentId,
    /// Its name, unique per project and mode.
    #[schema(value_type = String)]
    pub name: AgentName,
    /// What the brain is told about its role.
    pub prompt: Option<String>,
    /// What is said first.
    pub greeting: Option<String>,
    /// IANA time zone of system variables.
    pub timezone: Option<String>,
    /// Defaults of session variables.
    #[schema(value_type = Object)]
    pub variables: Map<String, Value>,
    /// Free data of the owner.
    #[schema(value_type = Object)]
    pub metadata: Map<String, Value>,
    /// Whether it starts no session; absent: it does.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    pub disabled: bool,
    /// Its built-in brain; absent: an external runtime decides what it says.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<super::brain::BrainForm>, required = false)]
    pub brain: Option<BrainDraft>,
    /// What only one dialect's form knows.
    #[serde(skip_serializing_if = "Map::is_empty")]
    #[schema(value_type = Object, required = false)]
    pub extras: Map<String, Value>,
    /// Its project.
    #[schema(value_type = ids::ProjectId)]
    pub project_id: ProjectId,
    /// When it was made.
    #[schema(value_type = ids::Moment)]
    pub created_at: Stamp,
    /// When it last changed.
    #[schema(value_type = ids::Moment)]
    pub updated_at: Stamp,
}

impl From<Agent> for AgentView {
    fn from(agent: Agent) -> Self {
        let draft = agent.draft;
        Self {
            id: agent.id,
            name: draft.name,
            prompt: draft.prompt,
            greeting: draft.greeting,
            timezone: draft.timezone,
            variables: draft.variables,
            metadata: draft.metadata,
            disabled: draft.disabled,
            brain: draft.brain,
            extras: draft.extras,
            project_id: agent.project,
            created_at: agent.created_at,
            updated_at: agent.updated_at,
        }
    }
}

/// An agent as somebody writes it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AgentBody {
    /// Its name: 1 to 200 characters, no control characters; unique per project and mode.
    #[schema(value_type = String, min_length = 1, max_length = 200, example = "Reception")]
    pub name: AgentName,
    /// What the brain is told about its role; a template over session variables.
    #[schema(max_length = 32000)]
    pub prompt: Option<String>,
    /// What is said first.
    #[schema(max_length = 32000)]
    pub greeting: Option<String>,
    /// IANA time zone of system variables. Default: `UTC`.
    #[schema(example = "Europe/Berlin")]
    pub timezone: Option<String>,
    /// Defaults of session variables.
    #[serde(default)]
    #[schema(value_type = Object, required = false)]
    pub variables: Map<String, Value>,
    /// Free data of the owner.
    #[serde(default)]
    #[schema(value_type = Object, required = false)]
    pub metadata: Map<String, Value>,
    /// It starts no session. Default: false.
    #[serde(default)]
    #[schema(required = false)]
    pub disabled: bool,
    /// Its built-in brain. Default: none; an external runtime decides what it says.
    #[schema(value_type = Option<super::brain::BrainForm>)]
    pub brain: Option<BrainDraft>,
    /// What only one dialect's form knows.
    #[serde(default)]
    #[schema(value_type = Object, required = false)]
    pub extras: Map<String, Value>,
    /// Its project, when it is created. Default: the key's.
    #[schema(value_type = Option<ids::ProjectId>)]
    pub project_id: Option<ProjectId>,
}

impl AgentBody {
    /// What is stored, and the project that was asked for.
    pub fn split(self) -> (AgentDraft, Option<ProjectId>) {
        let draft = AgentDraft {
            name: self.name,
            prompt: self.prompt,
            greeting: self.greeting,
            timezone: self.timezone,
            variables: self.variables,
            metadata: self.metadata,
            disabled: self.disabled,
            brain: self.brain,
            extras: self.extras,
        };
        (draft, self.project_id)
    }
}

/// A tool attached to an agent.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Binding)]
pub struct BindingView {
    /// The agent.
    #[schema(value_type = ids::AgentId)]
    pub agent_id: AgentId,
    /// The tool.
    #[schema(value_type = ids::ToolId)]
    pub tool_id: ToolId,
    /// The tool's name.
    #[schema(value_type = String)]
    pub name: ToolName,
    /// Whether it is offered through this binding.
    pub enabled: bool,
    /// The settings, secret ones as `[REDACTED]`.
    #[schema(value_type = Object)]
    pub config: Map<String, Value>,
    /// When it was made.
    #[schema(value_type = ids::Moment)]
    pub created_at: Stamp,
    /// When it last changed.
    #[schema(value_type = ids::Moment)]
    pub updated_at: Stamp,
}

impl BindingView {
    /// A binding with the tool that it binds.
    pub fn of(binding: &Binding, tool: StoredTool) -> Self {
        Self {
            agent_id: binding.agent,
            tool_id: binding.tool,
            enabled: binding.enabled,
            config: Registry::redact_config(tool.draft.config_schema.as_ref(), &binding.config),
            name: tool.name,
            created_at: binding.created_at,
            updated_at: binding.updated_at,
        }
    }
}

/// How a tool is bound.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BindingBody {
    /// Whether it is offered. Default: true.
    #[serde(default = "yes")]
    #[schema(required = false)]
    pub enabled: bool,
    /// Values for the fields of the tool's `config_schema`; secret ones are sealed, `[REDACTED]` keeps the stored.
    #[serde(default)]
    #[schema(value_type = Object, required = false)]
    pub config: Map<String, Value>,
}

/// One of all bindings of an agent.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BindingItem {
    /// The tool.
    #[schema(value_type = ids::ToolId)]
    pub tool_id: ToolId,
    /// Whether it is offered. Default: true.
    #[serde(default = "yes")]
    #[schema(required = false)]
    pub enabled: bool,
    /// Values for the fields of the tool's `config_schema`; secret ones are sealed, `[REDACTED]` keeps the stored.
    #[serde(default)]
    #[schema(value_type = Object, required = false)]
    pub config: Map<String, Value>,
}

impl From<BindingItem> for NewBinding {
    fn from(item: BindingItem) -> Self {
        Self { tool: item.tool_id, enabled: item.enabled, config: item.config }
    }
}

fn yes() -> bool {
    true
}
