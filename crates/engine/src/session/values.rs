//! What texts that belong to a session may name: its variables, and its own values.

use hookswitch_model::definition::SystemUse;
use hookswitch_model::event::EventKind;
use hookswitch_model::{ActId, Scope, SessionId, Stamp};
use serde_json::{Value, json};

use crate::Engine;
use crate::error::EngineError;
use crate::system_values::{self, CallFacts};

/// The values of a session.
#[derive(Debug, Clone)]
pub struct SessionValues {
    /// Session variables; the `vars.` namespace.
    pub variables: Value,
    /// Ids, numbers, clock; the `system.` namespace.
    pub system: Value,
}

impl Engine {
    /// Writes down what was said to the built-in brain or by it: `role` is `user` or `agent`.
    pub async fn note_transcript(
        &self,
        scope: Scope,
        id: SessionId,
        role: &'static str,
        text: &str,
    ) -> Result<(), EngineError> {
        let session = self.live_session(scope, id).await?;
        let data = json!({"role": role, "text": text});
        self.append_event(&session, EventKind::Transcript, data).await;
        Ok(())
    }

    /// What a prompt or a greeting may name.
    pub async fn session_values(&self, scope: Scope, id: SessionId) -> Result<SessionValues, EngineError> {
        let session = self.live_session(scope, id).await?;
        let nobody = ActId::from_uuid(id.uuid());
        let facts = CallFacts { tool_call_id: "", function: "", tool: None, act: nobody, is_test: false };
        let mut system =
            system_values::of_call(&session.cast().system, &facts, Stamp::now(), SystemUse::Clock);
        if let Some(members) = system.as_object_mut() {
            for of_calls in ["tool_call_id", "function", "act_id"] {
                members.remove(of_calls);
            }
        }
        let variables = Value::clone(&session.state.lock().variables);
        Ok(SessionValues { variables, system })
    }
}
