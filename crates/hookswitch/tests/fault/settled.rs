//! Asking again for every act after the last restart: done ones replay the same, unknown ones are not sent again.

use std::sync::Arc;

use crate::api::{Api, Door};
use crate::books::{Books, Execution};
use crate::check::{plain, standings};
use crate::client::Given;
use crate::tools::{Act, Tool};

/// Acts asked for at the same time.
const ASKERS: usize = 8;

/// What asking again showed.
#[derive(Debug, Default)]
pub(crate) struct AskedAgain {
    pub(crate) given: Vec<Given>,
    pub(crate) wrong: Vec<String>,
}

/// An act with the outcomes of its executions.
#[derive(Debug, Clone)]
struct Known {
    act: Act,
    done: Option<Execution>,
    is_unknown: bool,
}

/// Asks once more for every act of the books whose session runs.
pub(crate) async fn ask_again(door: &Arc<Door>, books: &Books) -> AskedAgain {
    let known: Vec<Known> = standings(books)
        .into_iter()
        .map(|(act, records)| {
            let of = |outcome: &str| records.iter().find(|record| record.outcome.as_deref() == Some(outcome));
            Known {
                act,
                done: of("done").map(|record| (*record).clone()),
                is_unknown: of("unknown").is_some(),
            }
        })
        // What failed would be a new act.
        .filter(|known| known.done.is_some() || known.is_unknown)
        .collect();
    let share = known.len().div_ceil(ASKERS).max(1);
    let askers: Vec<_> =
        known.chunks(share).map(|some| tokio::spawn(ask_some(Arc::clone(door), some.to_vec()))).collect();
    let mut asked = AskedAgain::default();
    for asker in askers {
        let part = asker.await.unwrap();
        asked.given.extend(part.given);
        asked.wrong.extend(part.wrong);
    }
    asked
}

async fn ask_some(door: Arc<Door>, acts: Vec<Known>) -> AskedAgain {
    let mut api = Api::new(&door);
    let mut asked = AskedAgain::default();
    for known in acts {
        let answer = api.send(&known.act.ask(&format!("again-{}", known.act.id))).await;
        if answer.code() == "session_ended" {
            continue;
        }
        let given = Given::read(&known.act, &answer.body);
        if answer.status != 200 || !is_right(&known, &given) {
            asked.wrong.push(format!("{known:?} was answered {} {}", answer.status, answer.body));
        }
        asked.given.push(given);
    }
    asked
}

fn is_right(known: &Known, given: &Given) -> bool {
    match (&known.done, known.act.tool) {
        (Some(done), _) => {
            given.replayed
                && given.outcome == "done"
                && given.execution == done.id
                && plain(&given.result) == plain(&done.told)
        }
        // Sent again under its key, whatever comes of it.
        (None, Tool::Put) => !given.replayed,
        (None, _) => given.code.as_deref() == Some("unknown_before") && given.result["done"] == "unknown",
    }
}
