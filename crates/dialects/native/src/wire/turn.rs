//! Turns of the built-in brain on the wire.

use std::time::Duration;

use hookswitch_brain::{ScriptedAnswer, ScriptedCall, TimedEvent, TurnRequest};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// Slowest simulated voice.
const SLOWEST: u64 = 10_000;

/// What the user says, and how the turn is simulated.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TurnBody {
    /// What the user says: at most 65536 bytes. Empty: the agent says its greeting, where nothing has been said yet.
    #[schema(max_length = 65536, example = "A table for two, tomorrow at eight")]
    pub text: String,
    /// Simulated playback time of a character of the agent's speech. Default: 0, everything is heard at once.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 10_000, required = false)]
    pub ms_per_character: u64,
    /// The user cuts the agent short after so many milliseconds. Default: not.
    pub interrupt_after_ms: Option<u64>,
    /// Answers that stand in for the agent's model in this turn. Default: the model is asked.
    #[schema(max_items = 256)]
    pub script: Option<Vec<ScriptedAnswerBody>>,
    /// Each tool call is made twice, as by a runtime that lost the first answer. Default: false.
    #[serde(default)]
    #[schema(required = false)]
    pub repeat_calls: bool,
}

/// One answer of a scripted model.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ScriptedAnswerBody {
    /// What it says.
    #[serde(default)]
    #[schema(required = false)]
    pub say: String,
    /// Which tools it calls then.
    #[serde(default)]
    #[schema(required = false, max_items = 64)]
    pub calls: Vec<ScriptedCallBody>,
}

/// A tool call of a scripted model.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ScriptedCallBody {
    /// The function name.
    #[schema(min_length = 1, max_length = 512)]
    pub name: String,
    /// The arguments: an object, or a text that is sent as it is. Default: none.
    #[serde(default)]
    #[schema(value_type = Object, required = false)]
    pub arguments: Value,
    /// The id of the call. Default: one of ours.
    #[schema(min_length = 1, max_length = 200)]
    pub id: Option<String>,
}

impl TurnBody {
    /// What the brain takes.
    pub fn into_request(self) -> TurnRequest {
        TurnRequest {
            text: self.text,
            script: self.script.map(|answers| answers.into_iter().map(answer).collect()),
            pace: Duration::from_millis(self.ms_per_character.min(SLOWEST)),
            interrupt_after: self.interrupt_after_ms.map(Duration::from_millis),
            repeat_calls: self.repeat_calls,
            ..TurnRequest::default()
        }
    }
}

fn answer(body: ScriptedAnswerBody) -> ScriptedAnswer {
    let calls = body.calls.into_iter();
    let calls = calls.map(|call| ScriptedCall { name: call.name, arguments: call.arguments, id: call.id });
    ScriptedAnswer { say: body.say, calls: calls.collect() }
}

/// An event of a turn: `at_ms`, `type` and what belongs to it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TurnEvent)]
pub struct TurnEventBody {
    /// The event: `text`, `line`, `speech`, `call`, `result`, `late`, `agent`, `interrupted`, `warning`, `end`.
    #[serde(flatten)]
    #[schema(value_type = Object)]
    pub event: TimedEvent,
}
