//! Organisations: the tenants.

use hookswitch_model::key::ApiKey;
use hookswitch_model::name::OrgName;
use hookswitch_model::{KeyId, OrgId, ProjectId, Stamp};

use crate::db::{Result, Row, Tx, sql};
use crate::error::StoreError;
use crate::key::{self, NewKey};
use crate::open::Store;
use crate::page::{Cursor, Order, Page, PageOf};
use crate::project::{self, Project};

/// An organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Org {
    /// Its id.
    pub id: OrgId,
    /// Its number: unique per server, never reused.
    pub number: i64,
    /// What people call it.
    pub name: OrgName,
    /// When it was made.
    pub created_at: Stamp,
}

/// What the first start made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bootstrapped {
    /// The first organisation.
    pub org: Org,
    /// Its project `main`.
    pub project: Project,
    /// Its first key.
    pub key: ApiKey,
}

fn read(row: &Row) -> Result<Org> {
    Ok(Org {
        id: row.get("id")?,
        number: row.get("number")?,
        name: row.get("name")?,
        created_at: row.get("created_at")?,
    })
}

async fn insert(tx: &mut Tx, name: &OrgName) -> Result<(Org, Project)> {
    let (id, now) = (OrgId::generate(), Stamp::now());
    let row = tx
        .row(
            sql("insert into orgs (id, name, created_at) values ($1, $2, $3) returning *")
                .bind(id)
                .bind(name.as_str())
                .bind(now),
        )
        .await?
        .ok_or(StoreError::NotFound)?;
    let main = Project { id: ProjectId::generate(), org: id, name: project::main_name()?, created_at: now };
    project::insert(tx, &main).await?;
    Ok((read(&row)?, main))
}

impl Store {
    /// Makes an organisation and its project `main`.
    pub async fn create_org(&self, name: &OrgName) -> Result<Org> {
        let mut tx = self.db().begin().await?;
        let (org, _) = insert(&mut tx, name).await?;
        tx.commit().await?;
        Ok(org)
    }

    /// One organisation.
    pub async fn get_org(&self, org: OrgId) -> Result<Org> {
        let row = self.db().row(sql("select * from orgs where id = $1").bind(org)).await?;
        read(&row.ok_or(StoreError::NotFound)?)
    }

    /// All organisations of the server, oldest first: for the operator.
    pub async fn list_orgs(&self, page: &Page) -> Result<PageOf<Org>> {
        let query = sql("select * from orgs where 1 = 1").paged(page, Order::OldestFirst, "number", "id");
        let orgs = self.db().rows(query).await?.iter().map(read).collect::<Result<_>>()?;
        Ok(PageOf::cut(orgs, page, |org: &Org| Cursor { key: org.number, id: org.id.uuid() }))
    }

    /// Gives an organisation another name.
    pub async fn rename_org(&self, org: OrgId, name: &OrgName) -> Result<Org> {
        let query = sql("update orgs set name = $2 where id = $1").bind(org).bind(name.as_str());
        match self.db().run(query).await? {
            0 => Err(StoreError::NotFound),
            _ => self.get_org(org).await,
        }
    }

    /// How many organisations there are.
    pub async fn count_orgs(&self) -> Result<u64> {
        let row = self.db().row(sql("select count(*) as n from orgs")).await?;
        row.map_or(Ok(0), |row| row.get("n"))
    }

    /// Makes the first organisation, its project `main` and its first key in one step; does nothing and gives
    /// `None` when there is an organisation already. Of two servers that start at once, one makes it.
    pub async fn bootstrap(
        &self,
        name: &OrgName,
        new_key: NewKey,
        hash: &[u8; 32],
    ) -> Result<Option<Bootstrapped>> {
        let mut tx = self.db().begin().await?;
        if matches!(tx, Tx::Postgres(_)) {
            tx.run(sql("lock table orgs in exclusive mode")).await?;
        }
        if tx.row(sql("select id from orgs limit 1")).await?.is_some() {
            return Ok(None);
        }
        let (org, project) = insert(&mut tx, name).await?;
        let key = ApiKey {
            id: KeyId::generate(),
            org: org.id,
            project: project.id,
            mode: new_key.mode,
            name: new_key.name,
            hint: new_key.hint,
            permissions: new_key.permissions,
            created_at: org.created_at,
            expires_at: new_key.expires_at,
            revoked_at: None,
        };
        key::insert(&mut tx, &key, hash).await?;
        tx.commit().await?;
        Ok(Some(Bootstrapped { org, project, key }))
    }
}
