//! The loop: takes what is due, sends it with bounded width, notes how it ended.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use hookswitch_model::{EventWebhookId, Stamp};
use hookswitch_store::DueDelivery;
use parking_lot::Mutex;
use tokio::sync::{Notify, Semaphore};

use crate::Inner;
use crate::send::try_once;

/// Deliveries taken at once.
const BATCH: u32 = 16;
/// The longest sleep: another server of the same database may have put something into the outbox.
const LONGEST_SLEEP: Duration = Duration::from_secs(1);
/// How long to wait after the database failed.
const AFTER_FAILURE: Duration = Duration::from_secs(2);
/// A delivery that was taken and not finished for so long is free again: its server is gone.
const LEASE_MARGIN: Duration = Duration::from_secs(30);

/// What is under way, by webhook.
#[derive(Default)]
struct UnderWay {
    by_webhook: Mutex<HashMap<EventWebhookId, usize>>,
    /// Rung when one has ended.
    ended: Notify,
}

impl UnderWay {
    fn busy(&self, most: usize) -> Vec<EventWebhookId> {
        let counts = self.by_webhook.lock();
        counts.iter().filter(|(_, count)| **count >= most).map(|(webhook, _)| *webhook).collect()
    }

    fn begin(&self, webhook: EventWebhookId) {
        *self.by_webhook.lock().entry(webhook).or_default() += 1;
    }

    fn end(&self, webhook: EventWebhookId) {
        let mut counts = self.by_webhook.lock();
        if let Some(count) = counts.get_mut(&webhook) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                counts.remove(&webhook);
            }
        }
        drop(counts);
        self.ended.notify_one();
    }
}

/// Works until the courier stops.
pub(crate) async fn run(inner: Arc<Inner>) {
    let store = inner.registry.store();
    if let Err(error) = store.release_deliveries_any_tenant(inner.node).await {
        tracing::warn!(%error, "deliveries of this server's last life wait until their lease ends");
    }
    let under_way = Arc::new(UnderWay::default());
    let places = Arc::new(Semaphore::new(inner.settings.at_once.max(1)));
    while !inner.stopping.is_cancelled() {
        let sleep = match take(&inner, &under_way, &places).await {
            Ok(true) => continue,
            Ok(false) => until_next(&inner).await,
            Err(error) => {
                tracing::warn!(%error, "the outbox could not be read; tried again");
                AFTER_FAILURE
            }
        };
        tokio::select! {
            () = inner.stopping.cancelled() => {}
            () = store.outbox().notified() => {}
            () = under_way.ended.notified() => {}
            () = tokio::time::sleep(sleep) => {}
        }
    }
}

/// Takes what is due and sends it; false when there was nothing or no room.
async fn take(
    inner: &Arc<Inner>,
    under_way: &Arc<UnderWay>,
    places: &Arc<Semaphore>,
) -> Result<bool, hookswitch_store::StoreError> {
    let room = u32::try_from(places.available_permits()).unwrap_or(u32::MAX).min(BATCH);
    if room == 0 {
        return Ok(false);
    }
    let now = Stamp::now();
    let leased_until = now.plus(inner.settings.timeout + LEASE_MARGIN);
    let busy = under_way.busy(inner.settings.at_once_each);
    let store = inner.registry.store();
    // One look before the one connection that writes is asked.
    if store.next_delivery_any_tenant().await?.is_none_or(|next| next > now)
        && !store.has_stale_deliveries_any_tenant(now).await?
    {
        return Ok(false);
    }
    let due = store.claim_deliveries_any_tenant(inner.node, now, leased_until, &busy, room).await?;
    let is_any = !due.is_empty();
    for one in due {
        let Ok(place) = Arc::clone(places).acquire_owned().await else { break };
        let webhook = one.delivery.webhook;
        under_way.begin(webhook);
        let (inner_of_task, under_way) = (Arc::clone(inner), Arc::clone(under_way));
        inner.tasks.spawn(async move {
            deliver(&inner_of_task, one).await;
            under_way.end(webhook);
            drop(place);
        });
    }
    Ok(is_any)
}

async fn deliver(inner: &Inner, due: DueDelivery) {
    let tried = try_once(inner, &due).await;
    let micros = i64::try_from(inner.settings.disable_after.as_micros()).unwrap_or(i64::MAX);
    let disable_before = Stamp::from_micros(Stamp::now().micros().saturating_sub(micros));
    let (webhook, event) = (due.delivery.webhook, due.delivery.event);
    if let Some(error) = &tried.record.error {
        tracing::info!(%webhook, %event, error, outcome = ?tried.outcome, "an event was not delivered");
    }
    let store = inner.registry.store();
    let noted = store
        .finish_try_any_tenant(&due.delivery, tried.record, tried.outcome, tried.disable, disable_before)
        .await;
    match noted {
        Ok(true) => tracing::warn!(%webhook, "an event webhook was switched off: nothing got through"),
        Ok(false) => {}
        // It is sent again when its lease ends: at least once.
        Err(error) => tracing::error!(%webhook, %event, %error, "the end of a delivery could not be noted"),
    }
}

async fn until_next(inner: &Inner) -> Duration {
    match inner.registry.store().next_delivery_any_tenant().await {
        Ok(Some(next)) => next.since(Stamp::now()).clamp(Duration::from_millis(20), LONGEST_SLEEP),
        Ok(None) => LONGEST_SLEEP,
        Err(_) => AFTER_FAILURE,
    }
}
