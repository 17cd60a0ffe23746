//! Short-lived tokens that stand for a key: for a whole project, for one agent, or for sessions that are opened from
//! named web pages.

use hookswitch_model::{AgentId, KeyId, Mode, OrgId, ProjectId, Scope, Stamp};

use crate::db::{Result, json_text, sql};
use crate::error::StoreError;
use crate::open::Store;
use crate::project;

/// What a token opens. The token itself is not stored, only its hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessToken {
    /// The organisation it belongs to.
    pub org: OrgId,
    /// Live or test.
    pub mode: Mode,
    /// Its project.
    pub project: ProjectId,
    /// The only agent that it opens, where it is confined to one.
    pub agent: Option<AgentId>,
    /// What the session is called; over what its opener calls it.
    pub label: Option<String>,
    /// Where the page that opens the session must come from, as they were given; empty: from anywhere.
    pub origins: Vec<String>,
    /// The key that minted it; a revoked key takes its tokens with it.
    pub minted_by: KeyId,
    /// When it was made.
    pub created_at: Stamp,
    /// When it stops to work.
    pub expires_at: Stamp,
}

/// Expired tokens removed with each one that is made: more than are made, so that the table follows the traffic.
const SWEPT: u32 = 16;

impl Store {
    /// Stores a token of the scope by its SHA-256, and removes some that have expired.
    pub async fn insert_access_token(
        &self,
        scope: Scope,
        token: &AccessToken,
        hash: &[u8; 32],
    ) -> Result<()> {
        if (scope.org, scope.mode) != (token.org, token.mode) {
            return Err(StoreError::NotFound);
        }
        let mut tx = self.db().begin().await?;
        project::check(&mut tx, scope.org, token.project).await?;
        let sweep = sql("delete from access_tokens where hash in (select hash from access_tokens \
             where expires_at <= $1 order by expires_at limit $2)")
        .bind(token.created_at)
        .bind(SWEPT);
        tx.run(sweep).await?;
        let query =
            sql("insert into access_tokens (hash, org, mode, project, agent, label, origins, minted_by, \
             created_at, expires_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)")
            .bind(hash)
            .bind(token.org)
            .bind(token.mode)
            .bind(token.project)
            .bind(token.agent)
            .bind(token.label.as_deref())
            .bind(json_text(&token.origins)?)
            .bind(token.minted_by)
            .bind(token.created_at)
            .bind(token.expires_at);
        tx.run(query).await?;
        tx.commit().await
    }

    /// The token of a hash, whosever it is, while it is valid and its key is.
    pub async fn access_token_by_hash_any_tenant(
        &self,
        hash: &[u8; 32],
        now: Stamp,
    ) -> Result<Option<AccessToken>> {
        let query = sql("select t.* from access_tokens t join api_keys k on k.id = t.minted_by \
             where t.hash = $1 and t.expires_at > $2 and k.revoked_at is null \
             and (k.expires_at is null or k.expires_at > $2)")
        .bind(hash)
        .bind(now);
        let Some(row) = self.db().row(query).await? else { return Ok(None) };
        Ok(Some(AccessToken {
            org: row.get("org")?,
            mode: row.get("mode")?,
            project: row.get("project")?,
            agent: row.opt("agent")?,
            label: row.opt("label")?,
            origins: row.json("origins")?,
            minted_by: row.get("minted_by")?,
            created_at: row.get("created_at")?,
            expires_at: row.get("expires_at")?,
        }))
    }
}
