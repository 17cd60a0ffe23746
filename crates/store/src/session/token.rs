//! Tokens that open one session at a time from named web pages. Only their hashes are here.

use hookswitch_model::{KeyId, Mode, OrgId, ProjectId, Scope, Stamp};

use crate::db::{Result, Row, json_text, sql};
use crate::error::StoreError;
use crate::open::Store;
use crate::project;

/// Expired tokens that go whenever a new one comes.
const SWEPT: u32 = 100;

/// A token as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionToken {
    /// The organisation of its key.
    pub org: OrgId,
    /// The mode of its key.
    pub mode: Mode,
    /// The project of its key.
    pub project: ProjectId,
    /// The key that it was made with.
    pub key: KeyId,
    /// What the session is called; over what its opener calls it.
    pub label: Option<String>,
    /// Where the page that opens the session must come from; as they were given.
    pub origins: Vec<String>,
    /// When it was made.
    pub created_at: Stamp,
    /// When it opens nothing more.
    pub expires_at: Stamp,
}

fn read(row: &Row) -> Result<SessionToken> {
    Ok(SessionToken {
        org: row.get("org")?,
        mode: row.get("mode")?,
        project: row.get("project")?,
        key: row.get("key")?,
        label: row.opt("label")?,
        origins: row.json("origins")?,
        created_at: row.get("created_at")?,
        expires_at: row.get("expires_at")?,
    })
}

impl Store {
    /// Keeps a token under its hash; the project must be one of the scope's organisation. Some expired ones go.
    pub async fn insert_session_token(
        &self,
        scope: Scope,
        hash: &[u8; 32],
        token: &SessionToken,
    ) -> Result<()> {
        if (scope.org, scope.mode) != (token.org, token.mode) {
            return Err(StoreError::NotFound);
        }
        let mut tx = self.db().begin().await?;
        project::check(&mut tx, scope.org, token.project).await?;
        let swept = sql("delete from session_tokens where hash in (select hash from session_tokens \
             where expires_at < $1 order by expires_at limit $2)");
        tx.run(swept.bind(token.created_at).bind(SWEPT)).await?;
        let query =
            sql("insert into session_tokens (hash, org, mode, project, key, label, origins, created_at, \
             expires_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)")
            .bind(hash)
            .bind(token.org)
            .bind(token.mode)
            .bind(token.project)
            .bind(token.key)
            .bind(token.label.as_deref())
            .bind(json_text(&token.origins)?)
            .bind(token.created_at)
            .bind(token.expires_at);
        tx.run(query).await?;
        tx.commit().await
    }

    /// The token of a hash (SHA-256 of the whole token), whosever it is, as long as it has not expired.
    pub async fn session_token_by_hash_any_tenant(
        &self,
        hash: &[u8; 32],
        now: Stamp,
    ) -> Result<Option<SessionToken>> {
        let query = sql("select * from session_tokens where hash = $1 and expires_at > $2");
        self.db().row(query.bind(hash).bind(now)).await?.as_ref().map(read).transpose()
    }
}
