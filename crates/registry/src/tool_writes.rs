//! Saving tools: create, upsert by name, change, switch, roll back, delete.

use std::time::Duration;

use hookswitch_egress::signing::WebhookSecret;
use hookswitch_model::draft::{Kind, SignatureScheme, ToolDraft};
use hookswitch_model::name::ToolName;
use hookswitch_model::secret::REDACTED;
use hookswitch_model::tool::StoredTool;
use hookswitch_model::{Dialect, Findings, KeyId, ProjectId, Scope, Stamp, ToolId};
use hookswitch_store::{NewSigningKey, NewTool, StoreError, ToolChanges};
use hookswitch_vault::{Purpose, VaultError};
use secrecy::SecretString;

use crate::Registry;
use crate::error::RegistryError;

/// How long an old signing secret still signs after a rotation.
const OVERLAP: Duration = Duration::from_hours(24);

/// How often an upsert looks anew when others save the same tool at the same time.
const MOST_TRIES: u32 = 8;

/// A saved tool and what its author should know.
#[derive(Debug)]
pub struct SavedTool {
    /// As stored.
    pub tool: StoredTool,
    /// Warnings.
    pub findings: Findings,
    /// The signing secret, shown once: when the tool was created.
    pub signing_secret: Option<SecretString>,
    /// Whether it was created by this call.
    pub is_new: bool,
    /// Whether this call saved a version; a draft equal to the stored one saves none.
    pub is_changed: bool,
}

impl Registry {
    /// Creates a tool. Its name must be free in the organisation and mode, over all projects and dialects.
    pub async fn create_tool(
        &self,
        scope: Scope,
        project: ProjectId,
        dialect: Dialect,
        mut draft: ToolDraft,
        by: KeyId,
    ) -> Result<SavedTool, RegistryError> {
        let (definition, findings) = self.check_with_code(scope, &draft).await?;
        let seals = self.seal_draft(scope, &mut draft, None).await?;
        let id = ToolId::generate();
        let secret = signs(&draft).then(new_signing_secret).transpose()?;
        let signing = match &secret {
            Some(secret) => {
                Some(NewSigningKey { sealed: self.seal_text(scope.org, id, Purpose::Signing, secret)? })
            }
            None => None,
        };
        let new = NewTool {
            id,
            project,
            name: definition.name.clone(),
            dialect,
            enabled: true,
            draft,
            seals,
            signing,
        };
        let store = self.inner.store.clone();
        let inserted = Box::pin(async move { store.insert_tool(scope, new, Some(by)).await });
        let tool = self.change_tool(scope, id, inserted).await.map_err(taken(&definition.name))?;
        Ok(SavedTool { tool, findings, signing_secret: secret, is_new: true, is_changed: true })
    }

    /// Creates a tool, or saves a new version of the one that has its name. A draft equal to the stored one saves
    /// nothing, so that the same file can be applied again and again.
    pub async fn upsert_tool(
        &self,
        scope: Scope,
        project: ProjectId,
        dialect: Dialect,
        draft: ToolDraft,
        by: KeyId,
    ) -> Result<SavedTool, RegistryError> {
        let name = ToolName::parse(draft.name.as_str())
            .map_err(|error| RegistryError::finding("$.name", "invalid_name", error.to_string()))?;
        let mut tries = 0;
        loop {
            tries += 1;
            let saved = match self.inner.store.tool_by_name(scope, name.as_str()).await? {
                Some(stored) => Box::pin(self.save(scope, stored, draft.clone(), None, by)).await,
                None => Box::pin(self.create_tool(scope, project, dialect, draft.clone(), by)).await,
            };
            match saved {
                // Somebody else created or saved it in between: looked at anew.
                Err(RegistryError::NameTaken { .. } | RegistryError::VersionMismatch { .. })
                    if tries < MOST_TRIES => {}
                other => return other,
            }
        }
    }

    /// Saves a new version of a tool.
    pub async fn update_tool(
        &self,
        scope: Scope,
        id: ToolId,
        expected_version: Option<u32>,
        draft: ToolDraft,
        by: KeyId,
    ) -> Result<SavedTool, RegistryError> {
        let stored = self.get_tool(scope, id).await?;
        // Boxed: callers would carry its state in theirs.
        Box::pin(self.save(scope, stored, draft, expected_version, by)).await
    }

    async fn save(
        &self,
        scope: Scope,
        stored: StoredTool,
        mut draft: ToolDraft,
        expected_version: Option<u32>,
        by: KeyId,
    ) -> Result<SavedTool, RegistryError> {
        if let Some(expected) = expected_version
            && expected != stored.version
        {
            return Err(RegistryError::VersionMismatch { expected, current: stored.version });
        }
        let (definition, findings) = self.check_with_code(scope, &draft).await?;
        let seals = self.seal_draft(scope, &mut draft, Some(&stored.draft)).await?;
        if draft == stored.draft {
            return Ok(SavedTool {
                tool: stored,
                findings,
                signing_secret: None,
                is_new: false,
                is_changed: false,
            });
        }
        let secret = self.secret_of_first_signer(scope, &stored, &draft).await?;
        let changes =
            ToolChanges { name: Some(definition.name.clone()), draft: Some(draft), enabled: None, seals };
        // Optimistic either way: what was checked and sealed was checked against this version.
        let (store, id, version) = (self.inner.store.clone(), stored.id, stored.version);
        let updated =
            Box::pin(async move { store.update_tool(scope, id, Some(version), changes, Some(by)).await });
        let tool = self.change_tool(scope, id, updated).await.map_err(|error| match error {
            StoreError::VersionMismatch { expected, found } => {
                RegistryError::VersionMismatch { expected, current: found }
            }
            other => taken(&definition.name)(other),
        })?;
        Ok(SavedTool { tool, findings, signing_secret: secret, is_new: false, is_changed: true })
    }

