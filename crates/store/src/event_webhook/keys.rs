//! The keys with which webhooks of events are signed.

use hookswitch_model::{EventWebhookId, Scope, Stamp};

use crate::db::{Result, Tx, sql};
use crate::error::StoreError;
use crate::open::Store;
use crate::seal::{NewSigningKey, SigningKeyRow, read_signing_key};

impl Store {
    /// The keys of a webhook, the current one first.
    pub async fn list_event_webhook_keys(
        &self,
        scope: Scope,
        webhook: EventWebhookId,
    ) -> Result<Vec<SigningKeyRow>> {
        let query = sql("select number, sealed, created_at, expires_at from event_webhook_keys k where ")
            .within("k", scope)
            .and("k.webhook =", webhook)
            .push(" order by number desc");
        self.db().rows(query).await?.iter().map(read_signing_key).collect()
    }

    /// Makes a new key the current one. The key that was current signs on until `old_expires_at`; older ones go.
    pub async fn rotate_event_webhook_key(
        &self,
        scope: Scope,
        webhook: EventWebhookId,
        new: NewSigningKey,
        old_expires_at: Stamp,
    ) -> Result<()> {
        let mut tx = self.db().begin().await?;
        // The row is locked, so that of two rotations at once one comes after the other.
        let query = sql("update event_webhooks set updated_at = $1 where session is null and ")
            .bind(Stamp::now())
            .within("event_webhooks", scope)
            .and("id =", webhook);
        if tx.run(query).await? == 0 {
            return Err(StoreError::NotFound);
        }
        let of = |text| sql(text).bind(webhook);
        let newest = tx
            .row(of("select max(number) as number from event_webhook_keys where webhook = $1"))
            .await?
            .map(|row| row.opt::<u32>("number"))
            .transpose()?
            .flatten()
            .unwrap_or(0);
        tx.run(of("delete from event_webhook_keys where webhook = $1 and number < $2").bind(newest)).await?;
        let ends = "update event_webhook_keys set expires_at = $2 where webhook = $1";
        tx.run(of(ends).bind(old_expires_at)).await?;
        let number = newest.checked_add(1).ok_or(StoreError::Conflict { what: "signing key" })?;
        insert(&mut tx, scope, webhook, number, new).await?;
        tx.commit().await
    }
}

pub(super) async fn insert(
    tx: &mut Tx,
    scope: Scope,
    webhook: EventWebhookId,
    number: u32,
    key: NewSigningKey,
) -> Result<()> {
    let query = sql("insert into event_webhook_keys (webhook, number, org, mode, sealed, created_at) \
         values ($1, $2, $3, $4, $5, $6)")
    .bind(webhook)
    .bind(number)
    .bind(scope.org)
    .bind(scope.mode)
    .bind(key.sealed)
    .bind(Stamp::now());
    tx.run(query).await.map(drop)
}
