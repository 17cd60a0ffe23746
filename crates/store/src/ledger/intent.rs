//! Intents.

use std::collections::HashSet;

use hookswitch_model::ActId;
use hookswitch_model::execution::Act;

use super::LedgerError;
use super::batch::Epochs;
use super::job::{IntentJob, Urgent};
use crate::db::{Arg, Result, Tx, json_text, pieces, sql};
use crate::execution::Saved;

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
    let mut rows = 0;
    for piece in pieces(&owned) {
        let stored = insert(tx, piece).await?;
        rows += stored.len() as u64;
        for (place, job) in piece {
            if stored.contains(&job.act.id) {
                saved.push(Saved { execution: &job.execution, counted: true, may_have_ended: false });
            } else {
                answers[*place] = Err(LedgerError::ActExists);
            }
        }
    }
    Ok(rows)
}

/// Inserts acts. An id that is there is taken up again when it is an `unknown` idempotent act (it is sent once
/// more under the same key), or the very same intent (its first commit was not confirmed).
async fn insert(tx: &mut Tx, piece: &[(usize, &IntentJob)]) -> Result<HashSet<ActId>> {
    let rows: Vec<Vec<Arg>> = piece.iter().map(|(_, job)| row_of(&job.act)).collect::<Result<_>>()?;
    let query = sql("insert into acts (id, session, tool, act_key, effect, state, execution, told, epoch, \
         created_at, tool_call_id, caller_key) values ")
    .values(rows)
    .push(
        " on conflict (id) do update set state = 'pending', execution = excluded.execution, told = null, \
         epoch = excluded.epoch, settled_at = null, told_at = null \
         where acts.session = excluded.session and acts.act_key = excluded.act_key and \
         ((acts.state = 'unknown' and acts.effect = 'idempotent') or \
         (acts.state = 'pending' and acts.execution = excluded.execution)) returning id",
    );
    tx.rows(query).await?.iter().map(|row| row.get("id")).collect()
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
