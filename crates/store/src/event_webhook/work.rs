//! The work on the outbox: taking what is due, noting how a try ended. A node that takes a delivery has it for a
//! while; when it dies, another one takes it again.

use hookswitch_model::event::SessionEvent;
use hookswitch_model::event_webhook::{Delivery, DeliveryState, DeliveryTry, EventId, EventWebhook};
use hookswitch_model::session::Session;
use hookswitch_model::{EventWebhookId, NodeId, Stamp};

use super::deliveries::{COLUMNS, read_delivery};
use super::read;
use crate::db::{Result, json_text, sql};
use crate::open::Store;
use crate::{event, session};

/// Most tries that are kept of a delivery.
const MOST_TRIES: usize = 20;

/// A delivery that is due, with all that is sent.
#[derive(Debug, Clone)]
pub struct DueDelivery {
    /// The delivery.
    pub delivery: Delivery,
    /// Where it goes.
    pub webhook: EventWebhook,
    /// What is told; none when it is gone.
    pub event: Option<SessionEvent>,
    /// The session; none when it is gone.
    pub session: Option<Session>,
}

/// What becomes of a delivery after a try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TryOutcome {
    /// The receiver took it.
    Delivered,
    /// It is sent again then.
    Again(Stamp),
    /// It is given up.
    GivenUp,
}

impl Store {
    /// Takes at most `limit` deliveries that are due at `now`, until `leased_until`: of each session and webhook the
    /// first that still waits, none of `busy` webhooks.
    pub async fn claim_deliveries_any_tenant(
        &self,
        node: NodeId,
        now: Stamp,
        leased_until: Stamp,
        busy: &[EventWebhookId],
        limit: u32,
    ) -> Result<Vec<DueDelivery>> {
        let mut query = sql("update event_deliveries set leased_by = $1, leased_until = $2 where state = 'waiting' \
             and (leased_until is null or leased_until <= $3) and (webhook, session, seq) in \
             (select d.webhook, d.session, d.seq from event_deliveries d join event_webhooks w on w.id = d.webhook \
             where d.state = 'waiting' and d.next_at <= $3 and w.enabled \
             and (d.leased_until is null or d.leased_until <= $3) and not exists (select 1 from event_deliveries e \
             where e.webhook = d.webhook and e.session = d.session and e.state = 'waiting' and e.seq < d.seq)")
        .bind(node)
        .bind(leased_until)
        .bind(now);
        if !busy.is_empty() {
            query = query.push(" and d.webhook not in ").list(busy.iter().copied());
        }
        let query =
            query.push(" order by d.next_at limit ").arg(limit.max(1)).push(") returning ").push(COLUMNS);
        let mut tx = self.db().begin().await?;
        let claimed: Vec<Delivery> =
            tx.rows(query).await?.iter().map(read_delivery).collect::<Result<_>>()?;
        tx.commit().await?;
        let mut due = Vec::with_capacity(claimed.len());
        for delivery in claimed {
            // A webhook that was deleted in between took its deliveries along.
            if let Some(one) = self.fill(delivery).await? {
                due.push(one);
            }
        }
        Ok(due)
    }

    async fn fill(&self, delivery: Delivery) -> Result<Option<DueDelivery>> {
        let db = self.db();
        let query = sql("select * from event_webhooks where id = ").arg(delivery.webhook);
        let Some(row) = db.row(query).await? else { return Ok(None) };
        let webhook = read(&row)?;
        let EventId { session: id, seq } = delivery.event;
        let query =
            sql("select session, seq, at, kind, data from events where session = ").arg(id).and("seq =", seq);
        let event = db.row(query).await?.as_ref().map(event::read).transpose()?;
        let query = sql("select * from sessions where id = ").arg(id);
        let session = db.row(query).await?.as_ref().map(session::read).transpose()?;
        Ok(Some(DueDelivery { delivery, webhook, event, session }))
    }

    /// When the next delivery is due, of those that are free; none when nothing waits.
    pub async fn next_delivery_any_tenant(&self) -> Result<Option<Stamp>> {
        let query = sql("select d.next_at from event_deliveries d \
             join event_webhooks w on w.id = d.webhook \
             where d.state = 'waiting' and w.enabled and d.leased_until is null \
             and not exists (select 1 from event_deliveries e \
             where e.webhook = d.webhook and e.session = d.session and e.state = 'waiting' and e.seq < d.seq) \
             order by d.next_at limit 1");
        self.db().row(query).await?.map(|row| row.get("next_at")).transpose()
    }

