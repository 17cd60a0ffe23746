//! What a project is set to, and its name. Live and test have settings of their own.

use hookswitch_model::name::ProjectName;
use hookswitch_model::{AgentId, OrgId, ProjectId, Scope};

use crate::db::{Result, sql};
use crate::error::StoreError;
use crate::open::Store;
use crate::project;

/// Settings of a project in one mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ProjectSettings {
    /// The agent of conversations that name none.
    pub default_agent: Option<AgentId>,
    /// Most sessions at a time.
    pub most_sessions: Option<u32>,
}

impl Store {
    /// Gives a project another name.
    pub async fn rename_project(&self, org: OrgId, project: ProjectId, name: &ProjectName) -> Result<()> {
        let query = sql("update projects set name = $1 where org = $2 and id = $3")
            .bind(name.as_str())
            .bind(org)
            .bind(project);
        match self.db().run(query).await.map_err(|error| error.about("project name"))? {
            0 => Err(StoreError::NotFound),
            _ => Ok(()),
        }
    }

    /// The settings of a project in the scope's mode.
    pub async fn project_settings(&self, scope: Scope, project: ProjectId) -> Result<ProjectSettings> {
        let query = sql("select default_agent, most_sessions from project_settings s where ")
            .within("s", scope)
            .and("s.project =", project);
        let Some(row) = self.db().row(query).await? else { return Ok(ProjectSettings::default()) };
        Ok(ProjectSettings {
            default_agent: row.opt("default_agent")?,
            most_sessions: row.opt("most_sessions")?,
        })
    }

    /// Replaces the settings of a project. The default agent must be one of the project and mode.
    pub async fn put_project_settings(
        &self,
        scope: Scope,
        project: ProjectId,
        settings: ProjectSettings,
    ) -> Result<()> {
        let mut tx = self.db().begin().await?;
        project::lock(&mut tx, scope.org, project).await?;
        if let Some(agent) = settings.default_agent {
            let query = sql("select id from agents where ")
                .within_project("agents", scope.in_project(project))
                .and("id =", agent);
            tx.row(query).await?.ok_or(StoreError::NotFound)?;
        }
        let query = sql("insert into project_settings (project, mode, org, default_agent, most_sessions) \
             values ($1, $2, $3, $4, $5) on conflict (project, mode) do update set \
             default_agent = excluded.default_agent, most_sessions = excluded.most_sessions")
        .bind(project)
        .bind(scope.mode)
        .bind(scope.org)
        .bind(settings.default_agent)
        .bind(settings.most_sessions.map(i64::from));
        tx.run(query).await?;
        tx.commit().await
    }

    /// How many sessions of a project have not ended, in the scope's mode.
    pub async fn count_open_sessions(&self, scope: Scope, project: ProjectId) -> Result<u64> {
        let query = sql("select count(*) as n from sessions s where ")
            .within("s", scope)
            .and("s.project =", project)
            .push(" and s.ended_at is null");
        self.db().row(query).await?.map_or(Ok(0), |row| row.get("n"))
    }
}
