//! Tool calls and reports on the wire: the hot path.

use std::fmt;

use hookswitch_engine::{ArgumentsInput, CallAnswer, CallInput, SpeechReport};
use hookswitch_model::{ActId, ExecutionId, Outcome};
use serde::de::{Deserializer, MapAccess, Visitor, value::MapAccessDeserializer};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use utoipa::openapi::schema::{Object, ObjectBuilder, SchemaType, Type};

use super::{ids, words};

/// A tool call.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CallBody {
    /// The function name that the model used.
    #[schema(min_length = 1, max_length = 512, example = "book_appointment")]
    pub name: String,
    /// The arguments: an object, or its JSON text as models send it. Default: none.
    #[serde(default)]
    #[schema(schema_with = arguments_schema, required = false)]
    pub arguments: ArgumentsField,
    /// The brain's id of the call. Default: one of ours.
    #[schema(min_length = 1, max_length = 200)]
    pub tool_call_id: Option<String>,
    /// The caller's own key of the act: another key means it on purpose.
    #[schema(min_length = 1, max_length = 256)]
    pub idempotency_key: Option<String>,
    /// The token of a read-back, given back after the caller's yes.
    #[schema(value_type = Option<ids::ActId>)]
    pub confirmation: Option<ActId>,
}

/// The schema of [`ArgumentsField`]. One type with three forms: text that is no JSON object is refused as a call, not
/// as a request.
pub(crate) fn arguments_schema() -> Object {
    ObjectBuilder::new()
        .schema_type(SchemaType::from_iter([Type::Object, Type::String, Type::Null]))
        .description(Some("The arguments: an object, or its JSON text as models send it. Default: none."))
        .examples([json!({"date": "2026-12-01"})])
        .build()
}

/// The arguments as they came.
#[derive(Debug)]
pub struct ArgumentsField(pub ArgumentsInput);

impl Default for ArgumentsField {
    fn default() -> Self {
        Self(ArgumentsInput::Value(Value::Object(Map::new())))
    }
}

impl<'de> Deserialize<'de> for ArgumentsField {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ArgumentsVisitor)
    }
}

struct ArgumentsVisitor;

impl<'de> Visitor<'de> for ArgumentsVisitor {
    type Value = ArgumentsField;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("an object or its JSON text")
    }

    fn visit_str<E>(self, text: &str) -> Result<ArgumentsField, E> {
        Ok(ArgumentsField(ArgumentsInput::Text(text.to_owned())))
    }

    fn visit_string<E>(self, text: String) -> Result<ArgumentsField, E> {
        Ok(ArgumentsField(ArgumentsInput::Text(text)))
    }

    fn visit_unit<E>(self) -> Result<ArgumentsField, E> {
        Ok(ArgumentsField::default())
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<ArgumentsField, A::Error> {
        let members = Map::deserialize(MapAccessDeserializer::new(map))?;
        Ok(ArgumentsField(ArgumentsInput::Value(Value::Object(members))))
    }
}

impl CallBody {
    /// What the engine takes.
    pub fn into_input(self, traceparent: Option<String>) -> CallInput {
        CallInput {
            tool_call_id: self.tool_call_id,
            name: self.name,
            arguments: self.arguments.0,
            idempotency_key: self.idempotency_key,
            confirmation: self.confirmation,
            traceparent,
        }
    }
}

/// The answer to a tool call. That the tool failed is an answer, too.
#[derive(Debug, Serialize, ToSchema)]
pub struct CallResult<'a> {
    /// The execution of this call, or the one whose result it got.
    #[schema(value_type = ids::ExecutionId)]
    pub execution_id: ExecutionId,
    /// The id of the tool call.
    pub tool_call_id: &'a str,
    /// How it ended; null while an `async` call goes on.
    #[schema(value_type = Option<words::Outcome>)]
    pub outcome: Option<Outcome>,
    /// What the model is told: any JSON.
    #[schema(value_type = Value)]
    pub result: &'a Value,
    /// Whether it is the answer of a finished execution; nothing was sent.
    pub replayed: bool,
    /// Whether it joined a running execution; nothing more was sent.
    pub joined: bool,
    /// Whether it is the soft timeout.
    pub timed_out: bool,
    /// Why it was refused.
    #[schema(example = "invalid_arguments")]
    pub code: Option<&'static str>,
    /// To be given back after the caller's yes, where a call must be confirmed.
    #[schema(value_type = Option<ids::ActId>)]
    pub confirmation: Option<ActId>,
    /// Whether anybody may speak for this result.
    pub may_speak: bool,
    /// Whether the reply to it may call tools.
    pub may_call_tools: bool,
    /// From the arrival of the request to this answer, in milliseconds.
    #[schema(minimum = 0)]
    pub duration_ms: f64,
}

impl<'a> CallResult<'a> {
    /// An answer of the engine that took so many microseconds.
    pub fn of(answer: &'a CallAnswer, micros: u64) -> Self {
        Self {
            execution_id: answer.execution,
            tool_call_id: &answer.tool_call_id,
            outcome: answer.outcome,
            result: &answer.told,
            replayed: answer.replayed,
            joined: answer.joined,
            timed_out: answer.timed_out,
            code: answer.refusal,
            confirmation: answer.confirmation,
            may_speak: answer.may_speak,
            may_call_tools: answer.may_call_tools,
            duration_ms: super::millis(micros),
        }
    }
}

/// What a runtime tells of the conversation.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReportBody {
    /// What happened.
    pub report: ReportWord,
}

/// What happened in the conversation.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReportWord {
    /// A user turn ended.
    UserTurn,
    /// The user began to speak.
    UserSpeechStarted,
    /// The user stopped.
    UserSpeechFinished,
    /// The agent's speech began to play.
    AgentSpeechStarted,
    /// The agent's speech has finished playing.
    AgentSpeechFinished,
    /// The user cut the agent's turn short.
    Interrupted,
}

impl From<ReportWord> for SpeechReport {
    fn from(word: ReportWord) -> Self {
        match word {
            ReportWord::UserTurn => Self::UserTurn,
            ReportWord::UserSpeechStarted => Self::UserSpeechStarted,
            ReportWord::UserSpeechFinished => Self::UserSpeechFinished,
            ReportWord::AgentSpeechStarted => Self::AgentSpeechStarted,
            ReportWord::AgentSpeechFinished => Self::AgentSpeechFinished,
            ReportWord::Interrupted => Self::Interrupted,
        }
    }
}

/// An empty object.
#[derive(Debug, Serialize, ToSchema)]
pub struct Accepted {}
