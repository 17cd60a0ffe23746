//! Projects of an organisation.

use hookswitch_model::name::ProjectName;
use hookswitch_model::{OrgId, ProjectId, Stamp};

use crate::db::{Result, Row, Tx, sql};
use crate::error::StoreError;
use crate::open::Store;
use crate::page::{Cursor, Order, Page, PageOf};

/// A project; live and test share it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Project {
    /// Its id.
    pub id: ProjectId,
    /// The organisation it belongs to.
    pub org: OrgId,
    /// Unique in the organisation.
    pub name: ProjectName,
    /// When it was made.
    pub created_at: Stamp,
}

pub(crate) fn main_name() -> Result<ProjectName> {
    ProjectName::parse("main").map_err(|error| StoreError::Internal(Box::new(error)))
}

fn read(row: &Row) -> Result<Project> {
    Ok(Project {
        id: row.get("id")?,
        org: row.get("org")?,
        name: row.get("name")?,
        created_at: row.get("created_at")?,
    })
}

pub(crate) async fn insert(tx: &mut Tx, project: &Project) -> Result<()> {
    let query = sql("insert into projects (id, org, name, created_at) values ($1, $2, $3, $4)")
        .bind(project.id)
        .bind(project.org)
        .bind(project.name.as_str())
        .bind(project.created_at);
    tx.run(query).await.map(drop).map_err(|error| error.about("project name"))
}

/// Refuses a project of another organisation.
pub(crate) async fn check(tx: &mut Tx, org: OrgId, project: ProjectId) -> Result<()> {
    let query = sql("select id from projects where org = $1 and id = $2").bind(org).bind(project);
    tx.row(query).await?.map(drop).ok_or(StoreError::NotFound)
}

/// Keeps others from changing what belongs to a project until the end of the transaction.
pub(crate) async fn lock(tx: &mut Tx, org: OrgId, project: ProjectId) -> Result<()> {
    let for_update = tx.for_update();
    let query =
        sql("select id from projects where org = $1 and id = $2").bind(org).bind(project).push(for_update);
    tx.row(query).await?.map(drop).ok_or(StoreError::NotFound)
}

impl Store {
    /// Makes a project.
    pub async fn create_project(&self, org: OrgId, name: &ProjectName) -> Result<Project> {
        let mut tx = self.db().begin().await?;
        if tx.row(sql("select id from orgs where id = $1").bind(org)).await?.is_none() {
            return Err(StoreError::NotFound);
        }
        let project =
            Project { id: ProjectId::generate(), org, name: name.clone(), created_at: Stamp::now() };
        insert(&mut tx, &project).await?;
        tx.commit().await?;
        Ok(project)
    }

    /// One project.
    pub async fn get_project(&self, org: OrgId, project: ProjectId) -> Result<Project> {
        let query = sql("select * from projects where org = $1 and id = $2").bind(org).bind(project);
        read(&self.db().row(query).await?.ok_or(StoreError::NotFound)?)
    }

    /// The project of a name, if there is one.
    pub async fn project_by_name(&self, org: OrgId, name: &str) -> Result<Option<Project>> {
        let query = sql("select * from projects where org = $1 and name = $2").bind(org).bind(name);
        self.db().row(query).await?.as_ref().map(read).transpose()
    }

    /// All projects of an organisation, oldest first.
    pub async fn list_projects(&self, org: OrgId, page: &Page) -> Result<PageOf<Project>> {
        let query = sql("select * from projects where org = $1").bind(org).paged(
            page,
            Order::OldestFirst,
            "created_at",
            "id",
        );
        let projects = self.db().rows(query).await?.iter().map(read).collect::<Result<_>>()?;
        Ok(PageOf::cut(projects, page, |project: &Project| Cursor {
            key: project.created_at.micros(),
            id: project.id.uuid(),
        }))
    }
}
