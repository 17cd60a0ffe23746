//! What only this dialect's form of a tool knows. Rides along in the draft's `extras`; changes no behaviour.

use hookswitch_model::draft::ToolDraft;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The member of `extras`.
const NAME: &str = "burki";

/// The API family that a tool was made through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// `/api/v1`.
    V1,
    /// `/api/organization`.
    #[default]
    Server,
}

impl Origin {
    /// The word in exports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::V1 => "v1",
            Self::Server => "server",
        }
    }
}

/// How `function_definition` was written.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct FunctionForm {
    /// Wrapped as `{"type": "function", "function": {…}}`.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub wrapped: bool,
    /// Its members in their order; empty when it was never given.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub order: Vec<String>,
    /// Members that mean nothing here.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub other: Map<String, Value>,
    /// The same beside `function` in the wrapper.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub around: Map<String, Value>,
}

/// All of it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Extras {
    /// Where it was made; none for tools of other dialects.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
    /// The keys of `configuration` as they were written, in their order. Known ones: null, or what was written and for
    /// which value of the draft; others: their value.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub configuration: Map<String, Value>,
    /// How `function_definition` was written.
    #[serde(skip_serializing_if = "is_default")]
    pub function: FunctionForm,
    /// `timeout_seconds` at the top when it was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top_timeout: Option<i64>,
    /// `timeout_seconds` in the configuration when it was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inner_timeout: Option<Value>,
    /// The tool that it is a copy of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent_tool_id: Option<String>,
    /// `custom_configuration` of an assignment; in bindings only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub custom: Option<Map<String, Value>>,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl Extras {
    /// Those of a draft; empty ones when they are not there or not readable.
    pub fn of(draft: &ToolDraft) -> Self {
        let stored = draft.extras.get(NAME).cloned();
        stored.and_then(|value| serde_json::from_value(value).ok()).unwrap_or_default()
    }

    /// Puts them into a draft.
    pub fn write(&self, draft: &mut ToolDraft) {
        match serde_json::to_value(self) {
            Ok(Value::Object(members)) if !members.is_empty() => {
                draft.extras.insert(NAME.to_owned(), Value::Object(members));
            }
            _ => drop(draft.extras.shift_remove(NAME)),
        }
    }
}
