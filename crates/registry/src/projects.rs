//! Projects: renamed, set, removed.

use hookswitch_model::name::ProjectName;
use hookswitch_model::{Mode, ProjectId, Scope};
use hookswitch_store::{LAST_PROJECT, ProjectSettings, StoreError};

use crate::Registry;
use crate::error::RegistryError;
use crate::live::Stale;

/// How the removal of a project went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Removal {
    /// It is gone.
    Removed,
    /// It is the organisation's last one and stays.
    LastProject,
    /// A test key asked, and there is something live in it.
    HoldsLive,
}

impl Registry {
    /// Gives a project another name.
    pub async fn rename_project(
        &self,
        scope: Scope,
        id: ProjectId,
        name: &ProjectName,
    ) -> Result<(), RegistryError> {
        self.inner.store.rename_project(scope.org, id, name).await.map_err(|error| match error {
            StoreError::Conflict { .. } => {
                RegistryError::NameTaken { what: "project", name: name.as_str().to_owned() }
            }
            StoreError::NotFound => RegistryError::NotFound("project"),
            other => RegistryError::Store(other),
        })
    }

    /// What a project is set to in the scope's mode.
    pub async fn project_settings(
        &self,
        scope: Scope,
        id: ProjectId,
    ) -> Result<ProjectSettings, RegistryError> {
        Ok(self.inner.store.project_settings(scope, id).await?)
    }

    /// Replaces what a project is set to. Its default agent must be one of its own.
    pub async fn put_project_settings(
        &self,
        scope: Scope,
        id: ProjectId,
        settings: ProjectSettings,
    ) -> Result<(), RegistryError> {
        let put = self.inner.store.put_project_settings(scope, id, settings).await;
        put.map_err(RegistryError::absent("project"))
    }

    /// How many of a project's sessions have not ended.
    pub async fn open_sessions_of_project(&self, scope: Scope, id: ProjectId) -> Result<u64, RegistryError> {
        Ok(self.inner.store.count_open_sessions(scope, id).await?)
    }

    /// Removes a project with its tools and agents. Its API keys move to the oldest project that is left. The last
    /// project stays, and a test scope removes no project with anything live in it.
    pub async fn delete_project(&self, scope: Scope, id: ProjectId) -> Result<Removal, RegistryError> {
        let only = (scope.mode == Mode::Test).then_some(Mode::Test);
        let store = self.inner.store.clone();
        let removed = async move { store.delete_project(scope.org, id, only).await };
        let removed = match self.change(Stale::Everything, removed).await {
            Ok(removed) => removed,
            Err(StoreError::Conflict { what: LAST_PROJECT }) => return Ok(Removal::LastProject),
            Err(StoreError::Conflict { .. }) => return Ok(Removal::HoldsLive),
            Err(error) => return Err(RegistryError::absent("project")(error)),
        };
        for tool in removed.tools {
            self.inner.changes.tell(crate::Change::Tool(tool));
        }
        Ok(Removal::Removed)
    }
}
