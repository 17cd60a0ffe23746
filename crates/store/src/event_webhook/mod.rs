//! Webhooks that are told of events, their keys, and what is on its way to them.

mod deliveries;
mod keys;
mod outbox;
mod work;

use std::collections::BTreeSet;

use hookswitch_model::event::EventKind;
use hookswitch_model::event_webhook::EventWebhook;
use hookswitch_model::{EventWebhookId, Scope, SessionId, Stamp};

use crate::db::{Result, Row, sql};
use crate::error::StoreError;
use crate::open::Store;
use crate::page::{Cursor, Order, Page, PageOf};
use crate::seal::NewSigningKey;

pub use deliveries::DeliveryFilter;
pub(crate) use outbox::put;
pub use work::{DueDelivery, TryOutcome};

/// The words of kinds between blanks, so that one of them is found by its own blanks; empty for all.
fn words_of(kinds: &BTreeSet<EventKind>) -> String {
    let mut words = String::new();
    for kind in kinds {
        words.push(' ');
        words.push_str(kind.as_str());
    }
    if !words.is_empty() {
        words.push(' ');
    }
    words
}

fn read(row: &Row) -> Result<EventWebhook> {
    let words: String = row.get("kinds")?;
    Ok(EventWebhook {
        id: row.get("id")?,
        org: row.get("org")?,
        mode: row.get("mode")?,
        project: row.opt("project")?,
        session: row.opt("session")?,
        url: row.get("url")?,
        description: row.get("description")?,
        kinds: words.split_ascii_whitespace().filter_map(EventKind::from_word).collect(),
        form: row.get("form")?,
        enabled: row.get("enabled")?,
        disabled_because: row.opt("disabled_because")?,
        failing_since: row.opt("failing_since")?,
        created_at: row.get("created_at")?,
        updated_at: row.get("updated_at")?,
    })
}

/// Webhooks of a tenant that may be listed; those of one session are the session's own.
const LISTED: &str = "select * from event_webhooks w where w.session is null and ";

impl Store {
    /// Stores a webhook with its first key, if it has keys of its own. `most` of a tenant are
    /// [`StoreError::Full`] beyond.
    pub async fn insert_event_webhook(
        &self,
        webhook: &EventWebhook,
        key: Option<NewSigningKey>,
        most: u32,
    ) -> Result<EventWebhook> {
        let mut tx = self.db().begin().await?;
        if webhook.session.is_none() {
            let query = sql("select count(*) as count from event_webhooks w where w.session is null and ")
                .within("w", webhook.scope());
            let count: u64 = tx.row(query).await?.map_or(Ok(0), |row| row.get("count"))?;
            if count >= u64::from(most) {
                return Err(StoreError::Full { what: "event webhooks", most: most as usize });
            }
        }
        let query = sql(
            "insert into event_webhooks (id, org, mode, project, session, url, description, kinds, form, \
             enabled, created_at, updated_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11) \
             returning *",
        )
        .bind(webhook.id)
        .bind(webhook.org)
        .bind(webhook.mode)
        .bind(webhook.project)
        .bind(webhook.session)
        .bind(webhook.url.as_str())
        .bind(webhook.description.as_str())
        .bind(words_of(&webhook.kinds))
        .bind(webhook.form.as_str())
        .bind(webhook.enabled)
        .bind(webhook.created_at);
        let stored = read(&tx.row(query).await?.ok_or(StoreError::NotFound)?)?;
        if let Some(key) = key {
            keys::insert(&mut tx, webhook.scope(), webhook.id, 1, key).await?;
        }
        tx.commit().await?;
        Ok(stored)
    }

    /// One webhook.
    pub async fn get_event_webhook(&self, scope: Scope, id: EventWebhookId) -> Result<EventWebhook> {
        let query = sql(LISTED).within("w", scope).and("w.id =", id);
        read(&self.db().row(query).await?.ok_or(StoreError::NotFound)?)
    }

    /// All webhooks, oldest first.
    pub async fn list_event_webhooks(&self, scope: Scope, page: &Page) -> Result<PageOf<EventWebhook>> {
        let query = sql(LISTED).within("w", scope).paged(page, Order::OldestFirst, "w.created_at", "w.id");
        let webhooks = self.db().rows(query).await?.iter().map(read).collect::<Result<_>>()?;
        Ok(PageOf::cut(webhooks, page, |webhook: &EventWebhook| Cursor {
            key: webhook.created_at.micros(),
            id: webhook.id.uuid(),
        }))
    }

    /// Saves what people may change of a webhook. One that is switched on starts with a clean slate.
    pub async fn update_event_webhook(&self, webhook: &EventWebhook) -> Result<EventWebhook> {
        let query = sql("update event_webhooks set url = $1, description = $2, kinds = $3, enabled = $4, \
             disabled_because = $5, failing_since = $6, updated_at = $7 where session is null and ")
        .bind(webhook.url.as_str())
        .bind(webhook.description.as_str())
        .bind(words_of(&webhook.kinds))
        .bind(webhook.enabled)
        .bind(webhook.disabled_because.clone())
        .bind(webhook.failing_since)
        .bind(Stamp::now())
        .within("event_webhooks", webhook.scope())
        .and("id =", webhook.id)
        .push(" returning *");
        let mut tx = self.db().begin().await?;
        let stored = read(&tx.row(query).await?.ok_or(StoreError::NotFound)?)?;
        tx.commit().await?;
        Ok(stored)
    }

    /// Removes a webhook with all that is on its way there.
    pub async fn delete_event_webhook(&self, scope: Scope, id: EventWebhookId) -> Result<()> {
        let query = sql("delete from event_webhooks where session is null and ")
            .within("event_webhooks", scope)
            .and("id =", id);
        if self.db().run(query).await? == 0 { Err(StoreError::NotFound) } else { Ok(()) }
    }

    /// Removes the webhooks that one session alone has.
    pub async fn delete_event_webhooks_of_session(&self, scope: Scope, session: SessionId) -> Result<()> {
        let query = sql("delete from event_webhooks where ")
            .within("event_webhooks", scope)
            .and("session =", session);
        self.db().run(query).await.map(drop)
    }

    /// Whether somebody wants to be told of a kind of event of a session.
    pub async fn is_told_of(&self, scope: Scope, session: SessionId, kind: EventKind) -> Result<bool> {
        let query = sql("select w.id from event_webhooks w where w.enabled and ")
            .within("w", scope)
            .push(" and (w.session is null or w.session = ")
            .arg(session)
            .push(") and (w.kinds = '' or w.kinds like ")
            .arg(format!("% {} %", kind.as_str()))
            .push(") limit 1");
        Ok(self.db().row(query).await?.is_some())
    }
}
