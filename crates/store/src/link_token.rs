//! Short-lived tokens that open the socket of one session as one kind of link.

use hookswitch_model::{KeyId, Mode, OrgId, Scope, SessionId, Stamp};

use crate::db::{Result, json_text, sql};
use crate::error::StoreError;
use crate::open::Store;

/// What a token opens. The token itself is not stored, only its hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkToken {
    /// The organisation it belongs to.
    pub org: OrgId,
    /// Live or test.
    pub mode: Mode,
    /// The only session that it opens.
    pub session: SessionId,
    /// The only kind of link that it opens: `runtime` or `app`.
    pub kind: String,
    /// Where the page that opens it must come from; empty: not from a page.
    pub origins: Vec<String>,
    /// The key that minted it; a revoked key takes its tokens with it.
    pub minted_by: KeyId,
    /// When it was made.
    pub created_at: Stamp,
    /// When it opens nothing more.
    pub expires_at: Stamp,
}

/// Expired tokens removed with each one that is made: more than are made, so that the table follows the traffic.
const SWEPT: u32 = 16;

impl Store {
    /// Stores a token of the scope by its SHA-256, and removes some that have expired.
    pub async fn insert_link_token(&self, scope: Scope, token: &LinkToken, hash: &[u8; 32]) -> Result<()> {
        if (scope.org, scope.mode) != (token.org, token.mode) {
            return Err(StoreError::NotFound);
        }
        self.get_session(scope, token.session).await?;
        let mut tx = self.db().begin().await?;
        let sweep = sql("delete from link_tokens where hash in (select hash from link_tokens \
             where expires_at <= $1 order by expires_at limit $2)")
        .bind(token.created_at)
        .bind(SWEPT);
        tx.run(sweep).await?;
        let query = sql("insert into link_tokens (hash, org, mode, session, kind, origins, minted_by, \
             created_at, expires_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)")
        .bind(hash)
        .bind(token.org)
        .bind(token.mode)
        .bind(token.session)
        .bind(token.kind.as_str())
        .bind(json_text(&token.origins)?)
        .bind(token.minted_by)
        .bind(token.created_at)
        .bind(token.expires_at);
        tx.run(query).await?;
        tx.commit().await
    }

    /// The token of a hash, whosever it is, while it is valid and its key is.
    pub async fn link_token_by_hash_any_tenant(
        &self,
        hash: &[u8; 32],
        now: Stamp,
    ) -> Result<Option<LinkToken>> {
        let query = sql("select t.* from link_tokens t join api_keys k on k.id = t.minted_by \
             where t.hash = $1 and t.expires_at > $2 and k.revoked_at is null \
             and (k.expires_at is null or k.expires_at > $2)")
        .bind(hash)
        .bind(now);
        let Some(row) = self.db().row(query).await? else { return Ok(None) };
        Ok(Some(LinkToken {
            org: row.get("org")?,
            mode: row.get("mode")?,
            session: row.get("session")?,
            kind: row.get("kind")?,
            origins: row.json("origins")?,
            minted_by: row.get("minted_by")?,
            created_at: row.get("created_at")?,
            expires_at: row.get("expires_at")?,
        }))
    }
}
