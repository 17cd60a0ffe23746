//! Named secrets of an organisation. Projects share them.

use hookswitch_model::name::SecretName;
use hookswitch_model::secret::Secret;
use hookswitch_model::{Scope, SecretId, Stamp};

use crate::db::{Result, Row, sql};
use crate::error::StoreError;
use crate::open::Store;
use crate::page::{Cursor, Order, Page, PageOf};

/// A secret with its sealed value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedSecret {
    /// Its id.
    pub id: SecretId,
    /// Its name as it was last written.
    pub name: SecretName,
    /// The sealed bytes.
    pub sealed: Vec<u8>,
}

/// Names are unique without regard to case; they are ASCII only.
fn key_of(name: &str) -> String {
    name.to_ascii_lowercase()
}

fn read(row: &Row) -> Result<Secret> {
    Ok(Secret {
        id: row.get("id")?,
        name: row.get("name")?,
        fingerprint: row.get("fingerprint")?,
        created_at: row.get("created_at")?,
        updated_at: row.get("updated_at")?,
        last_used_at: row.opt("last_used_at")?,
    })
}

impl Store {
    /// Sets a secret. One of the same name, without regard to case, is overwritten and keeps its id.
    pub async fn put_secret(
        &self,
        scope: Scope,
        name: &SecretName,
        sealed: &[u8],
        fingerprint: &str,
    ) -> Result<Secret> {
        let query =
            sql("insert into secrets (id, org, mode, name, name_key, fingerprint, sealed, created_at, \
             updated_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $8) \
             on conflict (org, mode, name_key) do update set name = excluded.name, \
             fingerprint = excluded.fingerprint, sealed = excluded.sealed, updated_at = excluded.updated_at \
             returning *")
            .bind(SecretId::generate())
            .bind(scope.org)
            .bind(scope.mode)
            .bind(name.as_str())
            .bind(key_of(name.as_str()))
            .bind(fingerprint)
            .bind(sealed)
            .bind(Stamp::now());
        let mut tx = self.db().begin().await?;
        let row = tx.row(query).await?.ok_or(StoreError::NotFound)?;
        tx.commit().await?;
        read(&row)
    }

    /// The sealed value of a secret, by its name in any case.
    pub async fn get_sealed_secret(&self, scope: Scope, name: &str) -> Result<SealedSecret> {
        let query = sql("select id, name, sealed from secrets where ")
            .within("secrets", scope)
            .and("name_key =", key_of(name));
        let row = self.db().row(query).await?.ok_or(StoreError::NotFound)?;
        Ok(SealedSecret { id: row.get("id")?, name: row.get("name")?, sealed: row.get("sealed")? })
    }

    /// What is shown of a secret, by its name in any case.
    pub async fn get_secret(&self, scope: Scope, name: &str) -> Result<Secret> {
        let query =
            sql("select * from secrets where ").within("secrets", scope).and("name_key =", key_of(name));
        read(&self.db().row(query).await?.ok_or(StoreError::NotFound)?)
    }

    /// What is shown of a secret, by its id.
    pub async fn get_secret_by_id(&self, scope: Scope, id: SecretId) -> Result<Secret> {
        let query = sql("select * from secrets where ").within("secrets", scope).and("id =", id);
        read(&self.db().row(query).await?.ok_or(StoreError::NotFound)?)
    }

    /// All secrets, oldest first.
    pub async fn list_secrets(&self, scope: Scope, page: &Page) -> Result<PageOf<Secret>> {
        let query = sql("select * from secrets where ").within("secrets", scope).paged(
            page,
            Order::OldestFirst,
            "created_at",
            "id",
        );
        let secrets = self.db().rows(query).await?.iter().map(read).collect::<Result<_>>()?;
        Ok(PageOf::cut(secrets, page, |secret: &Secret| Cursor {
            key: secret.created_at.micros(),
            id: secret.id.uuid(),
        }))
    }

    /// Removes a secret, by its name in any case.
    pub async fn delete_secret(&self, scope: Scope, name: &str) -> Result<()> {
        let query =
            sql("delete from secrets where ").within("secrets", scope).and("name_key =", key_of(name));
        if self.db().run(query).await? == 0 { Err(StoreError::NotFound) } else { Ok(()) }
    }

    /// Removes a secret, by its id.
    pub async fn delete_secret_by_id(&self, scope: Scope, id: SecretId) -> Result<()> {
        let query = sql("delete from secrets where ").within("secrets", scope).and("id =", id);
        if self.db().run(query).await? == 0 { Err(StoreError::NotFound) } else { Ok(()) }
    }
}
