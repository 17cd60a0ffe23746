//! One batch: one transaction, in the order sessions, acts, executions, counters, events, so that two servers on
//! one database never wait for each other crosswise.

use std::collections::{BTreeSet, HashMap};

use hookswitch_model::SessionId;
use hookswitch_model::event::SessionEvent;

use super::LedgerError;
use super::job::{Lazy, Urgent};
use super::{intent, outcome, rest};
use crate::db::{Db, Many, Result, Tx};
use crate::execution::{self, Saved};
use crate::{event, event_webhook};

static EPOCHS: Many = Many::new(
    "select id, epoch from sessions where id = ?1",
    ("select id, epoch from sessions where id in (values ", ") order by id"),
    "",
);

/// What became of a batch.
pub(super) struct Stored {
    /// One answer for each urgent job, in their order.
    pub(super) answers: Vec<Result<(), LedgerError>>,
    /// Rows written.
    pub(super) rows: u64,
    /// Deliveries of events among them.
    pub(super) on_their_way: u64,
}

/// The sessions of a batch and their epochs.
pub(super) type Epochs = HashMap<SessionId, i64>;

pub(super) async fn store(db: &Db, urgent: &[Urgent], lazy: &[Lazy]) -> Result<Stored> {
    let mut tx = db.begin_here().await?;
    let mut answers: Vec<Result<(), LedgerError>> = Vec::new();
    answers.resize_with(urgent.len(), || Ok(()));

    let epochs = lock_sessions(&mut tx, urgent, lazy).await?;
    let mut saved: Vec<Saved<'_>> = Vec::new();
    let mut rows = intent::store(&mut tx, urgent, &epochs, &mut answers, &mut saved).await?;
    rows += outcome::store(&mut tx, urgent, &mut answers, &mut saved).await?;
    rows += rest::store_told(&mut tx, lazy).await?;
    saved.extend(lazy.iter().filter_map(|job| match job {
        Lazy::Record { execution, counted } => {
            Some(Saved { execution, counted: *counted, may_have_ended: true })
        }
        _ => None,
    }));
    rows += execution::save(&mut tx, saved).await?;
    let events = events(urgent, lazy, &answers);
    rows += event::insert(&mut tx, &events).await?;
    let on_their_way = event_webhook::put(&mut tx, &events).await?;
    rows += on_their_way;
    rows += outcome::store_variables(&mut tx, urgent, lazy, &answers).await?;
    rows += rest::store_touches(&mut tx, lazy).await?;

    tx.commit().await?;
    Ok(Stored { answers, rows, on_their_way })
}

/// Reads the epochs of all sessions that the batch depends on, and keeps other nodes from claiming them until the
/// commit: an intent that is written here is seen by whoever claims its session next.
async fn lock_sessions(tx: &mut Tx, urgent: &[Urgent], lazy: &[Lazy]) -> Result<Epochs> {
    let of_urgent = urgent.iter().filter_map(|job| match job {
        Urgent::Intent(job) => Some(job.act.session),
        Urgent::Outcome(job) => job.variables.as_ref().and(job.execution.session),
    });
    let of_lazy = lazy.iter().filter_map(|job| match job {
        Lazy::Variables { session, .. } => Some(*session),
        _ => None,
    });
    let ids: BTreeSet<SessionId> = of_urgent.chain(of_lazy).collect();
    let lock = tx.for_no_key_update();
    let ids = ids.into_iter().map(|id| vec![id.into()]).collect();
    let rows = tx.rows_of_many(&EPOCHS, ids, lock).await?;
    rows.iter().map(|row| Ok((row.get("id")?, row.get("epoch")?))).collect()
}

/// The events of outcomes that were taken, then those that came by themselves.
fn events<'a>(
    urgent: &'a [Urgent],
    lazy: &'a [Lazy],
    answers: &[Result<(), LedgerError>],
) -> Vec<&'a SessionEvent> {
    let mut events: Vec<&SessionEvent> = Vec::new();
    for (job, answer) in urgent.iter().zip(answers) {
        if let (Urgent::Outcome(job), Ok(())) = (job, answer) {
            events.extend(&job.events);
        }
    }
    events.extend(lazy.iter().filter_map(|job| match job {
        Lazy::Event(event) => Some(event),
        _ => None,
    }));
    events
}
