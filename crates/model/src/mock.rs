//! Answers that stand in for tools in a simulated session. Nothing reaches the tools themselves.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::finding::Findings;
use crate::time::Millis;

/// Most tools that have mocks, and most answers of one.
const MOST: usize = 256;

/// What goes wrong on the way to a mock or back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MockFault {
    /// The request arrives, its answer gets lost.
    LostAnswer,
    /// The answer breaks off in the middle of its body.
    HalfBody,
    /// No answer comes while anybody listens.
    Slow,
    /// No connection comes about: nothing arrives.
    Unreachable,
}

/// One answer of a mock.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MockAnswer {
    /// The answer's body.
    #[serde(default)]
    pub result: Value,
    /// HTTP status.
    #[serde(default = "ok")]
    pub status: u16,
    /// How long it takes.
    #[serde(default = "at_once")]
    pub after_ms: Millis,
    /// What goes wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<MockFault>,
}

fn ok() -> u16 {
    200
}

const fn at_once() -> Millis {
    Millis(0)
}

/// The mocks of a session: function name or tool name → its answers, one an attempt, the last one again and again.
/// A tool without any is refused.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Mocks(pub BTreeMap<String, Vec<MockAnswer>>);

impl Mocks {
    /// What is wrong with them, with paths below `$.mocks`.
    pub fn check(&self, findings: &mut Findings) {
        if self.0.len() > MOST {
            findings.error("$.mocks", "too_many", format!("at most {MOST} tools"));
        }
        for (name, answers) in &self.0 {
            let at = format!("$.mocks[{name:?}]");
            if answers.is_empty() || answers.len() > MOST {
                findings.error(at.as_str(), "out_of_range", format!("1 to {MOST} answers"));
            }
            if answers.iter().any(|answer| !(100..600).contains(&answer.status)) {
                findings.error(at.as_str(), "out_of_range", "a status is 100 to 599");
            }
            if answers.iter().any(|answer| answer.after_ms.0 > 3_600_000) {
                findings.error(at.as_str(), "out_of_range", "an answer takes at most an hour");
            }
        }
    }
}
