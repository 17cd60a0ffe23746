//! Erasing what was said and done in one session.

use hookswitch_model::{Scope, SessionId, Stamp};

use crate::db::{Result, sql};
use crate::error::StoreError;
use crate::open::Store;

impl Store {
    /// Erases the content of a session: its variables, values and free data, details and errors
    /// of its executions, data of its events, told texts of its acts, tools that it alone has. Rows and counters stay. What is written
    /// for it later (a late result) is stored without content. An open session is ended.
    pub async fn erase_session(&self, scope: Scope, id: SessionId) -> Result<()> {
        let now = Stamp::now();
        let mut tx = self.db().begin().await?;
        let query = sql("update sessions set variables = '{}', system = '{}', metadata = '{}', mocks = null, \
             erased_at = coalesce(erased_at, $1), end_reason = 'erased', ended_at = coalesce(ended_at, $1) where ")
        .bind(now)
        .within_project("sessions", scope)
        .and("id =", id);
        if tx.run(query).await? == 0 {
            return Err(StoreError::NotFound);
        }
        for text in [
            "update acts set told = null where session = $1 and told is not null",
            "update executions set detail = null, error = null where session = $1",
            "update events set data = null where session = $1 and data is not null",
            "delete from tools where session = $1",
        ] {
            tx.run(sql(text).bind(id)).await?;
        }
        tx.commit().await
    }
}
