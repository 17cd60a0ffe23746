//! Webhooks that are told what happens in sessions: checked, sealed, rotated.

use std::collections::BTreeSet;
use std::time::Duration;

use hookswitch_egress::signing::WebhookSecret;
use hookswitch_model::event::EventKind;
use hookswitch_model::event_webhook::{Delivery, EventForm, EventId, EventWebhook};
use hookswitch_model::{EventWebhookId, Findings, ProjectId, Scope, SessionId, Stamp};
use hookswitch_store::{DeliveryFilter, NewSigningKey, Page, PageOf, StoreError};
use hookswitch_vault::{Purpose, VaultError};
use secrecy::SecretString;

use crate::Registry;
use crate::error::RegistryError;

/// Most webhooks of an organisation and mode: each event goes to each of them.
const MOST: u32 = 20;
/// Longest description, in characters.
const LONGEST_DESCRIPTION: usize = 500;
/// How long an old secret still signs after a rotation.
const OVERLAP: Duration = Duration::from_hours(24);

/// What a webhook is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventWebhookDraft {
    /// Where events go.
    pub url: String,
    /// What it is for.
    pub description: String,
    /// Which events; empty: all.
    pub kinds: BTreeSet<EventKind>,
    /// Whether events go there.
    pub enabled: bool,
}

/// A webhook that only one session has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionEventWebhook {
    /// The session.
    pub session: SessionId,
    /// The project whose secret signs.
    pub project: ProjectId,
    /// Where events go.
    pub url: String,
    /// Which events.
    pub kinds: BTreeSet<EventKind>,
    /// How they look.
    pub form: EventForm,
}

impl Registry {
    /// Makes a webhook; its secret is shown this once.
    pub async fn create_event_webhook(
        &self,
        scope: Scope,
        draft: EventWebhookDraft,
    ) -> Result<(EventWebhook, SecretString), RegistryError> {
        self.check_event_webhook(&draft)?;
        let id = EventWebhookId::generate();
        let (secret, key) = self.new_event_key(scope, id)?;
        let webhook = stored(scope, id, draft);
        let made = self.inner.store.insert_event_webhook(&webhook, Some(key), MOST).await;
        let made = made.map_err(|error| match error {
            StoreError::Full { .. } => {
                RegistryError::finding("$", "too_many", format!("at most {MOST} event webhooks"))
            }
            other => other.into(),
        })?;
        Ok((made, secret))
    }

    /// Makes a webhook that one session alone has, in no list. It is signed with the secret of its project.
    pub async fn create_session_event_webhook(
        &self,
        scope: Scope,
        wanted: SessionEventWebhook,
    ) -> Result<EventWebhook, RegistryError> {
        let draft = EventWebhookDraft {
            url: wanted.url,
            description: String::new(),
            kinds: wanted.kinds,
            enabled: true,
        };
        self.check_event_webhook(&draft)?;
        let webhook = EventWebhook {
            project: Some(wanted.project),
            session: Some(wanted.session),
            form: wanted.form,
            ..stored(scope, EventWebhookId::generate(), draft)
        };
        Ok(self.inner.store.insert_event_webhook(&webhook, None, MOST).await?)
    }

    /// Removes the webhooks that one session alone has.
    pub async fn delete_session_event_webhooks(
        &self,
        scope: Scope,
        session: SessionId,
    ) -> Result<(), RegistryError> {
        Ok(self.inner.store.delete_event_webhooks_of_session(scope, session).await?)
    }

    /// One webhook.
    pub async fn get_event_webhook(
        &self,
        scope: Scope,
        id: EventWebhookId,
    ) -> Result<EventWebhook, RegistryError> {
        self.inner.store.get_event_webhook(scope, id).await.map_err(absent())
    }

    /// All webhooks, oldest first.
    pub async fn list_event_webhooks(
        &self,
        scope: Scope,
        page: Page,
    ) -> Result<PageOf<EventWebhook>, RegistryError> {
        Ok(self.inner.store.list_event_webhooks(scope, &page).await?)
    }

    /// Changes a webhook. Switched on, it starts with a clean slate.
    pub async fn update_event_webhook(
        &self,
        scope: Scope,
        id: EventWebhookId,
        draft: EventWebhookDraft,
    ) -> Result<EventWebhook, RegistryError> {
        self.check_event_webhook(&draft)?;
        let before = self.get_event_webhook(scope, id).await?;
        let is_switched_on = draft.enabled && !before.enabled;
        let EventWebhookDraft { url, description, kinds, enabled } = draft;
        let after = EventWebhook {
            url,
            description,
            kinds,
            enabled,
            disabled_because: if enabled { None } else { before.disabled_because.clone() },
            failing_since: if is_switched_on { None } else { before.failing_since },
            ..before
        };
        let saved = self.inner.store.update_event_webhook(&after).await.map_err(absent())?;
        self.inner.store.outbox().notify_one();
        Ok(saved)
    }

