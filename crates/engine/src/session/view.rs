//! A session as transports see it.

use std::sync::atomic::Ordering;

use hookswitch_model::session::{Channel, EndReason};
use hookswitch_model::{AgentId, ProjectId, Scope, SessionId, Stamp, ToolId};
use serde_json::{Map, Value};

use super::{LiveSession, can_run};
use crate::Engine;
use crate::error::EngineError;

/// A tool as the model sees it.
#[derive(Debug, Clone)]
pub struct ToolView {
    /// The tool.
    pub tool: ToolId,
    /// The pinned version.
    pub version: u32,
    /// The function name.
    pub function: String,
    /// What the model reads.
    pub description: String,
    /// JSON Schema of the arguments.
    pub parameters: Value,
}

/// A session.
#[derive(Debug, Clone)]
pub struct SessionView {
    /// Its id.
    pub id: SessionId,
    /// Its agent.
    pub agent: Option<AgentId>,
    /// Its project.
    pub project: ProjectId,
    /// What it runs over.
    pub channel: Channel,
    /// Its tools; empty when it has ended.
    pub tools: Vec<ToolView>,
    /// Its variables.
    pub variables: Value,
    /// Free data of the owner.
    pub metadata: Map<String, Value>,
    /// When it started.
    pub created_at: Stamp,
    /// When it ended.
    pub ended_at: Option<Stamp>,
    /// Why.
    pub end_reason: Option<EndReason>,
}

impl SessionView {
    pub(crate) fn of(session: &LiveSession) -> Self {
        let cast = session.cast();
        let state = session.state.lock();
        Self {
            id: session.id,
            agent: cast.agent,
            project: session.project,
            channel: session.channel,
            tools: cast
                .tools
                .iter()
                .filter(|tool| tool.is_offered.load(Ordering::Relaxed))
                .filter(|tool| session.is_simulated() || can_run(&tool.prepared.definition.kind))
                .map(|tool| ToolView {
                    tool: tool.prepared.id,
                    version: tool.prepared.version,
                    function: tool.function.clone(),
                    description: tool.prepared.definition.description.clone(),
                    parameters: tool.prepared.definition.arguments.shown().clone(),
                })
                .collect(),
            variables: Value::clone(&state.variables),
            metadata: session.metadata.clone(),
            created_at: session.created_at,
            ended_at: state.ended_at,
            end_reason: None,
        }
    }
}

impl Engine {
    /// A session, running or ended.
    pub async fn get_session(&self, scope: Scope, id: SessionId) -> Result<SessionView, EngineError> {
        match self.live_session(scope, id).await {
            Ok(session) => {
                self.offered(&session).await;
                Ok(SessionView::of(&session))
            }
            Err(EngineError::SessionEnded) => {
                let stored =
                    self.inner.store.get_session(scope, id).await.map_err(EngineError::absent("session"))?;
                Ok(SessionView {
                    id,
                    agent: stored.agent,
                    project: stored.project,
                    channel: stored.channel,
                    tools: Vec::new(),
                    variables: Value::Object(stored.variables),
                    metadata: stored.metadata,
                    created_at: stored.created_at,
                    ended_at: stored.ended_at,
                    end_reason: stored.end_reason,
                })
            }
            Err(error) => Err(error),
        }
    }
}
