//! What a server does beside serving: sweeping sessions, dropping old payloads and rows in small steps.

use std::time::Duration;

use hookswitch_engine::Engine;
use hookswitch_model::Stamp;
use hookswitch_store::Store;

/// Rows dropped in one step.
const STEP: u32 = 500;
/// Time between two rounds.
const EVERY: Duration = Duration::from_mins(5);
/// Time between two steps of a round, so that nobody waits for it.
const BREATH: Duration = Duration::from_millis(200);

/// Starts the upkeep of a server. It ends with the process.
pub(crate) fn start(engine: &Engine, store: Store, keep_payloads: Duration, keep_rows: Duration) {
    let sweeping = engine.clone();
    tokio::spawn(async move { sweeping.sweep_forever().await });
    let following = engine.clone();
    tokio::spawn(async move { following.follow_changes().await });
    let engine = engine.clone();
    tokio::spawn(async move {
        while !engine.is_draining() {
            prune(&store, keep_payloads, keep_rows).await;
            tokio::time::sleep(EVERY).await;
        }
    });
}

async fn prune(store: &Store, keep_payloads: Duration, keep_rows: Duration) {
    let before = |span: Duration| {
        let micros = i64::try_from(span.as_micros()).unwrap_or(i64::MAX);
        Stamp::from_micros(Stamp::now().micros().saturating_sub(micros))
    };
    loop {
        let payloads = store.prune_payloads_any_tenant(before(keep_payloads), STEP).await;
        let rows = store.prune_rows_any_tenant(before(keep_rows), STEP).await;
        if let Err(error) = store.prune_deliveries_any_tenant(before(keep_payloads), STEP).await {
            tracing::warn!(%error, "old deliveries could not be dropped; tried again later");
        }
        // Kept answers name their own end.
        if let Err(error) = store.prune_answers_any_tenant(Stamp::now(), STEP).await {
            tracing::warn!(%error, "old answers could not be dropped; tried again later");
        }
        match (payloads, rows) {
            (Ok(payloads), Ok(rows)) if payloads.is_nothing() && rows.is_nothing() => return,
            (Ok(_), Ok(_)) => tokio::time::sleep(BREATH).await,
            (Err(error), _) | (_, Err(error)) => {
                tracing::warn!(%error, "old records could not be dropped; tried again later");
                return;
            }
        }
    }
}