    /// Whether a server that is gone has left something under way.
    pub async fn has_stale_deliveries_any_tenant(&self, now: Stamp) -> Result<bool> {
        let query = sql("select 1 as one from event_deliveries d join event_webhooks w on w.id = d.webhook \
             where d.state = 'waiting' and w.enabled and d.leased_until <= ")
        .arg(now)
        .push(" limit 1");
        Ok(self.db().row(query).await?.is_some())
    }

    /// Gives back what this node had taken when it went down: it is the only one of its id.
    pub async fn release_deliveries_any_tenant(&self, node: NodeId) -> Result<u64> {
        let query = sql("update event_deliveries set leased_by = null, leased_until = null \
             where state = 'waiting' and leased_by = ")
        .arg(node);
        self.db().run(query).await
    }

    /// Notes how a try ended, and since when its webhook fails. A webhook that has failed from before `disable_before`
    /// is switched off; true when this try did that.
    pub async fn finish_try_any_tenant(
        &self,
        delivery: &Delivery,
        tried: DeliveryTry,
        outcome: TryOutcome,
        disable: Option<&str>,
        disable_before: Stamp,
    ) -> Result<bool> {
        let (state, next_at, done_at) = match outcome {
            TryOutcome::Delivered => (DeliveryState::Delivered, delivery.next_at, Some(Stamp::now())),
            TryOutcome::Again(at) => (DeliveryState::Waiting, at, None),
            TryOutcome::GivenUp => (DeliveryState::Failed, delivery.next_at, Some(Stamp::now())),
        };
        let at = tried.at;
        let mut tries = delivery.tries.clone();
        tries.push(tried);
        let surplus = tries.len().saturating_sub(MOST_TRIES);
        let kept = tries.split_off(surplus);
        let mut tx = self.db().begin().await?;
        let query = sql("update event_deliveries set state = $1, tries = $2, tried = tried + 1, next_at = $3, \
             done_at = $4, leased_by = null, leased_until = null where webhook = $5 and session = $6 and seq = $7")
        .bind(state.as_str())
        .bind(json_text(&kept)?)
        .bind(next_at)
        .bind(done_at)
        .bind(delivery.webhook)
        .bind(delivery.event.session)
        .bind(delivery.event.seq);
        tx.run(query).await?;
        // What it held back waits with it, so that nobody looks at it again and again, or goes on at once.
        let followers_at = if let TryOutcome::Again(at) = outcome { at } else { Stamp::now() };
        if outcome != TryOutcome::Delivered || delivery.tried > 0 {
            let query = sql("update event_deliveries set next_at = $1 where webhook = $2 and session = $3 \
                 and seq > $4 and state = 'waiting' and tried = 0")
            .bind(followers_at)
            .bind(delivery.webhook)
            .bind(delivery.event.session)
            .bind(delivery.event.seq);
            tx.run(query).await?;
        }
        let mut was_disabled = false;
        if outcome == TryOutcome::Delivered {
            let query = sql(
                "update event_webhooks set failing_since = null where failing_since is not null and id = ",
            )
            .arg(delivery.webhook);
            tx.run(query).await?;
        } else {
            let query =
                sql("update event_webhooks set failing_since = $1 where failing_since is null and id = $2")
                    .bind(at)
                    .bind(delivery.webhook);
            tx.run(query).await?;
            let query =
                sql("update event_webhooks set enabled = $1, disabled_because = $2, updated_at = $3 \
                 where id = $4 and enabled and session is null")
                .bind(false)
                .bind(disable.unwrap_or("failing"))
                .bind(Stamp::now())
                .bind(delivery.webhook);
            let query = if disable.is_some() { query } else { query.and("failing_since <", disable_before) };
            was_disabled = tx.run(query).await? > 0;
        }
        tx.commit().await?;
        Ok(was_disabled)
    }

    /// Removes deliveries from before a moment that are done, and those of webhooks that are switched off; also
    /// webhooks of single sessions from before it. At most `limit` of each.
    pub async fn prune_deliveries_any_tenant(&self, before: Stamp, limit: u32) -> Result<u64> {
        let step = |text: &'static str| self.db().run(sql(text).bind(before).bind(limit.max(1)));
        let done = step("delete from event_deliveries where (webhook, session, seq) in \
             (select webhook, session, seq from event_deliveries where state <> 'waiting' and created_at < $1 \
             order by created_at limit $2)")
        .await?;
        let stuck = step("delete from event_deliveries where (webhook, session, seq) in \
             (select d.webhook, d.session, d.seq from event_deliveries d join event_webhooks w on w.id = d.webhook \
             where d.state = 'waiting' and not w.enabled and d.created_at < $1 limit $2)")
        .await?;
        let own = step(
            "delete from event_webhooks where id in (select id from event_webhooks \
             where session is not null and created_at < $1 order by created_at limit $2)",
        )
        .await?;
        Ok(done + stuck + own)
    }
}
