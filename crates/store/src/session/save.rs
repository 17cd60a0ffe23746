//! Making, reading and ending sessions.

use hookswitch_model::execution::Act;
use hookswitch_model::session::{EndReason, Session};
use hookswitch_model::{ActId, NodeId, Scope, SessionId, Stamp};
use serde_json::{Map, Value};

use super::{read, read_act};
use crate::db::{Result, Tx, json_text, sql};
use crate::error::StoreError;
use crate::open::Store;
use crate::project;

/// The word of an enum that only serde knows.
fn word_of<T: serde::Serialize>(value: T) -> Result<String> {
    match serde_json::to_value(value) {
        Ok(Value::String(word)) => Ok(word),
        Ok(_) => Err(StoreError::Internal("an enum is no word".into())),
        Err(error) => Err(StoreError::Internal(Box::new(error))),
    }
}

/// [`StoreError::Full`] when the project has as many open sessions as it is set to.
async fn check_room(tx: &mut Tx, session: &Session) -> Result<()> {
    let query = sql("select most_sessions from project_settings where project = $1 and mode = $2")
        .bind(session.project)
        .bind(session.mode);
    let row = tx.row(query).await?;
    let Some(most) = row.map(|row| row.opt::<u32>("most_sessions")).transpose()?.flatten() else {
        return Ok(());
    };
    // Of two that start at once one comes after the other.
    project::lock(tx, session.org, session.project).await?;
    let query =
        sql("select count(*) as count from sessions where project = $1 and mode = $2 and ended_at is null")
            .bind(session.project)
            .bind(session.mode);
    let open: u64 = tx.row(query).await?.map_or(Ok(0), |row| row.get("count"))?;
    if open < u64::from(most) {
        return Ok(());
    }
    Err(StoreError::Full { what: "open sessions", most: usize::try_from(most).unwrap_or(usize::MAX) })
}

impl Store {
    /// Stores a new session with its owner. Number and epoch are chosen here; the rest is taken as given, its
    /// project and agent must be of its organisation and mode.
    pub async fn insert_session(
        &self,
        session: &Session,
        node: NodeId,
        lease_until: Stamp,
    ) -> Result<Session> {
        let mut tx = self.db().begin().await?;
        project::check(&mut tx, session.org, session.project).await?;
        check_room(&mut tx, session).await?;
        if let Some(agent) = session.agent {
            let scope = Scope::new(session.org, session.mode);
            let query = sql("select id from agents where ").within("agents", scope).and("id =", agent);
            tx.row(query).await?.ok_or(StoreError::NotFound)?;
        }
        let query =
            sql("insert into sessions (id, org, mode, project, agent, channel, system, variables, tools, \
             metadata, created_at, epoch, node, lease_until, ends_by, mocks) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 1, $12, $13, $14, $15) returning *")
            .bind(session.id)
            .bind(session.org)
            .bind(session.mode)
            .bind(session.project)
            .bind(session.agent)
            .bind(word_of(session.channel)?)
            .bind(json_text(&session.system)?)
            .bind(json_text(&session.variables)?)
            .bind(json_text(&session.tools)?)
            .bind(json_text(&session.metadata)?)
            .bind(session.created_at)
            .bind(node)
            .bind(lease_until)
            .bind(session.ends_by)
            .bind(session.mocks.as_ref().map(json_text).transpose()?);
        let row = tx.row(query).await.map_err(|error| error.about("session"))?;
        let stored = read(&row.ok_or(StoreError::NotFound)?)?;
        tx.commit().await?;
        Ok(stored)
    }

    /// One session.
    pub async fn get_session(&self, scope: Scope, id: SessionId) -> Result<Session> {
        let query = sql("select * from sessions where ").within_project("sessions", scope).and("id =", id);
        read(&self.db().row(query).await?.ok_or(StoreError::NotFound)?)
    }

    /// The session of a number, if there is one.
    pub async fn session_by_number(&self, scope: Scope, number: i64) -> Result<Option<Session>> {
        let query =
            sql("select * from sessions where ").within_project("sessions", scope).and("number =", number);
        self.db().row(query).await?.as_ref().map(read).transpose()
    }

    /// Ends a session; the first end stays. Gives the session as it is then.
    pub async fn end_session(
        &self,
        scope: Scope,
        id: SessionId,
        reason: EndReason,
        at: Stamp,
    ) -> Result<Session> {
        let query = sql("update sessions set ended_at = $1, end_reason = $2 where ended_at is null and ")
            .bind(at)
            .bind(word_of(reason)?)
            .within_project("sessions", scope)
            .and("id =", id);
        self.db().run(query).await?;
        self.get_session(scope, id).await
    }

    /// Replaces the variables of a session that is still owned under `epoch`; else
    /// [`StoreError::Conflict`]. [`crate::Writer::variables`] does the same without waiting.
    pub async fn save_variables(
        &self,
        scope: Scope,
        id: SessionId,
        epoch: i64,
        variables: &Map<String, Value>,
    ) -> Result<()> {
        let query = sql("update sessions set variables = ")
            .arg(json_text(variables)?)
            .push(" where erased_at is null and ")
            .within_project("sessions", scope)
            .and("id =", id)
            .and("epoch =", epoch);
        if self.db().run(query).await? == 0 {
            self.get_session(scope, id).await?;
            return Err(StoreError::Conflict { what: "session" });
        }
        Ok(())
    }

    /// Gives a session that is still owned under `epoch` another agent with its tools; else
    /// [`StoreError::Conflict`].
    pub async fn save_cast(&self, scope: Scope, epoch: i64, session: &Session) -> Result<()> {
        let query = sql("update sessions set agent = $1, tools = $2, system = $3, variables = $4 \
            where erased_at is null and ended_at is null and ")
        .bind(session.agent)
        .bind(json_text(&session.tools)?)
        .bind(json_text(&session.system)?)
        .bind(json_text(&session.variables)?)
        .within_project("sessions", scope)
        .and("id =", session.id)
        .and("epoch =", epoch);
        match self.db().run(query).await? {
            0 => Err(StoreError::Conflict { what: "session" }),
            _ => Ok(()),
        }
    }

    /// One act of the ledger.
    pub async fn get_act(&self, scope: Scope, id: ActId) -> Result<Act> {
        let query = sql("select a.* from acts a join sessions s on s.id = a.session where ")
            .within_project("s", scope)
            .and("a.id =", id);
        read_act(&self.db().row(query).await?.ok_or(StoreError::NotFound)?)
    }
}
