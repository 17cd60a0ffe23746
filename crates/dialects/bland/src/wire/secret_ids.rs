//! `{{secret.id.SEC-…}}`: a secret by its id. Resolved to its name when a tool is saved (bland: 3.3).

use std::collections::BTreeMap;

use hookswitch_model::SecretId;
use serde_json::Value;

use super::fields::Fields;
use super::ids::{secret_id, secret_text};

/// Names of secrets by id.
pub type SecretNames = BTreeMap<SecretId, String>;

/// Fields whose texts may name a secret.
pub const WITH_SECRETS: [&str; 4] = ["url", "headers", "body", "query"];
/// Most ids that one tool may name; more are taken for unknown ones.
const MOST_IDS: usize = 64;

/// The ids that the texts of some fields name.
pub fn named(fields: &Fields) -> Vec<SecretId> {
    let mut ids = Vec::new();
    for name in WITH_SECRETS {
        if let Some(value) = fields.get(name) {
            each_text(value, &mut |text| {
                replace(text, |id| {
                    if ids.len() < MOST_IDS && !ids.contains(&id) {
                        ids.push(id);
                    }
                    String::new()
                });
            });
        }
    }
    ids
}

/// The value with names in place of ids. An id that no secret has becomes a name that none has.
pub fn resolved(value: &Value, names: &SecretNames) -> Value {
    match value {
        Value::String(text) => Value::from(resolved_text(text, names)),
        Value::Array(items) => items.iter().map(|item| resolved(item, names)).collect(),
        Value::Object(members) => Value::Object(
            members.iter().map(|(name, value)| (name.clone(), resolved(value, names))).collect(),
        ),
        other => other.clone(),
    }
}

/// The same for a text.
pub fn resolved_text(text: &str, names: &SecretNames) -> String {
    replace(text, |id| {
        let name = names.get(&id).cloned().unwrap_or_else(|| secret_text(id));
        format!("{{{{SECRET.{name}}}}}")
    })
}

/// Whether a placeholder of a secret stands anywhere in a value.
pub fn names_secret(value: &Value) -> bool {
    let mut found = false;
    each_text(value, &mut |text| {
        found |= placeholders(text).any(|(_, _, name)| after_prefix(name, "secret.").is_some());
    });
    found
}

fn each_text(value: &Value, see: &mut impl FnMut(&str)) {
    match value {
        Value::String(text) => see(text),
        Value::Array(items) => items.iter().for_each(|item| each_text(item, see)),
        Value::Object(members) => members.values().for_each(|member| each_text(member, see)),
        _ => {}
    }
}

/// Replaces the placeholders of secrets that are named by id.
fn replace(text: &str, mut with: impl FnMut(SecretId) -> String) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = 0;
    for (start, end, name) in placeholders(text) {
        let id = after_prefix(name, "secret.").and_then(|rest| after_prefix(rest, "id."));
        if let Some(id) = id.and_then(secret_id) {
            out.push_str(&text[rest..start]);
            out.push_str(&with(id));
            rest = end;
        }
    }
    out.push_str(&text[rest..]);
    out
}

fn after_prefix<'t>(text: &'t str, prefix: &str) -> Option<&'t str> {
    let head = text.get(..prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then(|| &text[prefix.len()..])
}

/// Start, end and trimmed name of each placeholder.
fn placeholders(text: &str) -> impl Iterator<Item = (usize, usize, &str)> {
    let mut from = 0;
    std::iter::from_fn(move || {
        let open = from + text[from..].find("{{")?;
        let close = open + 2 + text[open + 2..].find("}}")?;
        // An opening that another one follows before the end is text.
        let open = open + text[open..close].rfind("{{").unwrap_or(0);
        from = close + 2;
        Some((open, close + 2, text[open + 2..close].trim()))
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;

    const ID: &str = "SEC-5da8347d-0ab7-415d-b156-a7fc5c6074dc";

    #[test]
    fn ids_become_names() {
        let id = secret_id(ID).unwrap();
        let names = SecretNames::from([(id, "crm_key".to_owned())]);
        let text = format!("Bearer {{{{ Secret.ID.{ID} }}}} {{{{input.x}}}}");
        assert_eq!(resolved_text(&text, &names), "Bearer {{SECRET.crm_key}} {{input.x}}");
        assert_eq!(
            resolved_text(&text, &SecretNames::new()),
            format!("Bearer {{{{SECRET.{ID}}}}} {{{{input.x}}}}")
        );
        let bare = format!("{{{{secret.id.{}}}}}", &ID[4..]);
        assert_eq!(resolved(&json!({"a": [bare]}), &names), json!({"a": ["{{SECRET.crm_key}}"]}));
        for text in ["{{secret.id.x}}", "{{secret.idx}}", "{{secret.id", "secret.id.x", "{{a {{b"] {
            assert_eq!(resolved_text(text, &names), text);
        }
    }

    #[test]
    fn ids_are_found_in_the_fields_that_may_name_them() {
        let text = format!("{{{{secret.id.{ID}}}}}");
        let body = json!({"url": text, "headers": {"a": text}, "speech": text});
        assert_eq!(named(&Fields::of_body(body).unwrap()), [secret_id(ID).unwrap()]);
        assert!(
            names_secret(&json!({"a": ["x {{ SECRET.b }}"]}))
                && !names_secret(&json!("{{secrets}} secret.x"))
        );
    }
}
