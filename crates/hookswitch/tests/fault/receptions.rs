//! What really arrived at the upstream.

use std::collections::{BTreeMap, BTreeSet};

use hookswitch_testkit::RecordedRequest;
use serde_json::Value;

use crate::tools::{Act, Tool};

/// A request that arrived whole.
#[derive(Debug, Clone)]
pub(crate) struct Reception {
    /// What it asks for.
    pub(crate) act: Act,
    /// Its `Idempotency-Key`.
    pub(crate) key: String,
    /// Its `webhook-id`: the execution that sent it.
    pub(crate) execution: String,
    /// Whether the upstream did it, rather than refuse it or recognise its key.
    pub(crate) acted: bool,
}

impl Reception {
    /// Reads a request of one of our tools.
    pub(crate) fn read(request: &RecordedRequest) -> Option<Self> {
        let (path, query) = request.target.split_once('?').unwrap_or((&request.target, ""));
        let tool = Tool::of(path.strip_prefix('/')?)?;
        let header = |name: &str| request.header(name).unwrap_or_default().to_owned();
        let (session, id) = if tool == Tool::Look {
            (of_query(query, "session")?, of_query(query, "id")?)
        } else {
            let body: Value = serde_json::from_slice(&request.body).ok()?;
            (body["session"].as_str()?.to_owned(), body["id"].as_str()?.to_owned())
        };
        let act = Act { session, tool, id };
        Some(Self { act, key: header("idempotency-key"), execution: header("webhook-id"), acted: false })
    }
}

/// Our values need no decoding.
fn of_query(query: &str, name: &str) -> Option<String> {
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.find(|(other, _)| *other == name).map(|(_, value)| value.to_owned())
}

/// Acts that happened twice, or were sent in a way in which they could have.
pub(crate) fn doubles(receptions: &[Reception]) -> Vec<String> {
    let mut by_act: BTreeMap<&Act, Vec<&Reception>> = BTreeMap::new();
    for reception in receptions.iter().filter(|reception| reception.act.tool != Tool::Look) {
        by_act.entry(&reception.act).or_default().push(reception);
    }
    let mut doubles = Vec::new();
    for (act, all) in by_act {
        let acted = all.iter().filter(|reception| reception.acted).count();
        if acted > 1 {
            doubles.push(format!("{act:?} happened {acted} times: {all:?}"));
        }
        let keys: BTreeSet<&str> = all.iter().map(|reception| reception.key.as_str()).collect();
        if act.tool == Tool::Act && keys.len() < all.len() {
            doubles.push(format!("{act:?} was sent twice under one key: {all:?}"));
        }
        // What the receiver has done, or may have done, may come again under the same key only.
        let first = all.iter().position(|reception| reception.acted);
        let later = first.map(|at| &all[at..]).unwrap_or_default();
        if later.iter().any(|reception| reception.key != later[0].key) {
            doubles.push(format!("{act:?} was sent under another key after it had happened: {all:?}"));
        }
    }
    doubles
}
