//! Who answers: a model behind an endpoint, or a script that stands in for one.

use std::collections::VecDeque;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use hookswitch_model::brain::ToolChoice;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::client::{Completion, Delta, Endpoint, Finish, Question};
use crate::error::ModelError;
use crate::message::{Message, ToolCall};

/// One answer of a scripted model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScriptedAnswer {
    /// What it says.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub say: String,
    /// Which tools it calls then.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub calls: Vec<ScriptedCall>,
}

/// A tool call of a scripted model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScriptedCall {
    /// The function name.
    pub name: String,
    /// The arguments: an object, or a text that is sent as it is, right or wrong.
    #[serde(default)]
    pub arguments: Value,
    /// The id of the call; absent: one of ours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
}

/// Who answers in a turn.
#[derive(Debug)]
pub enum Model {
    /// A chat-completions endpoint.
    Endpoint(Box<Endpoint>),
    /// These answers, one after the other; none left: an error, so that a script that is too short is seen.
    Script(VecDeque<ScriptedAnswer>),
}

/// An answer under way.
#[derive(Debug)]
pub enum Answering {
    /// From an endpoint.
    Completion(Box<Completion>),
    /// From a script.
    Script(VecDeque<Delta>),
}

impl Model {
    /// Asks; the future is ready when the answer begins, and owns what it needs.
    pub(crate) fn ask(
        &mut self,
        messages: Vec<Message>,
        functions: Arc<[Value]>,
        choice: ToolChoice,
    ) -> BoxFuture<'static, Result<Answering, ModelError>> {
        match self {
            Self::Endpoint(endpoint) => {
                let endpoint = Endpoint::clone(endpoint);
                Box::pin(async move {
                    let question = Question { messages: &messages, functions: &functions, choice };
                    endpoint.ask(&question).await.map(Box::new).map(Answering::Completion)
                })
            }
            Self::Script(answers) => {
                let message = "the script has no further answer for this turn";
                let answer = answers.pop_front().ok_or_else(|| ModelError::NotAsked(message.to_owned()));
                Box::pin(std::future::ready(answer.map(|answer| Answering::Script(deltas(answer)))))
            }
        }
    }

    /// Answers of a script that nobody asked for.
    pub(crate) fn left(&self) -> usize {
        match self {
            Self::Endpoint(_) => 0,
            Self::Script(answers) => answers.len(),
        }
    }
}

fn deltas(answer: ScriptedAnswer) -> VecDeque<Delta> {
    let mut deltas = VecDeque::new();
    if !answer.say.is_empty() {
        deltas.push_back(Delta::Text(answer.say));
    }
    // Also where it may not: what becomes of such a call is worth a test.
    let calls = answer.calls.into_iter().map(|call| ToolCall {
        id: call.id.unwrap_or_default(),
        name: call.name,
        arguments: match call.arguments {
            Value::Null => "{}".to_owned(),
            Value::String(text) => text,
            other => other.to_string(),
        },
    });
    deltas.push_back(Delta::Ended { finish: Finish::Stop, calls: calls.collect() });
    deltas
}

impl Answering {
    /// The next piece; `None` after the last. Safe to drop while it waits.
    pub(crate) async fn next(&mut self) -> Result<Option<Delta>, ModelError> {
        match self {
            Self::Completion(completion) => completion.next().await,
            Self::Script(deltas) => Ok(deltas.pop_front()),
        }
    }
}
