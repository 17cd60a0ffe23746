//! Handing a session over to another agent: its tools from then on, its name and defaults. What was called goes on,
//! and acts stay the session's: nothing happens twice because somebody else asks.

use std::sync::Arc;

use hookswitch_model::AgentId;
use hookswitch_model::agent::Agent;
use hookswitch_model::draft::CallControlDraft;
use hookswitch_model::event::EventKind;
use hookswitch_model::session::Session;
use serde_json::{Value, json};

use super::load::own_values;
use super::{Cast, LiveSession, SessionView};
use crate::Engine;
use crate::error::EngineError;
use crate::events::note_order;
use crate::execute::Finish;
use crate::link::LinkOrder;

impl Engine {
    /// Carries out a hand-over tool.
    pub(crate) async fn hand_over(
        &self,
        session: &Arc<LiveSession>,
        control: &CallControlDraft,
        arguments: &Value,
    ) -> Finish {
        let Some(wanted) = wanted_agent(control, arguments) else {
            let names = control.agents.join(", ");
            return Finish::refused("unknown_agent", format!("name one of the agents: {names}"));
        };
        let agent = match self.agent_called(session, &wanted).await {
            Ok(agent) => agent,
            Err(error) => {
                tracing::warn!(session = %session.id, agent = wanted, %error, "no hand-over");
                return Finish::refused("unknown_agent", "this agent can't take over");
            }
        };
        if agent.draft.disabled {
            return Finish::refused("agent_disabled", "this agent is switched off");
        }
        match self.change_cast(session, &agent).await {
            Ok(()) => Finish::done(json!({"transferred_to": agent.draft.name})),
            Err(error) => {
                tracing::error!(session = %session.id, %error, "a hand-over failed");
                Finish::ended(hookswitch_model::Outcome::Failed, "the hand-over failed")
            }
        }
    }

    async fn agent_called(&self, session: &LiveSession, wanted: &str) -> Result<Agent, EngineError> {
        if let Ok(id) = wanted.parse::<AgentId>() {
            return Ok(self.inner.registry.get_agent(session.scope, id).await?);
        }
        let found = self.inner.store.agent_by_name(session.scope, session.project, wanted).await?;
        found.ok_or(EngineError::NotFound("agent"))
    }

    async fn change_cast(&self, session: &Arc<LiveSession>, agent: &Agent) -> Result<(), EngineError> {
        let scope = session.scope;
        let pinned = self.pin_bound(scope, agent.id).await?;
        let stored = self.inner.store.get_session(scope, session.id).await?;
        let mut system = stored.system.clone();
        system.insert("agent_id".to_owned(), json!(agent.id));
        system.insert("agent_uuid".to_owned(), json!(agent.id.uuid()));
        system.insert("agent_number".to_owned(), json!(agent.number));
        system.insert("agent_name".to_owned(), json!(agent.draft.name));
        if let Some(zone) = &agent.draft.timezone {
            system.insert("timezone".to_owned(), json!(zone));
        }
        // What the conversation has set so far wins over the defaults of whoever takes over.
        let mut variables = agent.draft.variables.clone();
        let known = Value::clone(&session.state.lock().variables);
        variables.extend(known.as_object().cloned().unwrap_or_default());
        let changed = Session { agent: Some(agent.id), tools: pinned.clone(), system, variables, ..stored };
        self.inner.store.save_cast(scope, session.epoch, &changed).await?;
        let tools = self.prepare_pinned(scope, pinned).await;
        *session.cast.write() = Arc::new(Cast::new(Some(agent.id), own_values(&changed), tools));
        let tools = SessionView::of(session).tools;
        {
            let mut state = session.state.lock();
            state.variables = Arc::new(Value::Object(changed.variables));
            let names: Vec<&str> = tools.iter().map(|tool| tool.function.as_str()).collect();
            let data = json!({"agent_id": agent.id, "agent": agent.draft.name, "tools": names});
            let order = || Some(LinkOrder::ToolsChanged { tools: tools.clone() });
            note_order(session, &mut state, EventKind::ToolsChanged, data, order);
        }
        self.save_events(session).await;
        Ok(())
    }
}

/// The agent that the model names; the only one there is where it names none.
fn wanted_agent(control: &CallControlDraft, arguments: &Value) -> Option<String> {
    let named = arguments.as_object().into_iter().flat_map(|members| members.values());
    let mut named = named.filter_map(Value::as_str);
    let known = named.find_map(|name| control.agents.iter().find(|agent| agent.as_str() == name));
    match (known, control.agents.as_slice()) {
        (Some(agent), _) => Some(agent.clone()),
        (None, [only]) => Some(only.clone()),
        (None, _) => None,
    }
}
