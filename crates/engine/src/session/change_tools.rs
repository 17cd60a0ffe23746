//! Giving a running session other tools. What was called goes on, and acts stay the session's.

use std::sync::Arc;

use hookswitch_model::event::EventKind;
use hookswitch_model::session::Session;
use hookswitch_model::{Scope, SessionId};
use serde_json::{Value, json};

use super::load::own_values;
use super::{Cast, SessionView};
use crate::Engine;
use crate::error::EngineError;
use crate::events::note_order;
use crate::input::StartTool;
use crate::link::LinkOrder;

impl Engine {
    /// Gives a session these tools and no others, from now on. A tool that its agent is bound to keeps the settings of
    /// the binding, unless others are given. On any error the session keeps what it has.
    pub async fn set_session_tools(
        &self,
        scope: Scope,
        id: SessionId,
        tools: &[StartTool],
    ) -> Result<SessionView, EngineError> {
        let session = self.live_session(scope, id).await?;
        let agent = session.cast().agent;
        let pinned = self.pin_named(scope, id, agent, tools).await?;
        let stored = self.inner.store.get_session(scope, id).await?;
        let known = Value::clone(&session.state.lock().variables);
        let variables = known.as_object().cloned().unwrap_or_default();
        let changed = Session { tools: pinned.clone(), variables, ..stored };
        self.inner.store.save_cast(scope, session.epoch, &changed).await?;
        let tools = self.prepare_pinned(scope, pinned).await;
        *session.cast.write() = Arc::new(Cast::new(agent, own_values(&changed), tools));
        let view = SessionView::of(&session);
        {
            let mut state = session.state.lock();
            let names: Vec<&str> = view.tools.iter().map(|tool| tool.function.as_str()).collect();
            let data = json!({ "tools": names });
            let order = || Some(LinkOrder::ToolsChanged { tools: view.tools.clone() });
            note_order(&session, &mut state, EventKind::ToolsChanged, data, order);
        }
        self.save_events(&session).await;
        Ok(view)
    }
}
