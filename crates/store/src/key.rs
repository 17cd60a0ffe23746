//! API keys: their hashes and what they may do.

use std::collections::BTreeSet;

use hookswitch_model::key::{ApiKey, Permission};
use hookswitch_model::{KeyId, Mode, Scope, Stamp};

use crate::db::{Query, Result, Row, Tx, sql};
use crate::error::StoreError;
use crate::open::Store;
use crate::page::{Cursor, Order, Page, PageOf};
use crate::project;

/// A key that is about to be made together with its organisation.
#[derive(Debug, Clone)]
pub struct NewKey {
    /// Live or test.
    pub mode: Mode,
    /// What people call it.
    pub name: String,
    /// The first characters of the key.
    pub hint: String,
    /// What it may do.
    pub permissions: BTreeSet<Permission>,
    /// When it stops to work by itself.
    pub expires_at: Option<Stamp>,
}

fn read(row: &Row) -> Result<ApiKey> {
    let words: String = row.get("permissions")?;
    let permissions = words
        .split_whitespace()
        .map(|word| {
            Permission::from_word(word).ok_or_else(|| StoreError::Corrupt {
                column: "permissions",
                reason: "unknown word".to_owned(),
            })
        })
        .collect::<Result<_>>()?;
    Ok(ApiKey {
        id: row.get("id")?,
        org: row.get("org")?,
        project: row.get("project")?,
        mode: row.get("mode")?,
        name: row.get("name")?,
        hint: row.get("hint")?,
        permissions,
        created_at: row.get("created_at")?,
        expires_at: row.opt("expires_at")?,
        revoked_at: row.opt("revoked_at")?,
    })
}

pub(crate) async fn insert(tx: &mut Tx, key: &ApiKey, hash: &[u8; 32]) -> Result<()> {
    let words: Vec<&str> = key.permissions.iter().map(|permission| permission.as_str()).collect();
    let query =
        sql("insert into api_keys (id, org, project, mode, name, hint, permissions, hash, created_at, \
         expires_at, revoked_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)")
        .bind(key.id)
        .bind(key.org)
        .bind(key.project)
        .bind(key.mode)
        .bind(key.name.as_str())
        .bind(key.hint.as_str())
        .bind(words.join(" "))
        .bind(hash)
        .bind(key.created_at)
        .bind(key.expires_at)
        .bind(key.revoked_at);
    tx.run(query).await.map(drop).map_err(|error| error.about("key"))
}

/// The keys that a scope manages: a live one all keys of its organisation, a test one the test keys.
fn managed(query: Query, scope: Scope) -> Query {
    let query = query.push("org = ").arg(scope.org);
    match scope.mode {
        Mode::Live => query,
        Mode::Test => query.and("mode =", Mode::Test),
    }
    .and_some("project =", scope.project)
}

impl Store {
    /// Stores a key. The project must be one of its organisation.
    pub async fn insert_key(&self, key: &ApiKey, hash: &[u8; 32]) -> Result<()> {
        let mut tx = self.db().begin().await?;
        project::check(&mut tx, key.org, key.project).await?;
        insert(&mut tx, key, hash).await?;
        tx.commit().await
    }

    /// The key of a hash (SHA-256 of the whole key), whosever it is; also when it is expired or revoked.
    pub async fn key_by_hash_any_tenant(&self, hash: &[u8; 32]) -> Result<Option<ApiKey>> {
        let query = sql("select * from api_keys where hash = $1").bind(hash);
        self.db().row(query).await?.as_ref().map(read).transpose()
    }

    /// The keys of an organisation, oldest first. A live scope sees live and test keys, a test scope test keys.
    pub async fn list_keys(&self, scope: Scope, page: &Page) -> Result<PageOf<ApiKey>> {
        let query = managed(sql("select * from api_keys where "), scope).paged(
            page,
            Order::OldestFirst,
            "created_at",
            "id",
        );
        let keys = self.db().rows(query).await?.iter().map(read).collect::<Result<_>>()?;
        Ok(PageOf::cut(keys, page, |key: &ApiKey| Cursor { key: key.created_at.micros(), id: key.id.uuid() }))
    }

    /// One key.
    pub async fn get_key(&self, scope: Scope, id: KeyId) -> Result<ApiKey> {
        let query = managed(sql("select * from api_keys where "), scope).and("id =", id);
        read(&self.db().row(query).await?.ok_or(StoreError::NotFound)?)
    }

    /// Revokes a key; the moment of the first revocation stays.
    pub async fn revoke_key(&self, scope: Scope, id: KeyId, at: Stamp) -> Result<ApiKey> {
        let query = sql("update api_keys set revoked_at = coalesce(revoked_at, ").arg(at).push(") where ");
        match self.db().run(managed(query, scope).and("id =", id)).await? {
            0 => Err(StoreError::NotFound),
            _ => self.get_key(scope, id).await,
        }
    }
}
