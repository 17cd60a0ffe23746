//! Deliveries as people look at them.

use hookswitch_model::Stamp;
use hookswitch_model::event_webhook::{Delivery, DeliveryState, EventId, EventWebhook};

use crate::db::{Result, Row, sql};
use crate::error::StoreError;
use crate::open::Store;
use crate::page::{Cursor, Order, Page, PageOf};

pub(super) const COLUMNS: &str =
    "webhook, session, seq, state, tries, tried, created_at, next_at, give_up_from, done_at";

/// Which deliveries a list shows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DeliveryFilter {
    /// Where they stand.
    pub state: Option<DeliveryState>,
}

pub(super) fn read_delivery(row: &Row) -> Result<Delivery> {
    Ok(Delivery {
        webhook: row.get("webhook")?,
        event: EventId { session: row.get("session")?, seq: row.get("seq")? },
        state: row.get("state")?,
        tries: row.json("tries")?,
        tried: row.get("tried")?,
        created_at: row.get("created_at")?,
        next_at: row.get("next_at")?,
        give_up_from: row.get("give_up_from")?,
        done_at: row.opt("done_at")?,
    })
}

impl Store {
    /// The deliveries of a webhook, newest first.
    pub async fn list_deliveries(
        &self,
        webhook: &EventWebhook,
        filter: DeliveryFilter,
        page: &Page,
    ) -> Result<PageOf<Delivery>> {
        let query = sql("select number, ")
            .push(COLUMNS)
            .push(" from event_deliveries where webhook = ")
            .arg(webhook.id)
            .and_some("state =", filter.state.map(DeliveryState::as_str))
            .paged(page, Order::NewestFirst, "number", "session");
        let numbered = |row: &Row| Ok((row.get("number")?, read_delivery(row)?));
        let rows: Vec<(i64, Delivery)> =
            self.db().rows(query).await?.iter().map(numbered).collect::<Result<_>>()?;
        let PageOf { items, next } = PageOf::cut(rows, page, |(number, delivery)| Cursor {
            key: *number,
            id: delivery.event.session.uuid(),
        });
        Ok(PageOf { items: items.into_iter().map(|(_, delivery)| delivery).collect(), next })
    }

    /// One delivery.
    pub async fn get_delivery(&self, webhook: &EventWebhook, event: EventId) -> Result<Delivery> {
        let query = sql("select ")
            .push(COLUMNS)
            .push(" from event_deliveries where webhook = ")
            .arg(webhook.id)
            .and("session =", event.session)
            .and("seq =", event.seq);
        read_delivery(&self.db().row(query).await?.ok_or(StoreError::NotFound)?)
    }

    /// Sends a delivery again, whatever became of it; its tries stay and its time starts anew.
    pub async fn redeliver(&self, webhook: &EventWebhook, event: EventId, now: Stamp) -> Result<Delivery> {
        let query = sql("update event_deliveries set state = 'waiting', next_at = $1, give_up_from = $1, \
             done_at = null, leased_by = null, leased_until = null \
             where webhook = $2 and session = $3 and seq = $4 returning ")
        .bind(now)
        .bind(webhook.id)
        .bind(event.session)
        .bind(event.seq)
        .push(COLUMNS);
        let mut tx = self.db().begin().await?;
        let row = tx.row(query).await?.ok_or(StoreError::NotFound)?;
        tx.commit().await?;
        self.outbox().notify_one();
        read_delivery(&row)
    }
}
