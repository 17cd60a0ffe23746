//! Ending a session, by request or by time, and erasing its content.

use std::sync::Arc;

use hookswitch_model::event::EventKind;
use hookswitch_model::session::EndReason;
use hookswitch_model::{Scope, SessionId, Stamp};
use hookswitch_session::Event;
use serde_json::json;

use super::LiveSession;
use crate::Engine;
use crate::error::EngineError;

impl Engine {
    /// Ends a session: reads and calls not yet sent are cancelled, actions under way run to their end. Ending an
    /// ended session is fine.
    pub async fn end_session(&self, scope: Scope, id: SessionId) -> Result<(), EngineError> {
        match self.live_session(scope, id).await {
            Ok(session) => self.end(&session, EndReason::Ended).await,
            Err(EngineError::SessionEnded) => Ok(()),
            Err(error) => Err(error),
        }
    }

    pub(crate) async fn end(&self, session: &Arc<LiveSession>, reason: EndReason) -> Result<(), EngineError> {
        let is_first = {
            let mut state = session.state.lock();
            let is_first = state.ended_at.is_none();
            state.ended_at.get_or_insert_with(Stamp::now);
            is_first
        };
        if !is_first {
            return Ok(());
        }
        self.feed(session, Event::End(reason)).await;
        // The row first: a server that is killed in between must not leave a running session whose events say that
        // it has ended.
        self.inner.store.end_session(session.scope, session.id, reason, Stamp::now()).await?;
        self.append_event(session, EventKind::SessionEnded, json!({ "reason": reason })).await;
        self.flush().await?;
        if session.state.lock().calls.is_empty() {
            self.inner.sessions.remove(session.id);
        }
        Ok(())
    }

    /// Ends a session when its time is over. One that has left memory by then is found by the sweep.
    pub(crate) fn end_in_time(&self, session: &Arc<LiveSession>) {
        let Some(ends_by) = session.ends_by else { return };
        let (engine, weak) = (self.clone(), Arc::downgrade(session));
        // Not tracked: it must not hold up a shutdown.
        tokio::spawn(async move {
            tokio::time::sleep(ends_by.since(Stamp::now())).await;
            if let Some(session) = weak.upgrade()
                && let Err(error) = engine.end(&session, EndReason::TooLong).await
            {
                tracing::warn!(session = %session.id, %error, "a session could not be ended in time");
            }
        });
    }

    /// Ends a session and erases its content: arguments, requests, answers, variables, what was told. Rows and
    /// counters stay.
    pub async fn erase_session(&self, scope: Scope, id: SessionId) -> Result<(), EngineError> {
        match self.live_session(scope, id).await {
            Ok(session) => self.end(&session, EndReason::Erased).await?,
            Err(EngineError::SessionEnded) => {}
            Err(error) => return Err(error),
        }
        self.flush().await?;
        self.inner.store.erase_session(scope, id).await.map_err(EngineError::absent("session"))
    }
}
