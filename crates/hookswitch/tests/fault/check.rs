//! What must hold after a run, whatever was killed when.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde_json::Value;

use crate::books::{Books, Event, Execution};
use crate::client::Given;
use crate::receptions::Reception;
use crate::tools::{Act, Tool};

/// Answers that clients got and that the records do not bear out; requests without a record.
pub(crate) fn lost(given: &[Given], receptions: &[Reception], books: &Books) -> Vec<String> {
    let acts = given.iter().filter(|given| given.act.tool != Tool::Look);
    let answers = acts.filter_map(|given| lost_answer(given, books));
    let sent = receptions.iter().filter(|reception| reception.act.tool != Tool::Look);
    let requests = sent.filter_map(|reception| {
        let record = books.executions.get(&reception.execution);
        match record {
            None => Some(format!("sent without a record: {reception:?}")),
            Some(record) if record.key.as_ref() != Some(&reception.key) => {
                Some(format!("sent under another key than recorded: {reception:?}, {record:?}"))
            }
            Some(_) => None,
        }
    });
    answers.chain(requests).collect()
}

fn lost_answer(given: &Given, books: &Books) -> Option<String> {
    let is_own = !given.replayed && !given.joined;
    if !matches!(given.outcome.as_str(), "done" | "failed" | "unknown") {
        // Refused and withdrawn calls did nothing; their records may lag by a second.
        return None;
    }
    let Some(record) = books.executions.get(&given.execution) else {
        return Some(format!("answered without a record: {given:?}"));
    };
    let recorded = record.outcome.as_deref();
    // What was unknown when it was told may have been settled by a late result.
    let fits = recorded == Some(&given.outcome)
        || given.outcome == "unknown" && matches!(recorded, Some("done" | "failed"));
    let is_told = !is_own || given.outcome != "done" || given.result == record.told;
    (!fits || !is_told).then(|| format!("answered {given:?}, recorded {record:?}"))
}

/// Records that no request, or no act of the upstream, stands behind; calls without an outcome; acts with more
/// than one.
pub(crate) fn untrue(receptions: &[Reception], books: &Books) -> Vec<String> {
    let mut by_execution: HashMap<&str, Vec<&Reception>> = HashMap::new();
    for reception in receptions {
        by_execution.entry(&reception.execution).or_default().push(reception);
    }
    let mut untrue: Vec<String> = Vec::new();
    let mut ends: BTreeMap<&str, Vec<&Execution>> = BTreeMap::new();
    for record in books.executions.values() {
        let behind = by_execution.get(record.id.as_str()).map(Vec::as_slice).unwrap_or_default();
        match record.outcome.as_deref() {
            None => untrue.push(format!("left open: {record:?}")),
            Some("done") if behind.is_empty() => untrue.push(format!("done without a request: {record:?}")),
            Some("failed") if behind.iter().any(|reception| reception.acted) => {
                untrue.push(format!("failed, and yet it happened: {record:?}"));
            }
            Some("refused" | "cancelled") if !behind.is_empty() && record.key.is_some() => {
                untrue.push(format!("not tried, and yet it was sent: {record:?}"));
            }
            Some(_) => {}
        }
        if let Some(key) = &record.key {
            ends.entry(key).or_default().push(record);
        }
    }
    for (key, records) in ends {
        let is_resent =
            records.iter().all(|record| record.act.as_ref().is_some_and(|act| act.tool == Tool::Put));
        if records.len() > 1 && !is_resent {
            untrue.push(format!("{key} has several executions: {records:?}"));
        }
    }
    untrue
}

/// Events without a number, with a number that came before, or after the last one.
pub(crate) fn disorder(books: &Books) -> Vec<String> {
    let mut found = Vec::new();
    for (session, events) in &books.events {
        let is_whole = events.iter().zip(1..).all(|(event, seq)| event.seq == seq);
        if !is_whole {
            let numbers: Vec<u64> = events.iter().map(|event| event.seq).collect();
            found.push(format!("{session}: events {numbers:?}"));
        }
        if let Some(stray) = after_the_end(events) {
            found.push(format!("{session}: after its end: {stray:?}"));
        }
        let mut late = HashSet::new();
        for event in events.iter().filter(|event| event.kind == "result.late") {
            if event.data["result"].is_null() {
                found.push(format!("{session}: a late result that is none: {event:?}"));
            }
            if !late.insert(event.data["execution_id"].to_string()) {
                found.push(format!("{session}: told late twice: {event:?}"));
            }
        }
    }
    found
}

/// Nothing is delivered after the end but results that come late.
fn after_the_end(events: &[Event]) -> Option<&Event> {
    let end = events.iter().position(|event| event.kind == "session.ended")?;
    events[end + 1..].iter().find(|event| !matches!(event.kind.as_str(), "result.late" | "execution.settled"))
}

/// What an answer says beside that it was given before.
pub(crate) fn plain(result: &Value) -> Value {
    let mut result = result.clone();
    if let Some(members) = result.as_object_mut() {
        members.remove("already_done");
    }
    result
}

/// How each act stands: its best known outcome, and the execution and text of it when it is done.
pub(crate) fn standings(books: &Books) -> HashMap<Act, Vec<&Execution>> {
    let mut standings: HashMap<Act, Vec<&Execution>> = HashMap::new();
    for record in books.of_acts() {
        if let Some(act) = &record.act {
            standings.entry(act.clone()).or_default().push(record);
        }
    }
    standings
}