    /// Removes a webhook with all that is on its way there.
    pub async fn delete_event_webhook(&self, scope: Scope, id: EventWebhookId) -> Result<(), RegistryError> {
        self.inner.store.delete_event_webhook(scope, id).await.map_err(absent())
    }

    /// Makes a new secret; the one before signs along for 24 h. Shown once.
    pub async fn rotate_event_webhook_secret(
        &self,
        scope: Scope,
        id: EventWebhookId,
    ) -> Result<(SecretString, Stamp), RegistryError> {
        let (secret, key) = self.new_event_key(scope, id)?;
        let until = Stamp::now().plus(OVERLAP);
        self.inner.store.rotate_event_webhook_key(scope, id, key, until).await.map_err(absent())?;
        Ok((secret, until))
    }

    /// The secrets that sign for a webhook now, the current one first.
    pub async fn open_event_webhook_secrets(
        &self,
        webhook: &EventWebhook,
    ) -> Result<Vec<SecretString>, RegistryError> {
        let scope = webhook.scope();
        if let Some(project) = webhook.project {
            return self.open_project_signing_secrets(scope, project).await;
        }
        let (rows, now) = (self.inner.store.list_event_webhook_keys(scope, webhook.id).await?, Stamp::now());
        rows.iter()
            .filter(|row| row.expires_at.is_none_or(|end| now < end))
            .map(|row| self.open_text(scope.org, webhook.id, Purpose::Signing, &row.sealed))
            .collect()
    }

    /// The deliveries of a webhook, newest first.
    pub async fn list_deliveries(
        &self,
        scope: Scope,
        id: EventWebhookId,
        filter: DeliveryFilter,
        page: Page,
    ) -> Result<PageOf<Delivery>, RegistryError> {
        let webhook = self.get_event_webhook(scope, id).await?;
        Ok(self.inner.store.list_deliveries(&webhook, filter, &page).await?)
    }

    /// One delivery.
    pub async fn get_delivery(
        &self,
        scope: Scope,
        id: EventWebhookId,
        event: EventId,
    ) -> Result<Delivery, RegistryError> {
        let webhook = self.get_event_webhook(scope, id).await?;
        let found = self.inner.store.get_delivery(&webhook, event).await;
        found.map_err(RegistryError::absent("delivery"))
    }

    /// Sends a delivery again, under the same id.
    pub async fn redeliver(
        &self,
        scope: Scope,
        id: EventWebhookId,
        event: EventId,
    ) -> Result<Delivery, RegistryError> {
        let webhook = self.get_event_webhook(scope, id).await?;
        if !webhook.enabled {
            return Err(RegistryError::finding("$", "webhook_disabled", "the webhook is switched off"));
        }
        let again = self.inner.store.redeliver(&webhook, event, Stamp::now()).await;
        again.map_err(RegistryError::absent("delivery"))
    }

    fn check_event_webhook(&self, draft: &EventWebhookDraft) -> Result<(), RegistryError> {
        let mut findings = Findings::default();
        if draft.description.chars().count() > LONGEST_DESCRIPTION {
            let message = format!("at most {LONGEST_DESCRIPTION} characters");
            findings.error("$.description", "too_long", message);
        }
        if let Err(refusal) = self.inner.egress.policy().check_url(&draft.url) {
            tracing::info!(hint = refusal.operator_hint(), "address refused at registration");
            findings.error("$.url", "address_refused", refusal.tenant_message());
        }
        if findings.has_errors() { Err(RegistryError::Invalid(findings)) } else { Ok(()) }
    }

    fn new_event_key(
        &self,
        scope: Scope,
        id: EventWebhookId,
    ) -> Result<(SecretString, NewSigningKey), RegistryError> {
        let secret = WebhookSecret::generate()
            .map_err(|_| RegistryError::Vault(VaultError::Provider("no randomness")))?
            .reveal();
        let sealed = self.seal_text(scope.org, id, Purpose::Signing, &secret)?;
        Ok((secret, NewSigningKey { sealed }))
    }
}

fn stored(scope: Scope, id: EventWebhookId, draft: EventWebhookDraft) -> EventWebhook {
    let now = Stamp::now();
    EventWebhook {
        id,
        org: scope.org,
        mode: scope.mode,
        project: None,
        session: None,
        url: draft.url,
        description: draft.description,
        kinds: draft.kinds,
        form: EventForm::Standard,
        enabled: draft.enabled,
        disabled_because: None,
        failing_since: None,
        created_at: now,
        updated_at: now,
    }
}

fn absent() -> impl FnOnce(StoreError) -> RegistryError {
    RegistryError::absent("event webhook")
}
