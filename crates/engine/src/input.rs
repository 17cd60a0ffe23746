//! What transports hand in.

use std::time::Duration;

use hookswitch_model::mock::Mocks;
use hookswitch_model::session::Channel;
use hookswitch_model::{ActId, AgentId, ProjectId, ToolId};
use serde_json::{Map, Value};

/// How a session is started.
#[derive(Debug, Clone, Default)]
pub struct SessionStart {
    /// Its agent, whose bound tools it gets.
    pub agent: Option<AgentId>,
    /// Its project; the key's own when none is named.
    pub project: Option<ProjectId>,
    /// Tools beside, or instead of, those of the agent.
    pub tools: Vec<StartTool>,
    /// What it runs over.
    pub channel: Channel,
    /// `from`, `to`, `timezone`, `call_id` and other values of the `system.` namespace.
    pub system: Map<String, Value>,
    /// Answers that stand in for its tools: a simulation, in which no tool is carried out.
    pub mocks: Option<Mocks>,
    /// Session variables to start with.
    pub variables: Map<String, Value>,
    /// Free data of the owner.
    pub metadata: Map<String, Value>,
    /// How long it lasts at most; the server's own limit holds, too.
    pub longest: Option<Duration>,
}

/// A tool that a session gets without a binding.
#[derive(Debug, Clone)]
pub struct StartTool {
    /// The tool.
    pub tool: ToolId,
    /// Its settings for this session.
    pub config: Map<String, Value>,
}

/// The arguments of a call as they came.
#[derive(Debug, Clone)]
pub enum ArgumentsInput {
    /// A JSON value.
    Value(Value),
    /// JSON text, as models send it.
    Text(String),
}

/// A tool call as a transport hands it in.
#[derive(Debug, Clone)]
pub struct CallInput {
    /// The brain's id of the call; ours is made where it sends none.
    pub tool_call_id: Option<String>,
    /// The function name that the model used.
    pub name: String,
    /// The arguments.
    pub arguments: ArgumentsInput,
    /// The caller's own idempotency key.
    pub idempotency_key: Option<String>,
    /// The token of a read-back, given back.
    pub confirmation: Option<ActId>,
    /// W3C trace context of the caller; dropped when it is malformed.
    pub traceparent: Option<String>,
}

/// What a runtime reports of the conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpeechReport {
    /// A user turn ended.
    UserTurn,
    /// The user began to speak.
    UserSpeechStarted,
    /// The user stopped.
    UserSpeechFinished,
    /// The agent's speech began to play.
    AgentSpeechStarted,
    /// The agent's speech has finished playing.
    AgentSpeechFinished,
    /// The user cut the agent's turn short.
    Interrupted,
}
