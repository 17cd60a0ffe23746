//! Reading back what sessions left: sessions, executions, stored events. What was handed to the writer before can
//! be read.

use hookswitch_model::event::SessionEvent;
use hookswitch_model::execution::Execution;
use hookswitch_model::session::Session;
use hookswitch_model::{ExecutionId, Scope, SessionId};
use hookswitch_store::{ExecutionFilter, Page, PageOf, SessionFilter};

use crate::Engine;
use crate::error::EngineError;

impl Engine {
    /// Sessions as stored, newest first. Variables of running ones may lag by a second.
    pub async fn list_sessions(
        &self,
        scope: Scope,
        filter: &SessionFilter,
        page: Page,
    ) -> Result<PageOf<Session>, EngineError> {
        self.flush().await?;
        Ok(self.inner.store.list_sessions(scope, filter, &page).await?)
    }

    /// A session as stored, with the values it was started with.
    pub async fn stored_session(&self, scope: Scope, id: SessionId) -> Result<Session, EngineError> {
        self.flush().await?;
        self.inner.store.get_session(scope, id).await.map_err(EngineError::absent("session"))
    }

    /// Executions, newest first.
    pub async fn list_executions(
        &self,
        scope: Scope,
        filter: &ExecutionFilter,
        page: Page,
    ) -> Result<PageOf<Execution>, EngineError> {
        self.flush().await?;
        Ok(self.inner.store.list_executions(scope, filter, &page).await?)
    }

    /// One execution.
    pub async fn get_execution(&self, scope: Scope, id: ExecutionId) -> Result<Execution, EngineError> {
        self.flush().await?;
        self.inner.store.get_execution(scope, id).await.map_err(EngineError::absent("execution"))
    }

    /// The stored events of a session after a number, in order, at most `limit`.
    pub async fn list_events(
        &self,
        scope: Scope,
        id: SessionId,
        after: u64,
        limit: u32,
    ) -> Result<Vec<SessionEvent>, EngineError> {
        self.flush().await?;
        self.inner.store.list_events(scope, id, after, limit).await.map_err(EngineError::absent("session"))
    }
}
