//! The spelling of a configuration: its keys in their order, unknown ones with their values, known ones with what was
//! written where the draft would say it in other words.

use hookswitch_model::draft::{Kind, ToolDraft};
use serde_json::{Map, Value, json};

use super::{Opened, Shown, canonical, endpoint, rendered};
use crate::wire::extras::Extras;
use crate::wire::redact::{hide_all, is_redacted, redacted, redacted_members, restore};
use crate::wire::refusal::Refusal;
use crate::wire::url;

/// The skeleton of what was written, after the draft has taken what it means.
pub(super) fn build(
    draft: &ToolDraft,
    extras: &Extras,
    written: &Map<String, Value>,
    opened: &Opened,
) -> Result<Map<String, Value>, Refusal> {
    let shown = rendered(draft, extras, opened);
    let stored = Value::Object(extras.configuration.clone());
    let mut skeleton = Map::new();
    let mut seen: Vec<&str> = Vec::new();
    for (spelled, value) in written {
        let Some(key) = canonical(draft.kind, spelled) else {
            let mut kept = json!({ (spelled.as_str()): value });
            restore(&mut kept, Some(&stored), "configuration")?;
            if let Some(members) = kept.as_object() {
                // Kept for the way back only: what is secret in it need not be kept at all.
                skeleton.extend(redacted_members(members));
            }
            continue;
        };
        if value.is_null()
            || seen.contains(&key)
            || spelled != key && written.get(key).is_some_and(|own| !own.is_null())
        {
            continue;
        }
        seen.push(key);
        let now = shown.iter().find(|shown| shown.key == key).and_then(|shown| shown.value.clone());
        let before = (extras.configuration.get(spelled)).and_then(|residue| residue.get("given"));
        let given = safe(key, value, before);
        let residue =
            if Some(&given) == now.as_ref() { Value::Null } else { json!({"given": given, "for": now}) };
        skeleton.insert(spelled.clone(), residue);
    }
    Ok(skeleton)
}

/// A given value as it may be kept: without secrets.
fn safe(key: &str, value: &Value, before: Option<&Value>) -> Value {
    match (key, value) {
        ("url", Value::String(text)) => Value::from(url::redacted(text)),
        ("headers", value) => endpoint::shown_headers(value),
        ("environment_variables", value) => hide_all(value),
        ("access_key" | "secret_key" | "session_token", _) => hide_all(value),
        // A text template that is an object keeps its secrets to itself.
        ("request_template" | "payload_template", Value::String(text)) if !is_redacted(text) => {
            match serde_json::from_str::<Value>(text) {
                Ok(parsed) if parsed.is_object() && redacted(&parsed) != parsed => {
                    before.cloned().unwrap_or_else(|| Value::from(redacted(&parsed).to_string()))
                }
                _ => value.clone(),
            }
        }
        _ => redacted(value),
    }
}

/// Written keys without secrets.
pub(super) fn safe_keys(kind: Kind, written: &Map<String, Value>) -> Map<String, Value> {
    let shown = written.iter().map(|(spelled, value)| {
        let value = match canonical(kind, spelled) {
            Some(key) => safe(key, value, None),
            None => redacted(&json!({ (spelled.as_str()): value }))[spelled].take(),
        };
        (spelled.clone(), value)
    });
    shown.collect()
}

/// What is shown: the keys as they were written, then what the draft says beside them.
pub(super) fn dress(kind: Kind, skeleton: &Map<String, Value>, shown: &[Shown]) -> Map<String, Value> {
    let mut dressed = Map::new();
    let mut seen = Vec::new();
    for (spelled, residue) in skeleton {
        let Some(key) = canonical(kind, spelled) else {
            dressed.insert(spelled.clone(), residue.clone());
            continue;
        };
        seen.push(key);
        let now = shown.iter().find(|shown| shown.key == key).and_then(|shown| shown.value.clone());
        let value = match residue.get("given") {
            Some(given)
                if residue.get("for").cloned().unwrap_or_default() == now.clone().unwrap_or_default() =>
            {
                Some(given.clone())
            }
            _ => now,
        };
        dressed.extend(value.map(|value| (spelled.clone(), value)));
    }
    for shown in shown.iter().filter(|shown| shown.always && !seen.contains(&shown.key)) {
        dressed.extend(shown.value.clone().map(|value| (shown.key.to_owned(), value)));
    }
    dressed
}
