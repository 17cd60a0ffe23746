//! The schema of a tool's definition in the document. The type that is read and written is the model's
//! `ToolDraft`; these mirror it field by field, and a test compares the two.

mod answer;
mod call_control;
mod code;
mod names;
mod parts;
#[cfg(test)]
mod tests;
mod webhook;

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaType, Type};
use utoipa::{PartialSchema, ToSchema};

use super::words;
pub(crate) use answer::{Function, NullRule, RetryWait};
pub(crate) use call_control::CallControl;
pub(crate) use code::{Lambda, Python};
pub(crate) use parts::{ConfigSchema, Context, Hosted, Parameter, Sensitive, SpeechRules};
pub(crate) use webhook::Webhook;

/// A tool as written. `kind` says which one of `webhook`, `python`, `lambda`, `context`, `call_control`, `hosted`
/// must be there; a `client` tool needs none. At most one of `parameters`, `input_schema` and `loose_input`.
#[derive(Debug, serde::Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "name": "book_appointment",
    "description": "Books an appointment at a date.",
    "kind": "webhook",
    "webhook": {"url": "https://api.example.com/bookings", "method": "POST"},
    "parameters": [{"name": "date", "schema": {"type": "string", "format": "date"}, "required": true}],
    "effect": "action"
}))]
pub(crate) struct ToolDraft {
    /// Unique per organisation and mode, over all projects: 1 to 128 characters, no control characters.
    #[schema(min_length = 1, max_length = 128)]
    name: String,
    /// What people read in lists.
    display_name: Option<String>,
    /// What the model reads; at most 8192 characters.
    #[schema(required = false, max_length = 8192)]
    description: String,
    /// What runs it.
    kind: words::Kind,
    /// Settings of a webhook.
    webhook: Option<Webhook>,
    /// Settings of a Python function.
    python: Option<Python>,
    /// Settings of a Lambda function.
    lambda: Option<Lambda>,
    /// Settings of a context tool.
    context: Option<Context>,
    /// Settings of a call-control tool.
    call_control: Option<CallControl>,
    /// Settings of a hosted lookup.
    hosted: Option<Hosted>,
    /// Parameters one by one, with sources and places.
    #[schema(max_items = 128)]
    parameters: Option<Vec<Parameter>>,
    /// Or one JSON Schema 2020-12 of the arguments.
    #[schema(value_type = Option<Object>)]
    input_schema: Option<Value>,
    /// Or a loose shape: an example object, as Bland's API takes it.
    #[schema(value_type = Option<Object>)]
    loose_input: Option<Value>,
    /// What an explicit null does where the schema admits none. Default: the call is refused.
    #[schema(required = false)]
    nulls: NullRule,
    /// Effect class. Default: `read` for GET, HEAD, context and hosted tools, else `action`.
    effect: Option<words::Effect>,
    /// What a repeat on purpose does. Default: `ask`.
    repeats: Option<words::Repeats>,
    /// The arguments that make the act. Default: all.
    act_arguments: Option<Vec<String>>,
    /// What is used but recorded as `[REDACTED]`.
    #[schema(required = false)]
    sensitive: Sensitive,
    /// Budget of one call, in milliseconds. Default: 5000.
    #[schema(minimum = 100, maximum = 3_600_000)]
    timeout_ms: Option<u64>,
    /// Most attempts of one call. Default: 3.
    #[schema(minimum = 1, maximum = 11)]
    max_tries: Option<u32>,
    /// How long the answer of a read may be given again within a session. Default: not at all.
    #[schema(minimum = 0, maximum = 3600)]
    cache_seconds: Option<u32>,
    /// How the call is spoken around.
    #[schema(required = false)]
    speech: SpeechRules,
    /// Session variable to JSONPath (RFC 9535) into the answer; at most 64. With any, the model gets the object of
    /// them.
    #[schema(required = false)]
    extract: BTreeMap<String, String>,
    /// JSONPath of the part of the answer that the model gets.
    result: Option<String>,
    /// Most bytes of a result for the model. Default: 6144.
    #[schema(minimum = 256, maximum = 65536)]
    result_limit: Option<u32>,
    /// Settings captured on each binding.
    config_schema: Option<ConfigSchema>,
    /// Words to filter lists by: at most 32 of 1 to 64 bytes.
    #[schema(required = false, max_items = 32)]
    tags: Vec<String>,
    /// How the model sees it, where that differs from name and description.
    function: Option<Function>,
    /// The session variable that keeps the whole answer of this tool, beside what is extracted.
    #[schema(min_length = 1, max_length = 64)]
    answer_variable: Option<String>,
    /// Texts with variables that are filled after the extractions and handed to the model as `_context`.
    #[schema(required = false, max_items = 64)]
    answer_context: Vec<String>,
    /// Waits between attempts. Default: 100 ms, doubled, up to 1 s.
    retry_wait: Option<RetryWait>,
    /// Other organisations of this server may see it and copy it, nothing else. Default: false.
    #[schema(required = false)]
    public: bool,
    /// What only one dialect's form knows, for the way back; changes no behaviour.
    #[schema(value_type = Object, required = false)]
    extras: Map<String, Value>,
}

/// The schema of a body that saves a definition: the definition's, and `project`. Not composed of the two, since the
/// definition is closed.
pub(crate) struct NewTool;

impl PartialSchema for NewTool {
    fn schema() -> RefOr<Schema> {
        let RefOr::T(Schema::Object(mut body)) = ToolDraft::schema() else { return ToolDraft::schema() };
        let project = ObjectBuilder::new()
            .schema_type(SchemaType::from_iter([Type::String, Type::Null]))
            .description(Some("Id or name of its project, when it is created. Default: the key's."));
        body.properties.insert("project".to_owned(), project.into());
        body.description = Some("A definition to be saved, and where.".to_owned());
        RefOr::T(Schema::Object(body))
    }
}

impl ToSchema for NewTool {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        ToolDraft::schemas(schemas);
    }
}
