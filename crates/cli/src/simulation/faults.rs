//! Faults that are put into a simulation from the command line.

use serde_json::json;

use super::file::{OneOrMany, Simulation};

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    /// A fault of a mock, by its word.
    Mock(&'static str),
    /// The call is made twice.
    Duplicate,
}

/// `TOOL=FAULT`.
#[derive(Debug, Clone)]
pub(crate) struct FaultFlag {
    tool: String,
    fault: Fault,
}

const WORDS: [&str; 4] = ["lost_answer", "half_body", "slow", "unreachable"];

impl FaultFlag {
    /// Reads it from the command line.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let (tool, word) = text.split_once('=').ok_or("expected TOOL=FAULT")?;
        let fault = match WORDS.into_iter().find(|known| *known == word) {
            Some(word) => Fault::Mock(word),
            None if word == "duplicate" => Fault::Duplicate,
            None => return Err(format!("a fault is one of {}, duplicate", WORDS.join(", "))),
        };
        Ok(Self { tool: tool.to_owned(), fault })
    }

    /// Puts it into a simulation: the first request to the tool goes wrong, or every call of a turn that calls it is
    /// made twice. What the file expects of that tool's answers does not count any more: that nothing happens twice
    /// does.
    pub(crate) fn inject(&self, simulation: &mut Simulation) {
        let Fault::Mock(word) = self.fault else {
            for turn in &mut simulation.turns {
                let steps = turn.agent.iter().flatten().flat_map(|step| &step.calls);
                let expected = turn.expect.iter().flat_map(|expect| &expect.calls).map(|call| &call.tool);
                if steps.map(|call| &call.tool).chain(expected).any(|tool| *tool == self.tool) {
                    turn.repeat_calls = true;
                }
            }
            return;
        };
        let mut answers = simulation.mocks.get(&self.tool).map(OneOrMany::list).unwrap_or_default();
        if answers.is_empty() {
            answers.push(json!({}));
        }
        answers.insert(0, json!({"fault": word}));
        simulation.mocks.insert(self.tool.clone(), OneOrMany::Many(answers));
        for turn in &mut simulation.turns {
            let Some(expect) = &mut turn.expect else { continue };
            expect.says.clear();
            expect.end = None;
            for call in expect.calls.iter_mut().filter(|call| call.tool == self.tool) {
                (call.outcome, call.code, call.replayed) = (None, None, None);
                call.result = serde_json::Value::Null;
            }
        }
        if let Some(expect) = &mut simulation.expect {
            expect.outcomes.remove(&self.tool);
            expect.variables.clear();
        }
    }
}
