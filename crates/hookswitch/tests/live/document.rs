//! The AsyncAPI document: served, committed, and true.

use serde_json::json;

use crate::house::{House, fine};
use crate::socket::{check, document};

const COMMITTED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/asyncapi.json");

#[tokio::test]
async fn the_committed_document_is_the_one_that_is_served() {
    let house = House::start(fine).await;
    let served = house.get("/v1/asyncapi.json").await;
    if std::env::var_os("UPDATE_ASYNCAPI").is_some() {
        std::fs::write(COMMITTED, serde_json::to_string_pretty(&served).unwrap() + "\n").unwrap();
    }
    let committed = std::fs::read_to_string(COMMITTED).unwrap_or_default();
    assert!(
        serde_json::from_str::<serde_json::Value>(&committed).is_ok_and(|committed| committed == served),
        "docs/asyncapi.json is not what the server serves: look at the change, then run with UPDATE_ASYNCAPI=1"
    );
}

#[test]
fn references_lead_somewhere_and_all_messages_are_described() {
    let root = document();
    assert_eq!(root["asyncapi"], "3.0.0");
    let mut left = vec![root];
    let mut count = 0;
    while let Some(value) = left.pop() {
        if let Some(reference) = value.get("$ref").and_then(serde_json::Value::as_str) {
            assert!(root.pointer(&reference[1..]).is_some(), "{reference} leads nowhere");
            count += 1;
        }
        left.extend(value.as_object().into_iter().flat_map(|members| members.values()));
        left.extend(value.as_array().into_iter().flatten());
    }
    assert!(count > 60, "{count}");
    let messages = root["components"]["messages"].as_object().unwrap();
    assert_eq!(messages.len(), 12 + 17, "{:?}", messages.keys());
    for (name, message) in messages {
        assert!(message["summary"].as_str().is_some_and(|text| !text.is_empty()), "{name}");
    }
}

#[test]
fn the_check_of_frames_can_fail() {
    assert!(check(&json!({"type": "report", "report": "user_turn"})).is_ok());
    for wrong in [
        json!({"type": "report", "report": "sneeze"}),
        json!({"type": "report"}),
        json!({"type": "call", "tool_call_id": 1, "name": "x"}),
        json!({"type": "nothing"}),
        json!({"type": "may_interrupt", "seq": 1, "at": "2026-11-20T09:30:00.000Z"}),
    ] {
        assert!(check(&wrong).is_err(), "{wrong}");
    }
}
