//! A conversation that this server does not remember, out of the session's history: what was said and heard, and what
//! came of calls that nobody was told of.

use hookswitch_engine::{Engine, EngineError};
use hookswitch_model::event::{EventKind, SessionEvent};
use hookswitch_model::{Scope, SessionId};
use serde_json::Value;

use crate::turn::{Happened, Talk};

/// Events that are read at once, and most of them.
const PAGE: u32 = 1000;
const MOST_PAGES: usize = 20;

/// Reads a conversation back.
pub(crate) async fn recall(
    engine: &Engine,
    scope: Scope,
    id: SessionId,
    talk: &mut Talk,
) -> Result<(), EngineError> {
    let mut after = 0;
    for _ in 0..MOST_PAGES {
        let events = engine.list_events(scope, id, after, PAGE).await?;
        for event in &events {
            if let Some(happened) = happened(event) {
                // What is to be done about it was done then.
                talk.on(happened, &mut Vec::new());
            }
        }
        match events.last() {
            Some(last) if events.len() >= PAGE as usize => after = last.seq,
            _ => break,
        }
    }
    Ok(())
}

fn happened(event: &SessionEvent) -> Option<Happened> {
    let text = |name: &str| event.data.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    match event.kind {
        EventKind::Transcript if text("role") == "user" => Some(Happened::Heard(text("text"))),
        EventKind::Transcript => Some(Happened::Said(text("text"))),
        EventKind::ResultLate => Some(Happened::Late {
            id: text("tool_call_id"),
            name: "a tool".to_owned(),
            told: event.data.get("result").cloned().unwrap_or_default(),
            reply: crate::turn::Reply { may_speak: false, may_call_tools: false },
        }),
        _ => None,
    }
}
