//! Removing a project with what belongs to it.

use hookswitch_model::{Mode, OrgId, ProjectId, ToolId};

use crate::db::{Result, Tx, sql};
use crate::error::StoreError;
use crate::open::Store;

/// What the conflict is about when a project is the last one.
pub const LAST_PROJECT: &str = "last project";

/// What went with a project.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Removed {
    /// Its tools.
    pub tools: Vec<ToolId>,
}

impl Store {
    /// Removes a project with its tools and agents. Its API keys move to the oldest project that is left; records of
    /// its sessions stay. The last project of an organisation is a conflict. `only` confines what may be lost: a
    /// project with tools or agents of another mode is a conflict then.
    pub async fn delete_project(
        &self,
        org: OrgId,
        project: ProjectId,
        only: Option<Mode>,
    ) -> Result<Removed> {
        let mut tx = self.db().begin().await?;
        // All of an organisation's projects are locked, in one order: of two removals at once one waits, and sees
        // what the other left.
        let for_update = tx.for_update();
        let query =
            sql("select id from projects where org = $1 order by created_at, id").bind(org).push(for_update);
        let ids: Vec<ProjectId> =
            tx.rows(query).await?.iter().map(|row| row.get("id")).collect::<Result<_>>()?;
        if !ids.contains(&project) {
            return Err(StoreError::NotFound);
        }
        let Some(heir) = ids.into_iter().find(|id| *id != project) else {
            return Err(StoreError::Conflict { what: LAST_PROJECT });
        };
        if let Some(mode) = only
            && holds_other_mode(&mut tx, project, mode).await?
        {
            return Err(StoreError::Conflict { what: "project of both modes" });
        }
        let of = |text: &'static str| sql(text).bind(project);
        let rows = tx.rows(of("select id from tools where project = $1")).await?;
        let tools = rows.iter().map(|row| row.get("id")).collect::<Result<_>>()?;
        tx.run(of("update api_keys set project = $2 where project = $1").bind(heir)).await?;
        tx.run(of("delete from tools where project = $1")).await?;
        tx.run(of("delete from agents where project = $1")).await?;
        tx.run(of("delete from projects where id = $1")).await?;
        tx.commit().await?;
        Ok(Removed { tools })
    }
}

async fn holds_other_mode(tx: &mut Tx, project: ProjectId, mode: Mode) -> Result<bool> {
    for text in [
        "select id from tools where project = $1 and mode <> $2 limit 1",
        "select id from agents where project = $1 and mode <> $2 limit 1",
        "select id from api_keys where project = $1 and mode <> $2 limit 1",
    ] {
        if tx.row(sql(text).bind(project).bind(mode)).await?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}
