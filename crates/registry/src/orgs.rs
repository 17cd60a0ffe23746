//! Organisations and projects.

use hookswitch_model::key::Permission;
use hookswitch_model::name::{OrgName, ProjectName};
use hookswitch_model::{Mode, ProjectId, Scope};
use hookswitch_store::{Org, Page, PageOf, Project, StoreError};

use crate::Registry;
use crate::error::RegistryError;
use crate::keys::{NewKey, ShownKey};

impl Registry {
    /// The caller's organisation.
    pub async fn get_org(&self, scope: Scope) -> Result<Org, RegistryError> {
        self.inner.store.get_org(scope.org).await.map_err(RegistryError::absent("organisation"))
    }

    /// Whether a scope is that of the first organisation, whose admins run the server.
    pub async fn is_operator(&self, scope: Scope) -> Result<bool, RegistryError> {
        Ok(self.get_org(scope).await?.number == 1)
    }

    /// Creates an organisation with its first key, which may do everything in it.
    pub async fn create_org(&self, name: OrgName, mode: Mode) -> Result<(Org, ShownKey), RegistryError> {
        let org = self.inner.store.create_org(&name).await?;
        let scope = Scope::new(org.id, mode);
        let main = self
            .inner
            .store
            .project_by_name(org.id, "main")
            .await?
            .ok_or(RegistryError::NotFound("project"))?;
        let new = NewKey {
            name: "first".to_owned(),
            mode,
            project: main.id,
            permissions: Permission::ALL.into_iter().collect(),
            expires_at: None,
        };
        let key = self.create_key(scope, new).await?;
        Ok((org, key))
    }

    /// All organisations of the server, oldest first. For its operator.
    pub async fn list_orgs(&self, page: Page) -> Result<PageOf<Org>, RegistryError> {
        Ok(self.inner.store.list_orgs(&page).await?)
    }

    /// Renames the caller's organisation.
    pub async fn rename_org(&self, scope: Scope, name: OrgName) -> Result<Org, RegistryError> {
        self.inner.store.rename_org(scope.org, &name).await.map_err(RegistryError::absent("organisation"))
    }

    /// Creates a project.
    pub async fn create_project(&self, scope: Scope, name: ProjectName) -> Result<Project, RegistryError> {
        self.inner.store.create_project(scope.org, &name).await.map_err(|error| match error {
            StoreError::Conflict { .. } => {
                RegistryError::NameTaken { what: "project", name: name.as_str().to_owned() }
            }
            other => RegistryError::Store(other),
        })
    }

    /// One project.
    pub async fn get_project(&self, scope: Scope, id: ProjectId) -> Result<Project, RegistryError> {
        self.inner.store.get_project(scope.org, id).await.map_err(RegistryError::absent("project"))
    }

    /// The project of a name.
    pub async fn project_by_name(&self, scope: Scope, name: &ProjectName) -> Result<Project, RegistryError> {
        self.inner
            .store
            .project_by_name(scope.org, name.as_str())
            .await?
            .ok_or(RegistryError::NotFound("project"))
    }

    /// Projects, by name.
    pub async fn list_projects(&self, scope: Scope, page: Page) -> Result<PageOf<Project>, RegistryError> {
        Ok(self.inner.store.list_projects(scope.org, &page).await?)
    }
}
