//! Sessions on the wire.

use std::num::NonZeroU32;
use std::time::Duration;

use hookswitch_engine::{SessionStart, SessionView, ToolView};
use hookswitch_model::mock::Mocks;
use hookswitch_model::session::{Channel, EndReason, Session};
use hookswitch_model::{AgentId, ProjectId, SessionId, Stamp, ToolId};
use hookswitch_schema::to_openai;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::{ids, words};

/// A tool of a session.
#[derive(Debug, Serialize, ToSchema)]
pub struct SessionTool {
    /// The function name that the model sees, unique in the session.
    #[schema(example = "book_appointment")]
    pub name: String,
    /// The tool.
    #[schema(value_type = ids::ToolId)]
    pub tool_id: ToolId,
    /// The version that the session holds.
    #[schema(minimum = 1)]
    pub version: u32,
}

/// A session.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Session)]
pub struct SessionBody {
    /// Its id.
    #[schema(value_type = ids::SessionId)]
    pub id: SessionId,
    /// Its agent.
    #[schema(value_type = Option<ids::AgentId>)]
    pub agent_id: Option<AgentId>,
    /// Its project.
    #[schema(value_type = ids::ProjectId)]
    pub project_id: ProjectId,
    /// What it runs over.
    #[schema(value_type = words::Channel)]
    pub channel: Channel,
    /// Whether it runs.
    #[schema(value_type = words::SessionStatus)]
    pub status: &'static str,
    /// Its variables now.
    #[schema(value_type = Object)]
    pub variables: Value,
    /// Free data of the owner.
    #[schema(value_type = Object)]
    pub metadata: Map<String, Value>,
    /// When it started.
    #[schema(value_type = ids::Moment)]
    pub created_at: Stamp,
    /// When it ended.
    #[schema(value_type = Option<ids::Moment>)]
    pub ended_at: Option<Stamp>,
    /// Why.
    #[schema(value_type = Option<words::EndReason>)]
    pub end_reason: Option<EndReason>,
    /// Its tools.
    pub tools: Vec<SessionTool>,
}

const fn status_of(ended_at: Option<Stamp>) -> &'static str {
    if ended_at.is_some() { "ended" } else { "active" }
}

impl From<SessionView> for SessionBody {
    fn from(session: SessionView) -> Self {
        let tool =
            |tool: ToolView| SessionTool { name: tool.function, tool_id: tool.tool, version: tool.version };
        Self {
            id: session.id,
            agent_id: session.agent,
            project_id: session.project,
            channel: session.channel,
            status: status_of(session.ended_at),
            variables: session.variables,
            metadata: session.metadata,
            created_at: session.created_at,
            ended_at: session.ended_at,
            end_reason: session.end_reason,
            tools: session.tools.into_iter().map(tool).collect(),
        }
    }
}

impl From<Session> for SessionBody {
    fn from(session: Session) -> Self {
        let tools = session.tools.into_iter();
        Self {
            id: session.id,
            agent_id: session.agent,
            project_id: session.project,
            channel: session.channel,
            status: status_of(session.ended_at),
            variables: Value::Object(session.variables),
            metadata: session.metadata,
            created_at: session.created_at,
            ended_at: session.ended_at,
            end_reason: session.end_reason,
            tools: tools
                .map(|tool| SessionTool { name: tool.function, tool_id: tool.tool, version: tool.version })
                .collect(),
        }
    }
}

/// A tool that a session gets without a binding: its id or name, also with settings for this session.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(untagged, expecting = "an id or name of a tool, or {\"tool\", \"config\"}")]
pub enum WantedTool {
    /// Id or name.
    Named(String),
    /// Id or name, and settings.
    Configured(ConfiguredTool),
}

/// A tool with settings for one session.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfiguredTool {
    /// Id or name of the tool.
    pub tool: String,
    /// Values for the fields of its `config_schema`.
    #[serde(default)]
    #[schema(value_type = Object, required = false)]
    pub config: Map<String, Value>,
}

impl WantedTool {
    /// Id or name, and settings.
    pub fn split(self) -> (String, Map<String, Value>) {
        match self {
            Self::Named(text) => (text, Map::new()),
            Self::Configured(tool) => (tool.tool, tool.config),
        }
    }
}

