//! The keys with which a tool signs its requests: a current one, and after a rotation the old one for a while.

use hookswitch_model::{Scope, Stamp, ToolId};

use crate::db::{Result, Row, Tx, sql};
use crate::error::StoreError;
use crate::open::Store;

/// A signing key that is about to be stored.
#[derive(Debug, Clone)]
pub struct NewSigningKey {
    /// The sealed bytes.
    pub sealed: Vec<u8>,
}

/// A stored signing key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SigningKeyRow {
    /// 1, 2, 3, … in the order in which they were made.
    pub number: u32,
    /// The sealed bytes.
    pub sealed: Vec<u8>,
    /// When it was made.
    pub created_at: Stamp,
    /// When it stops to sign; none for the current key.
    pub expires_at: Option<Stamp>,
}

pub(crate) fn read(row: &Row) -> Result<SigningKeyRow> {
    Ok(SigningKeyRow {
        number: row.get("number")?,
        sealed: row.get("sealed")?,
        created_at: row.get("created_at")?,
        expires_at: row.opt("expires_at")?,
    })
}

async fn insert(tx: &mut Tx, scope: Scope, tool: ToolId, number: u32, key: NewSigningKey) -> Result<()> {
    let query = sql("insert into signing_keys (tool, number, org, mode, sealed, created_at) \
         values ($1, $2, $3, $4, $5, $6)")
    .bind(tool)
    .bind(number)
    .bind(scope.org)
    .bind(scope.mode)
    .bind(key.sealed)
    .bind(Stamp::now());
    tx.run(query).await.map(drop)
}

/// The key of a new tool.
pub(crate) async fn insert_first(tx: &mut Tx, scope: Scope, tool: ToolId, key: NewSigningKey) -> Result<()> {
    insert(tx, scope, tool, 1, key).await
}

impl Store {
    /// The signing keys of a tool, the current one first. Expired ones are still there until the next rotation.
    pub async fn list_signing_keys(&self, scope: Scope, tool: ToolId) -> Result<Vec<SigningKeyRow>> {
        let query = sql("select k.number, k.sealed, k.created_at, k.expires_at from signing_keys k \
             join tools t on t.id = k.tool where ")
        .within_project("t", scope)
        .and("k.tool =", tool)
        .push(" order by k.number desc");
        self.db().rows(query).await?.iter().map(read).collect()
    }

    /// Makes a new key the current one. The key that was current signs on until `old_expires_at`; older ones go.
    /// Also gives a tool without keys its first.
    pub async fn rotate_signing_key(
        &self,
        scope: Scope,
        tool: ToolId,
        new: NewSigningKey,
        old_expires_at: Stamp,
    ) -> Result<Vec<SigningKeyRow>> {
        let mut tx = self.db().begin().await?;
        crate::tool::lock(&mut tx, scope, tool).await?;
        let newest = tx
            .row(sql("select max(number) as number from signing_keys where tool = $1").bind(tool))
            .await?
            .map(|row| row.opt::<u32>("number"))
            .transpose()?
            .flatten()
            .unwrap_or(0);
        tx.run(sql("delete from signing_keys where tool = $1 and number < $2").bind(tool).bind(newest))
            .await?;
        tx.run(
            sql("update signing_keys set expires_at = $2 where tool = $1").bind(tool).bind(old_expires_at),
        )
        .await?;
        let number = newest.checked_add(1).ok_or(StoreError::Conflict { what: "signing key" })?;
        insert(&mut tx, scope, tool, number, new).await?;
        tx.commit().await?;
        self.list_signing_keys(scope, tool).await
    }
}
