//! Outcomes and settlements.

use std::collections::{BTreeSet, HashMap};

use hookswitch_model::execution::ActState;
use hookswitch_model::{ActId, SessionId, Stamp};
use serde_json::{Map, Value};

use super::LedgerError;
use super::job::{Lazy, OutcomeJob, Urgent};
use crate::db::{Arg, Many, Result, Row, Tx, json_text, sql};
use crate::execution::Saved;

/// A new told text has not been told: the model gets it without `already_done`.
static UPDATE: Many = Many::new(
    "update acts set state = ?2, settled_at = ?4, told = case when exists (select 1 from sessions s \
     where s.id = acts.session and s.erased_at is not null) then null else coalesce(?3, acts.told) end, \
     told_at = case when ?3 is null then acts.told_at else null end where id = ?1",
    (
        "update acts set state = v.column2, settled_at = v.column4, told = case when exists (select 1 \
         from sessions s where s.id = acts.session and s.erased_at is not null) then null \
         else coalesce(v.column3, acts.told) end, \
         told_at = case when v.column3 is null then acts.told_at else null end from (values ",
        ") v where acts.id = v.column1",
    ),
    "",
);

static STANDINGS: Many = Many::new(
    "select id, state, settled_at from acts where id = ?1",
    ("select id, state, settled_at from acts where id in (values ", ") order by id"),
    "",
);

/// Where an act stands.
#[derive(Clone, Copy)]
struct Standing {
    state: ActState,
    settled_at: Option<Stamp>,
}

/// What an outcome means for an act.
enum Verdict {
    Take,
    /// It is stored already: an answer that got lost on its way.
    Repeat,
    Refuse,
}

fn judge(job: &OutcomeJob, standing: Standing) -> Verdict {
    let outcome = &job.outcome;
    let is_same = standing.state == outcome.state && standing.settled_at == Some(outcome.settled_at);
    match standing.state {
        _ if is_same => Verdict::Repeat,
        ActState::Pending if !job.is_settlement => Verdict::Take,
        ActState::Unknown => Verdict::Take,
        ActState::Pending | ActState::Done | ActState::Failed => Verdict::Refuse,
    }
}

/// Stores the outcomes of a batch that their acts can take, and adds their executions to those to be saved.
pub(super) async fn store<'a>(
    tx: &mut Tx,
    urgent: &'a [Urgent],
    answers: &mut [Result<(), LedgerError>],
    saved: &mut Vec<Saved<'a>>,
) -> Result<u64> {
    let jobs: Vec<(usize, &OutcomeJob)> = urgent
        .iter()
        .enumerate()
        .filter_map(|(place, job)| match job {
            Urgent::Outcome(job) => Some((place, job.as_ref())),
            Urgent::Intent(_) => None,
        })
        .collect();
    let mut standings = standings(tx, &jobs).await?;
    let mut taken: Vec<&OutcomeJob> = Vec::with_capacity(jobs.len());
    for (place, job) in jobs {
        let Some(standing) = standings.get_mut(&job.outcome.act) else {
            answers[place] = Err(LedgerError::NoSuchAct);
            continue;
        };
        match judge(job, *standing) {
            Verdict::Repeat => {}
            Verdict::Refuse => answers[place] = Err(LedgerError::AlreadySettled),
            Verdict::Take => {
                let may_have_ended = standing.state != ActState::Pending;
                *standing = Standing { state: job.outcome.state, settled_at: Some(job.outcome.settled_at) };
                // One statement can't change a row twice: of two outcomes of one act the later one stands.
                taken.retain(|other| other.outcome.act != job.outcome.act);
                taken.push(job);
                saved.push(Saved { execution: &job.execution, counted: true, may_have_ended });
            }
        }
    }
    update(tx, &taken).await
}

async fn standings(tx: &mut Tx, jobs: &[(usize, &OutcomeJob)]) -> Result<HashMap<ActId, Standing>> {
    let acts: BTreeSet<ActId> = jobs.iter().map(|(_, job)| job.outcome.act).collect();
    let for_update = tx.for_update();
    let acts = acts.into_iter().map(|act| vec![act.into()]).collect();
    let rows = tx.rows_of_many(&STANDINGS, acts, for_update).await?;
    let standing = |row: &Row| -> Result<(ActId, Standing)> {
        Ok((row.get("id")?, Standing { state: row.get("state")?, settled_at: row.opt("settled_at")? }))
    };
    rows.iter().map(standing).collect()
}

async fn update(tx: &mut Tx, taken: &[&OutcomeJob]) -> Result<u64> {
    let row_of = |job: &&OutcomeJob| -> Result<Vec<Arg>> {
        let outcome = &job.outcome;
        Ok(vec![
            outcome.act.into(),
            outcome.state.into(),
            outcome.told.as_ref().map(json_text).transpose()?.into(),
            outcome.settled_at.into(),
        ])
    };
    let rows = taken.iter().map(row_of).collect::<Result<_>>()?;
    tx.run_many(&UPDATE, rows).await
}

/// Stores variables: those of outcomes under the epoch of their act, others under the one they name. A session
/// that has another owner by now keeps its own.
pub(super) async fn store_variables(
    tx: &mut Tx,
    urgent: &[Urgent],
    lazy: &[Lazy],
    answers: &[Result<(), LedgerError>],
) -> Result<u64> {
    let mut wanted: HashMap<SessionId, (Arg, &'static str, &Map<String, Value>)> = HashMap::new();
    for job in lazy {
        if let Lazy::Variables { session, epoch, variables } = job {
            wanted.insert(*session, ((*epoch).into(), "epoch = ", variables));
        }
    }
    for (job, answer) in urgent.iter().zip(answers) {
        let (Urgent::Outcome(job), Ok(())) = (job, answer) else { continue };
        if let (Some(session), Some(variables)) = (job.execution.session, &job.variables) {
            let of_act = "epoch = (select a.epoch from acts a where a.id = ";
            wanted.insert(session, (job.outcome.act.into(), of_act, variables));
        }
    }
    let mut rows = 0;
    for (session, (owner, condition, variables)) in wanted {
        let query = sql("update sessions set variables = ")
            .arg(json_text(variables)?)
            .push(" where erased_at is null and id = ")
            .arg(session)
            .push(" and ")
            .push(condition)
            .arg(owner)
            .push(if condition.ends_with("a.id = ") { ")" } else { "" });
        rows += tx.run(query).await?;
    }
    Ok(rows)
}
