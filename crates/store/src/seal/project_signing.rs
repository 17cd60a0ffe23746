//! The keys with which a project signs: for tools whose dialect has one secret a project.

use hookswitch_model::{ProjectId, Scope, Stamp};

use super::signing::{NewSigningKey, SigningKeyRow, read};
use crate::db::{Result, Tx, sql};
use crate::error::StoreError;
use crate::open::Store;

impl Store {
    /// The signing keys of a project in the scope's mode, the current one first.
    pub async fn list_project_signing_keys(
        &self,
        scope: Scope,
        project: ProjectId,
    ) -> Result<Vec<SigningKeyRow>> {
        let query = sql("select number, sealed, created_at, expires_at from project_signing_keys k where ")
            .within("k", scope)
            .and("k.project =", project)
            .push(" order by number desc");
        self.db().rows(query).await?.iter().map(read).collect()
    }

    /// Gives a project its first key; one that is there already stays.
    pub async fn add_first_project_signing_key(
        &self,
        scope: Scope,
        project: ProjectId,
        key: NewSigningKey,
    ) -> Result<Vec<SigningKeyRow>> {
        let mut tx = self.db().begin().await?;
        crate::project::check(&mut tx, scope.org, project).await?;
        insert(&mut tx, scope, project, 1, key).await?;
        tx.commit().await?;
        self.list_project_signing_keys(scope, project).await
    }

    /// Makes a new key the current one. The key that was current signs on until `old_expires_at`; older ones go.
    pub async fn rotate_project_signing_key(
        &self,
        scope: Scope,
        project: ProjectId,
        new: NewSigningKey,
        old_expires_at: Stamp,
    ) -> Result<Vec<SigningKeyRow>> {
        let mut tx = self.db().begin().await?;
        crate::project::lock(&mut tx, scope.org, project).await?;
        let of = |text| sql(text).bind(project).bind(scope.mode);
        let newest = tx
            .row(of(
                "select max(number) as number from project_signing_keys where project = $1 and mode = $2",
            ))
            .await?
            .map(|row| row.opt::<u32>("number"))
            .transpose()?
            .flatten()
            .unwrap_or(0);
        let older = "delete from project_signing_keys where project = $1 and mode = $2 and number < $3";
        tx.run(of(older).bind(newest)).await?;
        let ends = "update project_signing_keys set expires_at = $3 where project = $1 and mode = $2";
        tx.run(of(ends).bind(old_expires_at)).await?;
        let number = newest.checked_add(1).ok_or(StoreError::Conflict { what: "signing key" })?;
        insert(&mut tx, scope, project, number, new).await?;
        tx.commit().await?;
        self.list_project_signing_keys(scope, project).await
    }
}

async fn insert(
    tx: &mut Tx,
    scope: Scope,
    project: ProjectId,
    number: u32,
    key: NewSigningKey,
) -> Result<()> {
    let query = sql("insert into project_signing_keys (project, mode, number, org, sealed, created_at) \
         values ($1, $2, $3, $4, $5, $6) on conflict (project, mode, number) do nothing")
    .bind(project)
    .bind(scope.mode)
    .bind(number)
    .bind(scope.org)
    .bind(key.sealed)
    .bind(Stamp::now());
    tx.run(query).await.map(drop)
}
