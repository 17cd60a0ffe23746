//! Changes that are laid over what is stored: read, merged, saved, and done anew when somebody else saved in between.

use hookswitch_model::draft::ToolDraft;
use hookswitch_model::name::ToolName;
use hookswitch_model::tool::StoredTool;
use hookswitch_model::{Dialect, KeyId, ProjectId, Scope, ToolId};
use hookswitch_store::NewSigningKey;
use hookswitch_vault::Purpose;
use secrecy::SecretString;

use crate::Registry;
use crate::error::RegistryError;
use crate::tool_writes::{SavedTool, new_signing_secret};

/// How often a merge is done anew.
const MOST_TRIES: u32 = 8;

impl Registry {
    /// Creates the tool of a name, or saves what a merge makes of the one that has it.
    pub async fn upsert_merged<E: From<RegistryError> + Send>(
        &self,
        scope: Scope,
        project: ProjectId,
        dialect: Dialect,
        name: &ToolName,
        by: KeyId,
        merge: impl Fn(Option<&StoredTool>) -> Result<ToolDraft, E> + Send + Sync,
    ) -> Result<SavedTool, E> {
        let mut tries = 0;
        loop {
            tries += 1;
            let stored = self.inner.store.tool_by_name(scope, name.as_str()).await;
            let stored = stored.map_err(RegistryError::from)?;
            let draft = merge(stored.as_ref())?;
            let saved = match stored {
                Some(stored) => {
                    Box::pin(self.update_tool(scope, stored.id, Some(stored.version), draft, by)).await
                }
                None => Box::pin(self.create_tool(scope, project, dialect, draft, by)).await,
            };
            match saved {
                // Somebody else created, saved or deleted it in between: looked at anew.
                Err(
                    RegistryError::NameTaken { .. }
                    | RegistryError::VersionMismatch { .. }
                    | RegistryError::NotFound(_),
                ) if tries < MOST_TRIES => {}
                other => return Ok(other?),
            }
        }
    }

    /// Saves what a merge makes of a tool.
    pub async fn update_merged<E: From<RegistryError> + Send>(
        &self,
        scope: Scope,
        id: ToolId,
        by: KeyId,
        merge: impl Fn(&StoredTool) -> Result<ToolDraft, E> + Send + Sync,
    ) -> Result<SavedTool, E> {
        let mut tries = 0;
        loop {
            tries += 1;
            let stored = self.get_tool(scope, id).await?;
            let draft = merge(&stored)?;
            match Box::pin(self.update_tool(scope, id, Some(stored.version), draft, by)).await {
                Err(RegistryError::VersionMismatch { .. }) if tries < MOST_TRIES => {}
                other => return Ok(other?),
            }
        }
    }

    /// Gives a tool a signing secret before it signs anything; shown once. Nothing when it has one.
    pub async fn first_signing_secret(
        &self,
        scope: Scope,
        id: ToolId,
    ) -> Result<Option<SecretString>, RegistryError> {
        if !self.inner.store.list_signing_keys(scope, id).await?.is_empty() {
            return Ok(None);
        }
        let secret = new_signing_secret()?;
        let sealed = self.seal_text(scope.org, id, Purpose::Signing, &secret)?;
        let key = NewSigningKey { sealed };
        let now = hookswitch_model::Stamp::now();
        let store = self.inner.store.clone();
        let made = Box::pin(async move { store.rotate_signing_key(scope, id, key, now).await });
        self.change_tool(scope, id, made).await.map_err(RegistryError::absent("tool"))?;
        Ok(Some(secret))
    }
}
