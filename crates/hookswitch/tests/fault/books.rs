//! What the server has on record, read back over its API.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::Value;

use crate::api::{Api, Ask, Door};
use crate::tools::{Act, Tool};

/// Sessions read at the same time.
const READERS: usize = 8;

/// The record of a tool call.
#[derive(Debug, Clone)]
pub(crate) struct Execution {
    pub(crate) id: String,
    pub(crate) act: Option<Act>,
    /// Its act in the ledger.
    pub(crate) key: Option<String>,
    pub(crate) outcome: Option<String>,
    /// What the model was told, or, where it came late, should have been.
    pub(crate) told: Value,
}

/// An event of a session.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    pub(crate) seq: u64,
    pub(crate) kind: String,
    pub(crate) data: Value,
}

/// Everything about some sessions.
#[derive(Debug, Default)]
pub(crate) struct Books {
    pub(crate) executions: HashMap<String, Execution>,
    pub(crate) events: HashMap<String, Vec<Event>>,
}

impl Books {
    /// Loads sessions, which settles what was cut short, and reads all their records.
    pub(crate) async fn read(door: &Arc<Door>, sessions: &[String]) -> Self {
        let share = sessions.len().div_ceil(READERS).max(1);
        let readers: Vec<_> = sessions
            .chunks(share)
            .map(|some| tokio::spawn(read_some(Arc::clone(door), some.to_vec())))
            .collect();
        let mut books = Self::default();
        for reader in readers {
            let part = reader.await.unwrap();
            books.executions.extend(part.executions);
            books.events.extend(part.events);
        }
        books
    }

    /// Executions of acts: all but those of reads and of calls that were never tried.
    pub(crate) fn of_acts(&self) -> impl Iterator<Item = &Execution> {
        self.executions.values().filter(|execution| execution.key.is_some())
    }

    /// How many executions of acts ended so.
    pub(crate) fn count(&self, outcome: &str) -> usize {
        self.of_acts().filter(|execution| execution.outcome.as_deref() == Some(outcome)).count()
    }
}

async fn read_some(door: Arc<Door>, sessions: Vec<String>) -> Books {
    let mut api = Api::new(&door);
    let mut books = Books::default();
    for session in sessions {
        api.send(&Ask::get(format!("/v1/sessions/{session}"))).await.success();
        read_executions(&mut api, &session, &mut books).await;
        let events = read_events(&mut api, &session).await;
        books.events.insert(session, events);
    }
    books
}

async fn read_executions(api: &mut Api, session: &str, books: &mut Books) {
    let path = format!("/v1/executions?session_id={session}&include=details&limit=200");
    let mut next = path.clone();
    loop {
        let page = api.send(&Ask::get(next)).await.success();
        for entry in page["data"].as_array().unwrap() {
            let execution = execution_of(session, entry);
            books.executions.insert(execution.id.clone(), execution);
        }
        let Some(cursor) = page["next_cursor"].as_str() else { return };
        next = format!("{path}&cursor={cursor}");
    }
}

fn execution_of(session: &str, entry: &Value) -> Execution {
    let text = |name: &str| entry[name].as_str().map(str::to_owned);
    let tool = Tool::of(entry["tool_name"].as_str().unwrap_or_default());
    let argument = entry["arguments"]["id"].as_str();
    let act = tool.zip(argument).map(|(tool, id)| Act::new(session, tool, id));
    let late = &entry["late"];
    let told = if late.is_null() { &entry["told"] } else { late };
    Execution {
        id: text("id").unwrap(),
        act,
        key: text("act_id"),
        outcome: text("outcome"),
        told: told.clone(),
    }
}

/// The stored events of a session, in their order.
pub(crate) async fn read_events(api: &mut Api, session: &str) -> Vec<Event> {
    let mut events: Vec<Event> = Vec::new();
    loop {
        let after = events.last().map_or(0, |event| event.seq);
        let path = format!("/v1/sessions/{session}/events?format=json&after={after}");
        let page = api.send(&Ask::get(path)).await.success();
        let page = page["data"].as_array().unwrap();
        if page.is_empty() {
            return events;
        }
        events.extend(page.iter().map(|entry| Event {
            seq: entry["seq"].as_u64().unwrap(),
            kind: entry["type"].as_str().unwrap().to_owned(),
            data: entry["data"].clone(),
        }));
    }
}
