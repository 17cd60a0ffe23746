//! The tools that the model may be offered: those of the session that are enabled now.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use hookswitch_model::ToolId;
use hookswitch_model::event::EventKind;
use hookswitch_registry::{Change, ToolState};
use serde_json::json;

use super::LinkOrder;
use crate::events::note_order;
use crate::session::{LiveSession, SessionView};
use crate::{Engine, ToolView};

impl Engine {
    /// The tools that the model may be offered now. A store that does not answer leaves them as they were.
    pub(crate) async fn offered(&self, session: &LiveSession) -> Vec<ToolView> {
        for tool in &session.cast().tools {
            let state = self.inner.registry.tool_state(session.scope, tool.prepared.id).await;
            if let Ok(state) = state {
                tool.is_offered.store(state == ToolState::Enabled, Ordering::Relaxed);
            }
        }
        SessionView::of(session).tools
    }

    /// A definition changed: sessions in memory whose tools are others now say so.
    pub(crate) async fn tell_of_change(&self, change: Change) {
        let tool = match change {
            Change::Tool(tool) => tool,
            Change::Key(key) => return self.end_links_of(key),
            Change::Secrets(_) => return,
        };
        for session in self.inner.sessions.all() {
            self.tell_if_changed(&session, tool).await;
        }
    }

    async fn tell_if_changed(&self, session: &Arc<LiveSession>, tool: ToolId) {
        let cast = session.cast();
        let Some(live) = cast.tools.iter().find(|live| live.prepared.id == tool) else { return };
        let Ok(state) = self.inner.registry.tool_state(session.scope, tool).await else { return };
        let is_enabled = state == ToolState::Enabled;
        if live.is_offered.swap(is_enabled, Ordering::Relaxed) == is_enabled {
            return;
        }
        let tools = SessionView::of(session).tools;
        {
            let mut state = session.state.lock();
            if state.ended_at.is_some() {
                return;
            }
            let names: Vec<&str> = tools.iter().map(|tool| tool.function.as_str()).collect();
            let data = json!({"tool_id": tool, "enabled": is_enabled, "tools": names});
            let order = || Some(LinkOrder::ToolsChanged { tools: tools.clone() });
            note_order(session, &mut state, EventKind::ToolsChanged, data, order);
        }
        self.save_events(session).await;
    }
}