/// How a session starts.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SessionStartBody {
    /// Its agent, whose bound tools it gets.
    #[schema(value_type = Option<ids::AgentId>)]
    pub agent_id: Option<AgentId>,
    /// Tools beside, or instead of, those of the agent.
    #[serde(default)]
    #[schema(required = false, max_items = 128)]
    pub tools: Vec<WantedTool>,
    /// What it runs over. Default: text.
    #[serde(default)]
    #[schema(value_type = Option<words::Channel>)]
    pub channel: Option<Channel>,
    /// The caller's number or address; `system.from` in templates.
    #[schema(example = "+4930123456")]
    pub from: Option<String>,
    /// The number or address that was called; `system.to`.
    pub to: Option<String>,
    /// IANA time zone of system variables. Default: the agent's, else UTC.
    #[schema(example = "Europe/Berlin")]
    pub timezone: Option<String>,
    /// The id of the call outside; `system.call_id`. Default: the session's id.
    pub call_id: Option<String>,
    /// Session variables to start with; over those of the agent.
    #[serde(default)]
    #[schema(value_type = Object, required = false)]
    pub variables: Map<String, Value>,
    /// Answers that stand in for its tools, by function name or tool name: a simulation, in which no tool is carried
    /// out and one without an answer is refused. Each attempt gets the next, the last one again and again.
    #[schema(value_type = Option<super::mock::MocksForm>)]
    pub mocks: Option<Mocks>,
    /// Free data of the owner.
    #[serde(default)]
    #[schema(value_type = Object, required = false)]
    pub metadata: Map<String, Value>,
    /// Its project. Default: the key's.
    #[schema(value_type = Option<ids::ProjectId>)]
    pub project_id: Option<ProjectId>,
    /// Seconds after which it is ended; the server's own limit holds, too.
    #[schema(value_type = Option<u32>, minimum = 1)]
    pub max_duration_s: Option<NonZeroU32>,
}

impl SessionStartBody {
    /// What the engine takes, without the tools, which must be looked up first.
    pub fn split(self) -> (SessionStart, Vec<WantedTool>) {
        let named =
            [("from", self.from), ("to", self.to), ("timezone", self.timezone), ("call_id", self.call_id)];
        let system = named.into_iter().filter_map(|(name, value)| Some((name.to_owned(), json!(value?))));
        let start = SessionStart {
            agent: self.agent_id,
            project: self.project_id,
            tools: Vec::new(),
            channel: self.channel.unwrap_or_default(),
            system: system.collect(),
            mocks: self.mocks,
            variables: self.variables,
            metadata: self.metadata,
            longest: self.max_duration_s.map(|seconds| Duration::from_secs(seconds.get().into())),
        };
        (start, self.tools)
    }
}

/// A function as OpenAI-compatible endpoints take it.
#[derive(Debug, Serialize, ToSchema)]
pub struct FunctionSchema {
    /// Always `function`.
    #[serde(rename = "type")]
    #[schema(pattern = "^function$")]
    pub kind: String,
    /// The function.
    pub function: FunctionBody,
}

/// What a model reads of a function.
#[derive(Debug, Serialize, ToSchema)]
pub struct FunctionBody {
    /// Its name.
    pub name: String,
    /// What it does.
    pub description: String,
    /// JSON Schema of its arguments.
    #[schema(value_type = Object)]
    pub parameters: Value,
}

/// A tool of a session as a function, with where it comes from.
#[derive(Debug, Serialize, ToSchema)]
pub struct SessionFunction {
    /// The function.
    #[serde(flatten)]
    #[schema(value_type = FunctionSchema)]
    pub function: Value,
    /// The tool.
    #[schema(value_type = ids::ToolId)]
    pub tool_id: ToolId,
    /// The version that the session holds.
    #[schema(minimum = 1)]
    pub version: u32,
}

impl From<ToolView> for SessionFunction {
    fn from(tool: ToolView) -> Self {
        Self {
            function: to_openai(&tool.function, &tool.description, &tool.parameters),
            tool_id: tool.tool,
            version: tool.version,
        }
    }
}
