//! Intents.

use std::collections::HashSet;

use hookswitch_model::ActId;
use hookswitch_model::execution::Act;

use super::LedgerError;
use super::batch::Epochs;
use super::job::{IntentJob, Urgent};
use crate::db::{Arg, Many, Result, Tx, json_text};
use crate::execution::Saved;

static INSERT: Many = Many::new(
    "insert into acts (id, session, tool, act_key, effect, state, execution, told, epoch, created_at, \
     tool_call_id, caller_key) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
    (
        "insert into acts (id, session, tool, act_key, effect, state, execution, told, epoch, created_at, \
         tool_call_id, caller_key) values ",
        "",
    ),
    " on conflict (id) do update set state = 'pending', execution = excluded.execution, told = null, \
     epoch = excluded.epoch, settled_at = null, told_at = null \
     where acts.session = excluded.session and acts.act_key = excluded.act_key and \
     ((acts.state = 'unknown' and acts.effect = 'idempotent') or \
     (acts.state = 'pending' and acts.execution = excluded.execution)) returning id",
);

/// Stores the intents of a batch whose sessions are still owned, and adds their executions to those to be saved.
pub(super) async fn store<'a>(
    tx: &mut Tx,
    urgent: &'a [Urgent],
    epochs: &Epochs,
    answers: &mut [Result<(), LedgerError>],
    saved: &mut Vec<Saved<'a>>,
) -> Result<u64> {
    let mut owned: Vec<(usize, &IntentJob)> = Vec::new();
    let mut seen: HashSet<ActId> = HashSet::new();
    for (place, job) in urgent.iter().enumerate() {
        let Urgent::Intent(job) = job else { continue };
        let is_owner = epochs.get(&job.act.session).is_some_and(|epoch| *epoch <= job.act.epoch);
        if !is_owner {
            answers[place] = Err(LedgerError::LostSession);
        } else if !seen.insert(job.act.id) {
            answers[place] = Err(LedgerError::ActExists);
        } else {
            owned.push((place, job));
        }
    }
    let stored = insert(tx, &owned).await?;
    for (place, job) in owned {
        if stored.contains(&job.act.id) {
            saved.push(Saved { execution: &job.execution, counted: true, may_have_ended: false });
        } else {
            answers[place] = Err(LedgerError::ActExists);
        }
    }
    Ok(stored.len() as u64)
}

/// Inserts acts. An id that is there is taken up again when it is an `unknown` idempotent act (it is sent once
/// more under the same key), or the very same intent (its first commit was not confirmed).
async fn insert(tx: &mut Tx, owned: &[(usize, &IntentJob)]) -> Result<HashSet<ActId>> {
    let rows = owned.iter().map(|(_, job)| row_of(&job.act)).collect::<Result<_>>()?;
    tx.rows_of_many(&INSERT, rows, "").await?.iter().map(|row| row.get("id")).collect()
}

fn row_of(act: &Act) -> Result<Vec<Arg>> {
    Ok(vec![
        act.id.into(),
        act.session.into(),
        act.tool.into(),
        (&act.key.0).into(),
        act.effect.into(),
        "pending".into(),
        act.execution.into(),
        act.told.as_ref().map(json_text).transpose()?.into(),
        act.epoch.into(),
        act.created_at.into(),
        act.tool_call_id.as_deref().into(),
        act.caller_key.as_deref().into(),
    ])
}
