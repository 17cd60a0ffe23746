//! The document and the model agree about every field.
#![allow(clippy::unwrap_used)]

use serde_json::{Value, json};

use crate::openapi::document;

/// One of everything: fields that are left out when empty are filled.
fn everything() -> Value {
    json!({
        "name": "all", "display_name": "All", "description": "d", "kind": "webhook",
        "webhook": {"url": "https://a.example/", "method": "POST", "headers": {"x": "y"}, "own_secrets": {"s": "v"}, "query": {"q": "1"},
            "body": {}, "redirects": "same_origin", "verify_tls": true, "signature": "none",
            "variables": {"syntax": "dollar", "url_syntax": "single", "case_blind": true,
                "prefixes": [["input", "input"]], "bare": ["vars"], "system_names": [["a", "from"]]},
            "trial_members": {"test": true}, "parked": true, "timestamped_signature": "X-Signed", "unset": "refuse", "url_variables": "secrets_in_host",
            "unplaced": "unused", "query_lists": "repeated", "own_secrets": {"A": "b"},
            "answer": {"success": "below_400", "empty": "null", "text": "plain", "error": "named_or_text",
                "mapping": {"a": "b"}}},
        "python": {"code": "", "max_memory_mb": 64, "allowed_modules": ["re"], "requirements": ["x"],
            "network": "public", "variables": {"syntax": "dollar", "url_syntax": "single", "case_blind": true,
                "prefixes": [["input", "input"]], "bare": ["vars"], "system_names": [["a", "from"]]}},
        "lambda": {"function": "f", "region": "eu-central-1", "invocation_type": "Event",
            "environment_variables": {"A": "b"}, "payload": {}, "event_shape": "envelope",
            "variables": {"syntax": "dollar", "url_syntax": "single", "case_blind": true,
                "prefixes": [["input", "input"]], "bare": ["vars"], "system_names": [["a", "from"]]}, "unset": "refuse", "qualifier": "1",
            "endpoint_url": "https://b.example", "access_key": "a", "secret_key": "b", "session_token": "c"},
        "context": {"text": "t", "literal": true},
        "call_control": {"operation": "transfer_to_human", "phone_number": "+1", "destinations": ["+1"],
            "dtmf": "1", "dynamic_dtmf": true, "post_transfer_message": "m", "use_agent_phone_number": false,
            "detect_voicemail": true, "keep_listening": true, "on_no_answer": "keep_retrying", "agents": ["a"],
            "respond_after_sec": 1.5},
        "hosted": {"function": "datetime"},
        "parameters": [{"name": "p", "schema": {}, "description": "d", "required": true,
            "source": {"static": 1}, "place": "query", "send_as": "s"}],
        "input_schema": {}, "loose_input": {}, "nulls": "drop", "effect": "read", "repeats": "free", "act_arguments": ["p"],
        "sensitive": {"arguments": ["p"], "result": ["$.a"]}, "timeout_ms": 1, "max_tries": 1,
        "cache_seconds": 1,
        "speech": {"require_speech_before": true, "wait_for_speech_before": true, "line": "l",
            "delayed": [{"after_ms": 1, "text": "t"}], "suppress_speech_before": true, "forbid_speech_after": true, "allow_chaining": false,
            "forbid_call_after_speech": true, "async": true, "wait_for_response": true, "uninterruptible": true,
            "can_run_during_user_speech": true},
        "extract": {"a": "$.a"}, "result": "$", "result_limit": 1,
        "config_schema": {"fields": [{"key": "k", "label": "l", "type": "select", "required": true,
            "secret": true, "help": "h", "placeholder": "p", "options": ["o"]}]},
        "tags": ["t"],
        "function": {"name": "f", "description": "d", "suffix": "tool_number"}, "answer_variable": "data",
        "answer_context": ["c"], "retry_wait": {"first_ms": 1, "most_ms": 2}, "public": true, "extras": {"x": 1}
    })
}

/// The schema behind a reference or a nullable wrapper.
fn resolve<'a>(root: &'a Value, schema: &'a Value) -> &'a Value {
    if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
        return resolve(root, &root["components"]["schemas"][name]);
    }
    let choices = schema["oneOf"].as_array().or_else(|| schema["anyOf"].as_array());
    match choices.and_then(|all| all.iter().find(|one| one.get("$ref").is_some())) {
        Some(one) => resolve(root, one),
        None => schema,
    }
}

fn compare(root: &Value, schema: &Value, value: &Value, at: &str) {
    let schema = resolve(root, schema);
    match value {
        Value::Object(members) if schema.get("properties").is_some() => {
            let known = schema["properties"].as_object().unwrap();
            for (name, member) in members {
                let property = known.get(name).unwrap_or_else(|| panic!("{at}.{name} is not documented"));
                compare(root, property, member, &format!("{at}.{name}"));
            }
            for name in known.keys() {
                assert!(members.contains_key(name), "{at}.{name} is documented but not in the model");
            }
            assert_eq!(schema["additionalProperties"], json!(false), "{at}");
        }
        Value::Array(items) if schema.get("items").is_some() => {
            for item in items {
                compare(root, &schema["items"], item, &format!("{at}[]"));
            }
        }
        _ => {}
    }
}

#[test]
fn every_field_is_documented_and_none_is_made_up() {
    let draft: hookswitch_model::draft::ToolDraft = serde_json::from_value(everything()).unwrap();
    let written = serde_json::to_value(&draft).unwrap();
    assert_eq!(written, everything(), "the example below must hold every field of the model");
    let root = serde_json::to_value(document()).unwrap();
    compare(&root, &root["components"]["schemas"]["ToolDraft"], &written, "$");
}

#[test]
fn only_required_fields_are_required() {
    let root = serde_json::to_value(document()).unwrap();
    let required = &root["components"]["schemas"]["ToolDraft"]["required"];
    assert_eq!(required, &json!(["name", "kind"]));
    assert_eq!(root["components"]["schemas"]["Webhook"]["required"], json!(["url"]));
}
