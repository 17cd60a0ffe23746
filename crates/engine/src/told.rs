//! What the model is told: short, truthful, speakable; one JSON value (semantics: What the model is told).

use hookswitch_model::Outcome;
use hookswitch_model::definition::Definition;
use hookswitch_model::execution::ExtractedVariable;
use hookswitch_template::{ExtractionOutcome, cut};
use serde_json::{Map, Value, json};

/// The result of a success, ready for the model, and what it set.
pub(crate) struct Shaped {
    pub(crate) told: Value,
    pub(crate) variables: Map<String, Value>,
    pub(crate) extracted: Vec<ExtractedVariable>,
}

/// Largest value of one session variable, in bytes of JSON.
const MOST_VARIABLE: usize = 64 * 1024;

/// Extracts and cuts a result. `response` is the whole answer; `explain` fills the texts that explain it, knowing what
/// was extracted.
pub(crate) fn shape(
    definition: &Definition,
    result: Value,
    response: &Value,
    explain: impl FnOnce(&Map<String, Value>) -> Vec<Value>,
) -> Shaped {
    let mut shaped = Shaped { told: Value::Null, variables: Map::new(), extracted: Vec::new() };
    for extraction in &definition.extract {
        let found = extraction.evaluate(&result);
        let outcome = match found.outcome {
            ExtractionOutcome::Set if found.value.to_string().len() > MOST_VARIABLE => "too_large",
            ExtractionOutcome::Set => "set",
            ExtractionOutcome::Empty => "empty",
            ExtractionOutcome::Error => "error",
        };
        let value = if outcome == "set" { found.value } else { Value::Null };
        shaped.variables.insert(extraction.name().to_owned(), value);
        shaped.extracted.push(ExtractedVariable {
            name: extraction.name().to_owned(),
            path: extraction.source().to_owned(),
            outcome: outcome.to_owned(),
        });
    }
    let mut told = match &definition.result {
        Some(path) => path.evaluate(&result).value,
        None if !shaped.variables.is_empty() => Value::Object(shaped.variables.clone()),
        None => result,
    };
    if let Some(name) = &definition.answer_variable {
        let fits = response.to_string().len() <= MOST_VARIABLE;
        // One that is too large is unset: the answer before must not pass for this one.
        let answer = || if fits { response.clone() } else { Value::Null };
        shaped.variables.entry(name.clone()).or_insert_with(answer);
    }
    if !definition.answer_context.is_empty() {
        let texts = Value::Array(explain(&shaped.variables));
        match &mut told {
            Value::Object(members) => drop(members.insert("_context".to_owned(), texts)),
            other => *other = json!({"result": other.take(), "_context": texts}),
        }
    }
    shaped.told = cut(told, definition.result_limit).value;
    shaped
}

/// The text of a call that did not succeed.
pub(crate) fn failure(outcome: Outcome, error: &str) -> Value {
    match outcome {
        Outcome::Failed => json!({"error": error, "done": false}),
        Outcome::Unknown => json!({"error": error, "done": "unknown"}),
        Outcome::Refused | Outcome::Cancelled | Outcome::Done => json!({ "error": error }),
    }
}

/// The soft timeout, the same for all outcomes.
pub(crate) fn timed_out() -> Value {
    json!({"error": "tool timed out"})
}

/// The text for an act that may have happened and is not sent again.
pub(crate) fn held_unknown(same: bool) -> Value {
    let error = if same {
        "the outcome of the same call before is unknown; not sent again"
    } else {
        "the outcome of an earlier call of this tool is unknown; not sent, ask the user before asking again"
    };
    json!({"error": error, "done": "unknown"})
}

/// An answer that had been given before: an object gains the member, other values are wrapped.
pub(crate) fn already_done(told: &Value) -> Value {
    match told {
        Value::Object(members) => {
            let mut members = members.clone();
            members.insert("already_done".to_owned(), Value::Bool(true));
            Value::Object(members)
        }
        other => json!({"result": other, "already_done": true}),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeats_say_so() {
        assert_eq!(already_done(&json!({"id": 1})), json!({"id": 1, "already_done": true}));
        assert_eq!(already_done(&json!([1])), json!({"result": [1], "already_done": true}));
    }

    #[test]
    fn failures_say_whether_it_happened() {
        assert_eq!(failure(Outcome::Failed, "no"), json!({"error": "no", "done": false}));
        assert_eq!(failure(Outcome::Unknown, "no"), json!({"error": "no", "done": "unknown"}));
        assert_eq!(failure(Outcome::Refused, "no"), json!({"error": "no"}));
    }
}
