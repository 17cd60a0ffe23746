//! Customer settings a tool needs, captured per agent on the binding.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::finding::Findings;

/// One setting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConfigField {
    /// Key in the binding's config: 1 to 64 of `A-Z a-z 0-9 _ . -`.
    pub key: String,
    /// What a form shows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// `text` (default), `secret`, `number`, `boolean`, `select`, `url`; any other word is treated as text.
    #[serde(default = "text", rename = "type")]
    pub kind: String,
    /// Whether a call needs it.
    #[serde(default)]
    pub required: bool,
    /// Whether it is sealed; `type: secret` implies it.
    #[serde(default)]
    pub secret: bool,
    /// Help for a form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// Placeholder for a form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub placeholder: Option<String>,
    /// The choices of a `select`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub options: Option<Vec<String>>,
}

fn text() -> String {
    "text".to_owned()
}

impl ConfigField {
    /// Whether its value is sealed.
    pub fn is_secret(&self) -> bool {
        self.secret || self.kind == "secret"
    }
}

/// The settings of a tool.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConfigSchema {
    /// At most 32.
    pub fields: Vec<ConfigField>,
}

impl ConfigSchema {
    /// Most fields of one tool.
    pub const MOST_FIELDS: usize = 32;

    /// Checks the schema itself.
    pub fn check(&self, path: &str, findings: &mut Findings) {
        if self.fields.len() > Self::MOST_FIELDS {
            findings.error(format!("{path}.fields"), "too_many", "at most 32 fields");
        }
        for (index, field) in self.fields.iter().enumerate() {
            let at = format!("{path}.fields[{index}]");
            if crate::name::ParameterName::parse(field.key.as_str()).is_err() {
                findings.error(format!("{at}.key"), "invalid_name", "1 to 64 of A-Z a-z 0-9 _ . -");
            }
            if self.fields[..index].iter().any(|other| other.key == field.key) {
                findings.error(
                    format!("{at}.key"),
                    "duplicate_name",
                    format!("{:?} is there twice", field.key),
                );
            }
            if field.kind == "select" && field.options.as_ref().is_none_or(Vec::is_empty) {
                findings.error(format!("{at}.options"), "missing_field", "a select needs options");
            }
        }
    }

    /// Checks the answers of a binding. Keys outside the schema are kept. A sealed value counts as given.
    pub fn check_config(&self, config: &Map<String, Value>, path: &str, findings: &mut Findings) {
        for field in &self.fields {
            let at = format!("{path}.{}", field.key);
            match config.get(&field.key) {
                None | Some(Value::Null) if field.required => {
                    findings.error(at, "missing_field", format!("the tool needs {:?}", field.key));
                }
                None | Some(Value::Null) => {}
                Some(value) => check_value(field, value, at, findings),
            }
        }
    }

    /// The first required setting that a config lacks: a call with it is refused.
    pub fn first_missing<'a>(&'a self, config: &Map<String, Value>) -> Option<&'a str> {
        self.fields
            .iter()
            .find(|field| field.required && config.get(&field.key).is_none_or(Value::is_null))
            .map(|field| field.key.as_str())
    }
}

fn check_value(field: &ConfigField, value: &Value, at: String, findings: &mut Findings) {
    if field.is_secret() {
        if !(value.is_string() || value.is_object()) {
            findings.error(at, "invalid_type", "a secret is a text");
        }
        return;
    }
    let problem = match field.kind.as_str() {
        "number" if !value.is_number() => Some("must be a number"),
        "boolean" if !value.is_boolean() => Some("must be true or false"),
        "url" if value.as_str().is_none_or(|text| url::Url::parse(text).is_err()) => Some("must be a URL"),
        "select" => {
            let known = value
                .as_str()
                .is_some_and(|text| field.options.iter().flatten().any(|option| option == text));
            (!known).then_some("must be one of the options")
        }
        _ => None,
    };
    if let Some(problem) = problem {
        findings.error(at, "invalid_value", problem);
    }
}
