//! The OpenAPI document is committed; a change of the API shows in it.

use std::collections::BTreeSet;
use std::path::Path;

use hookswitch_dialect_native::document;
use serde_json::Value;

const COMMITTED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../openapi/native.json");

fn text() -> String {
    serde_json::to_string_pretty(&document()).unwrap() + "\n"
}

#[test]
fn the_committed_document_is_the_one_that_is_served() {
    if std::env::var_os("UPDATE_OPENAPI").is_some() {
        std::fs::write(COMMITTED, text()).unwrap();
    }
    let committed = std::fs::read_to_string(Path::new(COMMITTED)).unwrap_or_default();
    assert!(
        committed == text(),
        "openapi/native.json is not what the server serves: look at the change, then run this test with UPDATE_OPENAPI=1"
    );
}

fn walk(value: &Value, visit: &mut impl FnMut(&Value)) {
    visit(value);
    match value {
        Value::Object(members) => members.values().for_each(|member| walk(member, visit)),
        Value::Array(items) => items.iter().for_each(|item| walk(item, visit)),
        _ => {}
    }
}

#[test]
fn references_lead_somewhere() {
    let root: Value = serde_json::from_str(&text()).unwrap();
    let mut count = 0;
    walk(&root, &mut |value| {
        if let Some(reference) = value.get("$ref").and_then(Value::as_str) {
            let pointer = reference.strip_prefix('#').unwrap();
            assert!(root.pointer(pointer).is_some(), "{reference} leads nowhere");
            count += 1;
        }
    });
    assert!(count > 100);
}

#[test]
fn bodies_are_closed_and_fit_their_examples() {
    let root: Value = serde_json::from_str(&text()).unwrap();
    let new_tool = &root["components"]["schemas"]["NewTool"];
    assert_eq!(new_tool["additionalProperties"], false);
    assert!(
        new_tool["properties"].get("project").is_some() && new_tool["properties"].get("webhook").is_some()
    );
    for body in
        ["ToolDraft", "NewTool", "AgentBody", "SessionStartBody", "CallBody", "NewKeyBody", "SettleBody"]
    {
        assert_eq!(root["components"]["schemas"][body]["additionalProperties"], false, "{body}");
    }
}

#[test]
fn every_operation_is_described() {
    let root: Value = serde_json::from_str(&text()).unwrap();
    assert_eq!(root["openapi"], "3.1.0");
    let mut ids = BTreeSet::new();
    for (path, item) in root["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let at = format!("{method} {path}");
            assert!(ids.insert(operation["operationId"].as_str().unwrap().to_owned()), "{at}");
            assert!(operation["summary"].as_str().is_some_and(|text| !text.is_empty()), "{at}");
            assert_eq!(operation["tags"].as_array().unwrap().len(), 1, "{at}");
            let responses = operation["responses"].as_object().unwrap();
            for status in ["401", "403", "500", "503"] {
                assert!(responses.contains_key(status), "{at} lacks {status}");
            }
            let succeeds = |status: &String| status.starts_with('2') || status == "101";
            assert!(responses.keys().any(succeeds), "{at}");
            if path.contains('{') {
                assert!(responses.contains_key("404"), "{at}");
            }
        }
    }
    assert!(ids.len() > 50);
}

#[test]
fn every_property_is_described() {
    let root: Value = serde_json::from_str(&text()).unwrap();
    for (name, schema) in root["components"]["schemas"].as_object().unwrap() {
        for (property, inner) in schema["properties"].as_object().into_iter().flatten() {
            let mut described = false;
            walk(inner, &mut |part| described |= part.get("description").is_some());
            assert!(described, "{name}.{property} is not described");
        }
    }
}
