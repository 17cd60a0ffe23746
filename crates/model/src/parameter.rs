//! Parameters: where a value comes from and where in the request it goes.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::session::Channel;

/// Where a parameter's value comes from. Only `model` values are seen and set by the model; all others are
/// added after validation and can't be overridden by it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ParameterSource {
    /// An argument that the model gives.
    #[default]
    Model,
    /// A fixed value.
    Static(Value),
    /// A value of the session: `session_id`, `call_id`, `agent_id`, `from`, `to`, `timezone`, `now`, …
    System(String),
    /// A named secret of the organisation.
    Secret(String),
    /// A field of the binding's config.
    Config(String),
    /// A JSON template of native names over session, variables and config: `{"id": "{{system.session_uuid}}"}`.
    /// Members without a value are left out.
    Template {
        /// The template.
        value: Value,
        /// Null on every other channel.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        only_on: Option<Channel>,
    },
}

/// Where in an HTTP request a parameter goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// A `{name}` placeholder in the path.
    Path,
    /// The query string.
    Query,
    /// A request header.
    Header,
    /// A member of the JSON body.
    Body,
}

/// A parameter as it is written in a definition.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ParameterDraft {
    /// Name, unique in the tool.
    pub name: String,
    /// JSON Schema of the value. Default: any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<Value>,
    /// What the model reads about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Whether the model must give it. Default: false.
    #[serde(default)]
    pub required: bool,
    /// Where the value comes from. Default: the model.
    #[serde(default, skip_serializing_if = "is_model")]
    pub source: ParameterSource,
    /// Where it goes in a webhook's request. Default: body, or query for GET, HEAD and DELETE.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// Its name in the request, when that differs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub send_as: Option<String>,
}

fn is_model(source: &ParameterSource) -> bool {
    *source == ParameterSource::Model
}
