//! What only this dialect's form of a tool knows, for the way back: how values were spelt. Kept in the draft's extras;
//! changes no behaviour. What another dialect has changed since is not shown from here: the draft wins.

use hookswitch_model::draft::ToolDraft;
use serde_json::{Map, Value, json};

use super::ids::{secret_id, secret_text};
use super::secret_ids::SecretNames;

/// Our place in the extras.
const PLACE: &str = "bland";

/// Spellings of one tool.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Written {
    /// Fields whose value is not what the draft alone would show.
    pub(super) fields: Map<String, Value>,
    /// Secrets that were named by id.
    pub(super) secrets: SecretNames,
    /// Header values that name secrets by id, by header.
    pub(super) header_texts: Map<String, Value>,
    /// Headers whose value is a number or a truth.
    pub(super) header_scalars: Vec<String>,
    /// Headers whose value is null: never sent.
    pub(super) header_nulls: Vec<String>,
    /// Whether `headers` is an object without members.
    pub(super) has_empty_headers: bool,
    /// `public`.
    pub(super) public: bool,
}

impl Written {
    pub(super) fn of(draft: &ToolDraft) -> Self {
        let Some(Value::Object(ours)) = draft.extras.get(PLACE) else { return Self::default() };
        let object = |name: &str| ours.get(name).and_then(Value::as_object).cloned().unwrap_or_default();
        let texts = |name: &str| {
            let items = ours.get(name).and_then(Value::as_array).into_iter().flatten();
            items.filter_map(|item| item.as_str().map(str::to_owned)).collect()
        };
        let truth = |name: &str| ours.get(name) == Some(&Value::Bool(true));
        let secrets = object("secrets").into_iter();
        Self {
            fields: object("written"),
            secrets: secrets
                .filter_map(|(id, name)| Some((secret_id(&id)?, name.as_str()?.to_owned())))
                .collect(),
            header_texts: object("header_texts"),
            header_scalars: texts("header_scalars"),
            header_nulls: texts("header_nulls"),
            has_empty_headers: truth("empty_headers"),
            public: truth("public"),
        }
    }

    /// Puts the spellings into a draft; nothing where there are none.
    pub(super) fn put_into(self, draft: &mut ToolDraft) {
        let secrets: Map<String, Value> =
            self.secrets.into_iter().map(|(id, name)| (secret_text(id), Value::from(name))).collect();
        let members = [
            ("written", Value::Object(self.fields)),
            ("secrets", Value::Object(secrets)),
            ("header_texts", Value::Object(self.header_texts)),
            ("header_scalars", json!(self.header_scalars)),
            ("header_nulls", json!(self.header_nulls)),
            ("empty_headers", json!(self.has_empty_headers)),
            ("public", json!(self.public)),
        ];
        let is_nothing = |value: &Value| match value {
            Value::Object(members) => members.is_empty(),
            Value::Array(items) => items.is_empty(),
            other => other == &Value::Bool(false),
        };
        let ours: Map<String, Value> = members
            .into_iter()
            .filter(|(_, value)| !is_nothing(value))
            .map(|(name, value)| (name.to_owned(), value))
            .collect();
        if ours.is_empty() {
            draft.extras.shift_remove(PLACE);
        } else {
            draft.extras.insert(PLACE.to_owned(), Value::Object(ours));
        }
    }
}
