//! The file of a simulation.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::error::CliError;
use crate::files::Source;

/// A scripted conversation.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(clippy::struct_field_names, reason = "the word of the file")]
pub(crate) struct Simulation {
    /// Its name.
    pub(crate) simulation: String,
    /// The agent, by name or id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) agent: Option<String>,
    /// Tools beside, or instead of, those of the agent: names or ids.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) tools: Vec<String>,
    /// Session variables to start with.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub(crate) variables: Map<String, Value>,
    /// The caller's number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) from: Option<String>,
    /// The number that was called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) to: Option<String>,
    /// Simulated playback time of a character, in milliseconds.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(crate) ms_per_character: u64,
    /// The tools are carried out: no mocks.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) live: bool,
    /// Answers that stand in for tools: one, or a list, one an attempt.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) mocks: BTreeMap<String, OneOrMany>,
    /// The user's turns.
    pub(crate) turns: Vec<Turn>,
    /// What is to be true at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) expect: Option<AtTheEnd>,
    /// Where it was read.
    #[serde(skip)]
    pub(crate) file: PathBuf,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the form that serde wants")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// Answers of a mock.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum OneOrMany {
    Many(Vec<Value>),
    One(Value),
}

impl OneOrMany {
    pub(crate) fn list(&self) -> Vec<Value> {
        match self {
            Self::Many(answers) => answers.clone(),
            Self::One(answer) => vec![answer.clone()],
        }
    }
}

/// A user turn.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Turn {
    /// What the user says.
    pub(crate) user: String,
    /// Answers that stand in for the agent's model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) agent: Option<Vec<AgentStep>>,
    /// The user cuts the agent short after so many milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) interrupt_after_ms: Option<u64>,
    /// Each tool call is made twice.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) repeat_calls: bool,
    /// What is to happen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) expect: Option<InTurn>,
}

/// One answer of the agent's model.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AgentStep {
    /// What it says.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) say: String,
    /// Which tools it calls then.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) calls: Vec<AgentCall>,
}

/// A tool call.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AgentCall {
    /// The function name.
    pub(crate) tool: String,
    /// The arguments.
    #[serde(default)]
    pub(crate) arguments: Value,
}

/// What is expected of a turn. What is not named is free.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct InTurn {
    /// These tool calls, in this order; others may come between them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) calls: Vec<ExpectedCall>,
    /// None of these tools, or none at all: `[*]`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) no_calls: Vec<String>,
    /// Each of these texts is heard, whatever its case.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) says: Vec<String>,
    /// None of these texts is heard.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) never_says: Vec<String>,
    /// Each of these lines is said for a tool call.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) lines: Vec<String>,
    /// How the turn ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) end: Option<String>,
    /// The agent that has taken over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) agent: Option<String>,
    /// Most time, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) within_ms: Option<u64>,
}

/// An expected tool call.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExpectedCall {
    /// The function name.
    pub(crate) tool: String,
    /// At least these arguments.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub(crate) arguments: Value,
    /// How it ends: `done`, `failed`, `unknown`, `refused`, `cancelled`, `started`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) outcome: Option<String>,
    /// At least this result.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub(crate) result: Value,
    /// The code of a refusal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) code: Option<String>,
    /// Whether it gets the answer of an earlier call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) replayed: Option<bool>,
}

/// What is expected of the whole conversation.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AtTheEnd {
    /// How many requests reached each tool.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) sent: BTreeMap<String, usize>,
    /// The outcomes of each tool's executions, in order.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) outcomes: BTreeMap<String, Vec<String>>,
    /// At least these session variables.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub(crate) variables: Map<String, Value>,
}

/// The simulations of files; a document of a file is one.
pub(crate) fn read(sources: Vec<Source>) -> Result<Vec<Simulation>, CliError> {
    let mut simulations = Vec::new();
    for source in sources {
        for document in source.documents {
            let mut simulation: Simulation = serde_json::from_value(document.value).map_err(|error| {
                CliError::File { file: source.file.clone(), line: None, message: error.to_string() }
            })?;
            if simulation.turns.is_empty() {
                let message = "a simulation has at least one turn".to_owned();
                return Err(CliError::File { file: source.file, line: None, message });
            }
            simulation.file.clone_from(&source.file);
            simulations.push(simulation);
        }
    }
    Ok(simulations)
}
