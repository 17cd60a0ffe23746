//! Values sealed beside definitions, and the keys with which tools sign.

mod agent;
mod project_signing;
mod rewrap;
mod signing;

use hookswitch_model::{
    AgentId, EventWebhookId, Mode, OrgId, ProjectId, Scope, SealId, SecretId, Stamp, ToolId,
};

use crate::db::{Result, Row, Tx, sql};
use crate::error::StoreError;
use crate::open::Store;

pub(crate) use signing::insert_first;
pub(crate) use signing::read as read_signing_key;
pub use signing::{NewSigningKey, SigningKeyRow};

/// A sealed value that a definition or a binding is about to refer to. One with an id that its owner has already
/// takes the place of the old value: sessions that pinned the reference use the new one from their next attempt.
#[derive(Debug, Clone)]
pub struct NewSeal {
    /// The id that the reference holds.
    pub id: SealId,
    /// What it is for; part of what it is sealed with.
    pub purpose: String,
    /// The sealed bytes.
    pub sealed: Vec<u8>,
}

/// Where sealed bytes lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SealedPlace {
    /// A value in a definition or a binding.
    Seal(SealId),
    /// A value beside an agent.
    AgentSeal(SealId),
    /// A signing key of a tool, by number.
    SigningKey(ToolId, u32),
    /// A signing key of a project, by mode and number.
    ProjectSigningKey(ProjectId, Mode, u32),
    /// A signing key of a webhook of events, by number.
    EventWebhookKey(EventWebhookId, u32),
    /// A named secret.
    Secret(SecretId),
    /// An answer kept for the same `Idempotency-Key`, by organisation, mode and hash of the key.
    Answer(OrgId, Mode, [u8; 32]),
}

/// Sealed bytes with all that tells what they are sealed with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedRow {
    /// Where they lie.
    pub place: SealedPlace,
    /// The organisation they belong to.
    pub org: OrgId,
    /// Live or test.
    pub mode: Mode,
    /// A seal's purpose, `agent` for a value beside an agent, a secret's name, an answer's route; `signing_key` for signing keys.
    pub purpose: String,
    /// The bytes.
    pub sealed: Vec<u8>,
}

fn read(row: &Row) -> Result<SealedRow> {
    Ok(SealedRow {
        place: SealedPlace::Seal(row.get("id")?),
        org: row.get("org")?,
        mode: row.get("mode")?,
        purpose: row.get("purpose")?,
        sealed: row.get("sealed")?,
    })
}

/// Stores the seals of a tool's definition, or with an agent those of a binding. An id that belongs to another
/// owner is a conflict.
pub(crate) async fn put_all(
    tx: &mut Tx,
    scope: Scope,
    tool: ToolId,
    agent: Option<AgentId>,
    seals: Vec<NewSeal>,
) -> Result<()> {
    for seal in seals {
        let query =
            sql("insert into seals (id, org, mode, tool, agent, purpose, sealed, created_at, updated_at) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, $8) \
             on conflict (id) do update set sealed = excluded.sealed, updated_at = excluded.updated_at \
             where seals.org = excluded.org and seals.mode = excluded.mode and seals.tool = excluded.tool \
             and seals.agent is not distinct from excluded.agent and seals.purpose = excluded.purpose")
            .bind(seal.id)
            .bind(scope.org)
            .bind(scope.mode)
            .bind(tool)
            .bind(agent)
            .bind(seal.purpose)
            .bind(seal.sealed)
            .bind(Stamp::now());
        if tx.run(query).await? == 0 {
            return Err(StoreError::Conflict { what: "seal" });
        }
    }
    Ok(())
}

/// Removes the seals of one binding.
pub(crate) async fn delete_of_binding(tx: &mut Tx, agent: AgentId, tool: ToolId) -> Result<()> {
    let query = sql("delete from seals where agent = $1 and tool = $2").bind(agent).bind(tool);
    tx.run(query).await.map(drop)
}

impl Store {
    /// One sealed value of a definition or a binding.
    pub async fn get_seal(&self, scope: Scope, id: SealId) -> Result<SealedRow> {
        let query = sql("select * from seals where ").within("seals", scope).and("id =", id);
        read(&self.db().row(query).await?.ok_or(StoreError::NotFound)?)
    }
}