    /// A tool that starts to sign with this version gets its first secret.
    async fn secret_of_first_signer(
        &self,
        scope: Scope,
        stored: &StoredTool,
        draft: &ToolDraft,
    ) -> Result<Option<SecretString>, RegistryError> {
        if !signs(draft) || !self.inner.store.list_signing_keys(scope, stored.id).await?.is_empty() {
            return Ok(None);
        }
        let secret = new_signing_secret()?;
        let sealed = self.seal_text(scope.org, stored.id, Purpose::Signing, &secret)?;
        let (store, id) = (self.inner.store.clone(), stored.id);
        let key = NewSigningKey { sealed };
        let added = Box::pin(async move { store.rotate_signing_key(scope, id, key, Stamp::now()).await });
        self.change_tool(scope, id, added).await?;
        Ok(Some(secret))
    }

    /// Puts an earlier version back: saved as a new one. What was sealed then is still there.
    pub async fn roll_back_tool(
        &self,
        scope: Scope,
        id: ToolId,
        version: u32,
        by: KeyId,
    ) -> Result<SavedTool, RegistryError> {
        let stored = self.get_tool(scope, id).await?;
        let old = self
            .inner
            .store
            .get_version(scope, id, version)
            .await
            .map_err(RegistryError::absent("version"))?;
        let (definition, findings) = self.check(&old.draft)?;
        let changes = ToolChanges {
            name: Some(definition.name.clone()),
            draft: Some(old.draft),
            ..ToolChanges::default()
        };
        let store = self.inner.store.clone();
        let updated =
            Box::pin(
                async move { store.update_tool(scope, id, Some(stored.version), changes, Some(by)).await },
            );
        let tool = self.change_tool(scope, id, updated).await.map_err(taken(&definition.name))?;
        Ok(SavedTool { tool, findings, signing_secret: None, is_new: false, is_changed: true })
    }

    /// Switches a tool on or off. It stays bound; calls to a disabled tool are refused from the next one on.
    pub async fn set_tool_enabled(
        &self,
        scope: Scope,
        id: ToolId,
        enabled: bool,
    ) -> Result<StoredTool, RegistryError> {
        let store = self.inner.store.clone();
        let switched = Box::pin(async move { store.set_tool_enabled(scope, id, enabled).await });
        self.change_tool(scope, id, switched).await.map_err(RegistryError::absent("tool"))
    }

    /// Deletes a tool with its versions, bindings and sealed values. Its executions stay.
    pub async fn delete_tool(&self, scope: Scope, id: ToolId) -> Result<(), RegistryError> {
        let store = self.inner.store.clone();
        let deleted = Box::pin(async move { store.delete_tool(scope, id).await });
        self.change_tool(scope, id, deleted).await.map_err(RegistryError::absent("tool"))
    }

    /// Makes a new signing secret; the one before signs along for 24 h. Shown once.
    pub async fn rotate_signing_secret(
        &self,
        scope: Scope,
        id: ToolId,
    ) -> Result<(SecretString, Stamp), RegistryError> {
        let tool = self.get_tool(scope, id).await?;
        if !signs(&tool.draft) {
            return Err(RegistryError::finding(
                "$.webhook.signature",
                "not_signed",
                "the tool has no signing secret of its own",
            ));
        }
        let secret = new_signing_secret()?;
        let sealed = self.seal_text(scope.org, id, Purpose::Signing, &secret)?;
        let until = Stamp::now().plus(OVERLAP);
        let store = self.inner.store.clone();
        let key = NewSigningKey { sealed };
        let rotated = Box::pin(async move { store.rotate_signing_key(scope, id, key, until).await });
        self.change_tool(scope, id, rotated).await?;
        Ok((secret, until))
    }

    /// A draft with its `[REDACTED]` values put back from what is stored, for checks that save nothing.
    pub fn restore_redacted(&self, draft: &mut ToolDraft, stored: &StoredTool) {
        let (Some(webhook), Some(before)) = (&mut draft.webhook, &stored.draft.webhook) else { return };
        for (name, value) in &mut webhook.headers {
            if let hookswitch_model::secret::Sealable::Text(text) = value
                && text == REDACTED
                && let Some(kept) = before.headers.get(name)
            {
                *value = kept.clone();
            }
        }
    }
}

/// Whether requests of the tool are signed with its own secret.
fn signs(draft: &ToolDraft) -> bool {
    let scheme = draft.webhook.as_ref().map(|webhook| webhook.signature);
    draft.kind == Kind::Webhook && scheme == Some(SignatureScheme::Standard)
}

pub(crate) fn new_signing_secret() -> Result<SecretString, RegistryError> {
    Ok(WebhookSecret::generate().map_err(|_| random_failed())?.reveal())
}

fn random_failed() -> RegistryError {
    RegistryError::Vault(VaultError::Provider("no randomness"))
}

fn taken(name: &ToolName) -> impl FnOnce(StoreError) -> RegistryError + use<> {
    let name = name.as_str().to_owned();
    move |error| match error {
        StoreError::Conflict { .. } => RegistryError::NameTaken { what: "tool", name },
        StoreError::NotFound => RegistryError::NotFound("tool"),
        other => RegistryError::Store(other),
    }
}
