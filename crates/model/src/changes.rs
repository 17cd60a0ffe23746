//! What a binding changes in the definition of its tool: single fields of the written form, laid over whatever the
//! tool says when a session starts.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::draft::ToolDraft;

/// Members of the written form whose own members are changed one by one.
const OPENED: [&str; 5] = ["webhook", "python", "lambda", "function", "extras"];

/// The values of a tool's own: each is one of many places, and they change one by one.
const OWN_SECRETS: &str = "own_secrets";

/// One field.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    /// The field, `["webhook", "url"]`.
    at: Vec<String>,
    /// Its value; none takes the field away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    to: Option<Value>,
}

/// Changed fields. Empty: none.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DraftChanges(Vec<Change>);

impl DraftChanges {
    /// What leads from one draft to another.
    pub fn between(before: &ToolDraft, after: &ToolDraft) -> Self {
        let mut changes = Vec::new();
        let (before, after) = (members_of(before), members_of(after));
        compare(&before, &after, &mut Vec::new(), &mut changes);
        Self(changes)
    }

    /// Whether nothing is changed.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The draft with the changes laid over it; nothing when they do not fit it any more.
    pub fn apply(&self, draft: &ToolDraft) -> Option<ToolDraft> {
        let mut members = members_of(draft);
        for change in &self.0 {
            let (last, way) = change.at.split_last()?;
            let mut place = &mut members;
            for name in way {
                if name == OWN_SECRETS && !place.contains_key(name) {
                    place.insert(name.clone(), Value::Object(Map::new()));
                }
                place = place.get_mut(name)?.as_object_mut()?;
            }
            match &change.to {
                Some(value) => drop(place.insert(last.clone(), value.clone())),
                None => drop(place.shift_remove(last)),
            }
        }
        serde_json::from_value(Value::Object(members)).ok()
    }
}

fn members_of(draft: &ToolDraft) -> Map<String, Value> {
    match serde_json::to_value(draft) {
        Ok(Value::Object(members)) => members,
        _ => Map::new(),
    }
}

fn compare(
    before: &Map<String, Value>,
    after: &Map<String, Value>,
    way: &mut Vec<String>,
    changes: &mut Vec<Change>,
) {
    let gone = before.keys().filter(|name| !after.contains_key(*name));
    let names: Vec<&String> = after.keys().chain(gone).collect();
    for name in names {
        let (old, new) = (before.get(name), after.get(name));
        if old == new {
            continue;
        }
        way.push(name.clone());
        let nothing = Value::Object(Map::new());
        if way.len() == 2 && name == OWN_SECRETS {
            // What is not there is empty.
            let (old, new) = (old.unwrap_or(&nothing), new.unwrap_or(&nothing));
            if let (Value::Object(old), Value::Object(new)) = (old, new) {
                compare(old, new, way, changes);
            }
            way.pop();
            continue;
        }
        match (old, new) {
            (Some(Value::Object(old)), Some(Value::Object(new)))
                if way.len() == 1 && OPENED.contains(&name.as_str()) =>
            {
                compare(old, new, way, changes);
            }
            _ => changes.push(Change { at: way.clone(), to: new.cloned() }),
        }
        way.pop();
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::draft::{Kind, WebhookDraft};
    use crate::time::Millis;

    fn draft(url: &str) -> ToolDraft {
        ToolDraft { webhook: Some(WebhookDraft::new(url)), ..ToolDraft::new("t", Kind::Webhook) }
    }

    #[test]
    fn only_changed_fields_are_laid_over() {
        let base = draft("https://a.example");
        let mut other = draft("https://a.example");
        other.timeout_ms = Some(Millis(7));
        other.webhook.as_mut().unwrap().method = Some("POST".to_owned());
        let changes = DraftChanges::between(&base, &other);
        assert_eq!(changes.apply(&base).unwrap(), other);
        let later = ToolDraft { description: "new".to_owned(), ..draft("https://b.example") };
        let merged = changes.apply(&later).unwrap();
        assert_eq!(merged.webhook.unwrap().url, "https://b.example");
        assert_eq!((merged.timeout_ms, merged.description.as_str()), (Some(Millis(7)), "new"));
        let text = serde_json::to_string(&changes).unwrap();
        assert_eq!(serde_json::from_str::<DraftChanges>(&text).unwrap(), changes);
    }

    #[test]
    fn own_secrets_change_one_by_one() {
        let with = |names: &[&str]| {
            let mut made = draft("https://a.example");
            let own = &mut made.webhook.as_mut().unwrap().own_secrets;
            for name in names {
                own.insert((*name).to_owned(), crate::secret::Sealable::Text((*name).to_owned()));
            }
            made
        };
        let changes = DraftChanges::between(&with(&["a"]), &with(&["b"]));
        assert_eq!(changes.apply(&with(&["a", "c"])).unwrap(), with(&["c", "b"]), "what came since stays");
        assert_eq!(changes.apply(&with(&[])).unwrap(), with(&["b"]));
        assert_eq!(DraftChanges::between(&with(&[]), &with(&["a"])).apply(&with(&[])).unwrap(), with(&["a"]));
        assert!(DraftChanges::between(&with(&["a"]), &with(&["a"])).is_empty());
    }

    #[test]
    fn fields_go_away_and_nothing_is_nothing() {
        let mut base = draft("https://a.example");
        base.timeout_ms = Some(Millis(7));
        let changes = DraftChanges::between(&base, &draft("https://a.example"));
        assert_eq!(changes.apply(&base).unwrap().timeout_ms, None);
        assert!(DraftChanges::between(&base, &base).is_empty());
        let python = ToolDraft::new("t", Kind::Python);
        assert_eq!(changes.apply(&python).unwrap(), python);
        let mut posted = base.clone();
        posted.webhook.as_mut().unwrap().method = Some("POST".to_owned());
        assert_eq!(DraftChanges::between(&base, &posted).apply(&python), None);
    }
}
