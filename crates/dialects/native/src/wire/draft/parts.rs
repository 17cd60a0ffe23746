//! Schema of the parts that tools of all kinds have, and of the small kinds.

use serde_json::Value;
use utoipa::ToSchema;

/// A text that enters the conversation when the tool is called.
#[derive(Debug, serde::Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Context {
    /// A template; at most 65,536 characters.
    #[schema(max_length = 65536)]
    text: String,
    /// Whether the text holds no variables, whatever it looks like. Default: false.
    #[schema(required = false)]
    literal: bool,
}

/// A lookup that this server answers itself.
#[derive(Debug, serde::Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Hosted {
    /// Its name: `datetime`.
    #[schema(example = "datetime")]
    function: String,
}

/// A parameter of a tool.
#[derive(Debug, serde::Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Parameter {
    /// Unique in the tool: 1 to 64 of `A-Z a-z 0-9 _ . -`.
    #[schema(pattern = "^[A-Za-z0-9_.-]{1,64}$")]
    name: String,
    /// JSON Schema of the value. Default: any.
    #[schema(value_type = Value, required = false)]
    schema: Option<Value>,
    /// What the model reads about it.
    description: Option<String>,
    /// Whether the model must give it. Default: false.
    #[schema(required = false)]
    required: bool,
    /// Where the value comes from. Default: the model. Others are added after validation; the model can't override
    /// them.
    #[schema(value_type = ParameterSource, required = false)]
    source: ParameterSource,
    /// Where it goes in a webhook's request. Default: body, or query for GET, HEAD and DELETE.
    place: Option<Place>,
    /// Its name in the request, when that differs.
    send_as: Option<String>,
}

/// Where a value comes from: `"model"`, `{"static": …}`, `{"system": "now"}`, `{"secret": "name"}`,
/// `{"config": "key"}`, `{"template": {"value": {"id": "{{system.session_id}}"}}}`.
#[derive(Debug, serde::Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[allow(dead_code, reason = "a schema")]
pub(crate) enum ParameterSource {
    /// An argument that the model gives.
    Model,
    /// A fixed value.
    #[schema(value_type = Value)]
    Static(Value),
    /// A value of the session.
    System(String),
    /// A named secret of the organisation.
    Secret(String),
    /// A field of the binding's config.
    Config(String),
    /// A JSON template over session, variables and config.
    #[schema(value_type = FixedTemplate)]
    Template(FixedTemplate),
}

/// A fixed value with variables in it; members without a value are left out.
#[derive(Debug, serde::Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FixedTemplate {
    /// The template.
    #[schema(value_type = Value)]
    value: Value,
    /// `text`, `phone` or `web`: null on every other channel.
    only_on: Option<String>,
}

/// Where in an HTTP request a parameter goes.
#[derive(Debug, serde::Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[allow(dead_code, reason = "a schema")]
pub(crate) enum Place {
    Path,
    Query,
    Header,
    Body,
}

/// What is used but recorded as `[REDACTED]`.
#[derive(Debug, serde::Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sensitive {
    /// Names of arguments.
    #[schema(required = false)]
    arguments: Vec<String>,
    /// JSONPaths into the result.
    #[schema(required = false)]
    result: Vec<String>,
}

/// How a call is spoken around. All default to "no rule".
#[derive(Debug, serde::Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SpeechRules {
    /// The agent must have spoken in this turn before the call goes on.
    #[schema(required = false)]
    require_speech_before: bool,
    /// The call starts when the agent's speech has finished playing.
    #[schema(required = false)]
    wait_for_speech_before: bool,
    /// Said as the call starts; a template over session variables and arguments.
    #[schema(max_length = 1000)]
    line: Option<String>,
    /// Staged lines while no result has come.
    #[schema(required = false, max_items = 8)]
    delayed: Vec<DelayedLine>,
    /// The brain is asked to call without speaking first (best effort). Default: false.
    #[schema(required = false)]
    suppress_speech_before: bool,
    /// Nothing is said for the result.
    #[schema(required = false)]
    forbid_speech_after: bool,
    /// Whether the reply to the result may call tools. Default: true.
    #[schema(required = false)]
    allow_chaining: bool,
    /// A call right after speech is dropped and the speech kept.
    #[schema(required = false)]
    forbid_call_after_speech: bool,
    /// The brain gets "started" at once and the result as an event.
    #[serde(rename = "async")]
    #[schema(required = false)]
    is_async: bool,
    /// With `async`: the brain says so, calls nothing else, and tells the result when it lands.
    #[schema(required = false)]
    wait_for_response: bool,
    /// User speech does not end the turn while the call runs.
    #[schema(required = false)]
    uninterruptible: bool,
    /// Without it a call made while the user speaks is held.
    #[schema(required = false)]
    can_run_during_user_speech: bool,
}

/// A line said when a call takes longer.
#[derive(Debug, serde::Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DelayedLine {
    /// How long after the start of the call, in milliseconds.
    after_ms: u64,
    /// What is said.
    #[schema(max_length = 1000)]
    text: String,
}

/// Settings that a tool needs, captured per agent on the binding.
#[derive(Debug, serde::Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConfigSchema {
    /// The settings.
    #[schema(max_items = 32)]
    fields: Vec<ConfigField>,
}

/// One setting.
#[derive(Debug, serde::Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConfigField {
    /// Key in the binding's config.
    #[schema(pattern = "^[A-Za-z0-9_.-]{1,64}$")]
    key: String,
    /// What a form shows.
    label: Option<String>,
    /// `text` (default), `secret`, `number`, `boolean`, `select`, `url`; any other word is treated as text.
    #[serde(rename = "type")]
    #[schema(required = false)]
    kind: String,
    /// Whether a call needs it.
    #[schema(required = false)]
    required: bool,
    /// Whether it is sealed; `type: secret` implies it.
    #[schema(required = false)]
    secret: bool,
    /// Help for a form.
    help: Option<String>,
    /// Placeholder for a form.
    placeholder: Option<String>,
    /// The choices of a `select`.
    options: Option<Vec<String>>,
}
