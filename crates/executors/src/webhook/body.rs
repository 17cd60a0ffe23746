//! The body of an answer as a value, and the members that a definition maps out of it.

use hookswitch_egress::Response;
use hookswitch_model::draft::TextAnswer;
use hookswitch_template::{CaseRule, Path};
use http::header::CONTENT_TYPE;
use serde_json::{Map, Value, json};

/// Most characters of a body that is neither JSON nor text.
const MOST_OTHER: usize = 1000;

/// JSON where it is JSON, null where there is nothing, else what the rule says.
pub(super) fn parse(response: &Response, rule: TextAnswer) -> Value {
    let body = &response.body;
    if body.iter().all(u8::is_ascii_whitespace) {
        return Value::Null;
    }
    let kind = response.headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or("");
    let is_other_type = rule == TextAnswer::ByType && !kind.is_empty() && !is_json(kind);
    if !is_other_type && let Ok(value) = serde_json::from_slice(body) {
        return value;
    }
    let text = String::from_utf8_lossy(body);
    match rule {
        TextAnswer::Plain => Value::from(text),
        TextAnswer::Wrapped => json!({ "text": text }),
        TextAnswer::ByType if is_text(kind) => json!({ "text": text }),
        TextAnswer::ByType => {
            let start: String = text.chars().take(MOST_OTHER).collect();
            json!({"content_type": kind, "content_length": body.len(), "text": start})
        }
    }
}

/// Text, XML, and what calls itself JSON and is none.
fn is_text(kind: &str) -> bool {
    let essence = essence(kind);
    essence.is_empty() || essence.starts_with("text/") || is_json(kind) || has_word(&essence, "xml")
}

fn is_json(kind: &str) -> bool {
    has_word(&essence(kind), "json")
}

fn essence(kind: &str) -> String {
    kind.split(';').next().unwrap_or("").trim().to_ascii_lowercase()
}

fn has_word(essence: &str, word: &str) -> bool {
    essence.ends_with(&format!("/{word}")) || essence.ends_with(&format!("+{word}"))
}

/// The mapped members; what a path does not lead to is null.
pub(super) fn map(root: &Value, mapping: &[(String, Path)]) -> Value {
    let members = mapping.iter().map(|(name, path)| {
        let skips_data = path.root() == "data" && root.get("data").is_none();
        let found = path.lookup_from(usize::from(skips_data), root, CaseRule::Exact);
        (name.clone(), found.cloned().unwrap_or(Value::Null))
    });
    Value::Object(members.collect::<Map<_, _>>())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn dotted_paths_lead_into_objects_and_lists() {
        let path = |text| Path::parse(text).unwrap();
        let mapping = [
            ("id".to_owned(), path("data.items.0.id")),
            ("all".to_owned(), path("data")),
            ("none".to_owned(), path("items.9.id")),
        ];
        let root = json!({"items": [{"id": 7}]});
        assert_eq!(map(&root, &mapping), json!({"id": 7, "all": root, "none": null}));
        let root = json!({"data": {"items": [{"id": 8}]}});
        assert_eq!(map(&root, &mapping)["id"], json!(8));
    }
}
