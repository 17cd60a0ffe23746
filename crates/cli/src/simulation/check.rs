//! What was expected, held against what happened. Pure.

use serde_json::Value;

use super::file::{AtTheEnd, ExpectedCall, InTurn};

/// A call with its answer.
struct Made<'e> {
    call: &'e Value,
    result: Option<&'e Value>,
}

/// What is not as a turn's expectations say. A turn that failed is a failure, unless that is expected.
pub(super) fn turn(expect: Option<&InTurn>, events: &[Value]) -> Vec<String> {
    let mut failures = Vec::new();
    let end = events.last().filter(|event| event["type"] == "end").unwrap_or(&Value::Null);
    let reason = end["reason"].as_str().unwrap_or("nothing");
    match expect.and_then(|expect| expect.end.as_deref()) {
        Some(wanted) if wanted != reason => {
            failures.push(format!("the turn ended with {reason}, not {wanted}{}", because(end)));
        }
        None if reason == "failed" => failures.push(format!("the turn failed{}", because(end))),
        _ => {}
    }
    for warning in events.iter().filter(|event| event["type"] == "warning" && event["code"] == "script_left")
    {
        failures.push(warning["message"].as_str().unwrap_or_default().to_owned());
    }
    let Some(expect) = expect else { return failures };
    calls(expect, events, &mut failures);
    speech(expect, events, end, &mut failures);
    if let Some(most) = expect.within_ms
        && end["at_ms"].as_f64().unwrap_or_default() > most as f64
    {
        failures.push(format!("the turn took {} ms, more than {most}", end["at_ms"]));
    }
    failures
}

fn because(end: &Value) -> String {
    end["message"].as_str().map(|message| format!(": {message}")).unwrap_or_default()
}

fn calls(expect: &InTurn, events: &[Value], failures: &mut Vec<String>) {
    let made: Vec<Made<'_>> = events
        .iter()
        .filter(|event| event["type"] == "call")
        .map(|call| {
            let is_its =
                |event: &&Value| event["type"] == "result" && event["tool_call_id"] == call["tool_call_id"];
            Made { call, result: events.iter().find(is_its) }
        })
        .collect();
    let names = || {
        let names: Vec<&str> = made.iter().filter_map(|made| made.call["name"].as_str()).collect();
        if names.is_empty() { "none".to_owned() } else { names.join(", ") }
    };
    let mut left = made.iter();
    for wanted in &expect.calls {
        let mut nearest = None;
        let found = left.by_ref().find(|made| {
            if made.call["name"] != wanted.tool.as_str() {
                return false;
            }
            let problem = differs(wanted, made);
            let fits = problem.is_none();
            nearest = nearest.take().or(problem);
            fits
        });
        if found.is_none() {
            let why = nearest.unwrap_or_else(|| format!("calls were: {}", names()));
            failures.push(format!("{} was not called as expected: {why}", wanted.tool));
            break;
        }
    }
    for name in &expect.no_calls {
        let is_made = made.iter().any(|made| name == "*" || made.call["name"] == name.as_str());
        if is_made {
            failures.push(format!("{} was called", if name == "*" { names() } else { name.clone() }));
        }
    }
}

/// Why a call is not the wanted one.
fn differs(wanted: &ExpectedCall, made: &Made<'_>) -> Option<String> {
    let arguments = &made.call["arguments"];
    if !holds(arguments, &wanted.arguments) {
        return Some(format!("its arguments were {arguments}"));
    }
    let nothing = Value::Null;
    let result = made.result.unwrap_or(&nothing);
    let outcome = match (made.result, result["outcome"].as_str()) {
        (None, _) => "no answer",
        (Some(_), None) => "started",
        (Some(_), Some(outcome)) => outcome,
    };
    if wanted.outcome.as_deref().is_some_and(|wanted| wanted != outcome) {
        return Some(format!("its outcome was {outcome}: {}", result["result"]));
    }
    if !holds(&result["result"], &wanted.result) {
        return Some(format!("its result was {}", result["result"]));
    }
    if wanted.code.as_deref().is_some_and(|code| result["code"] != code) {
        return Some(format!("its code was {}", result["code"]));
    }
    if wanted.replayed.is_some_and(|replayed| result["replayed"] != replayed) {
        return Some(format!("replayed was {}", result["replayed"]));
    }
    None
}

fn speech(expect: &InTurn, events: &[Value], end: &Value, failures: &mut Vec<String>) {
    let heard = end["heard"].as_str().unwrap_or_default();
    let folded = heard.to_lowercase();
    for text in &expect.says {
        if !folded.contains(&text.to_lowercase()) {
            failures.push(format!("{text:?} was not heard in {heard:?}"));
        }
    }
    for text in &expect.never_says {
        if folded.contains(&text.to_lowercase()) {
            failures.push(format!("{text:?} was heard in {heard:?}"));
        }
    }
    for line in &expect.lines {
        if !events.iter().any(|event| event["type"] == "line" && event["text"] == line.as_str()) {
            failures.push(format!("the line {line:?} was not said"));
        }
    }
    if let Some(agent) = &expect.agent
        && !events.iter().any(|event| event["type"] == "agent" && event["name"] == agent.as_str())
    {
        failures.push(format!("{agent} did not take over"));
    }
}

/// What is not as it should be when the conversation is over.
pub(super) fn at_the_end(expect: &AtTheEnd, executions: &[Value], variables: &Value) -> Vec<String> {
    let mut failures = Vec::new();
    let of = |tool: &str| {
        let tool = tool.to_owned();
        executions.iter().filter(move |execution| execution["tool_name"] == tool.as_str())
    };
    for (tool, wanted) in &expect.sent {
        let sent: usize = of(tool).map(sent).sum();
        if sent != *wanted {
            failures.push(format!("{sent} requests reached {tool}, not {wanted}"));
        }
    }
    for (tool, wanted) in &expect.outcomes {
        let outcomes: Vec<&str> =
            of(tool).map(|execution| execution["outcome"].as_str().unwrap_or("none")).collect();
        if outcomes != wanted.iter().map(String::as_str).collect::<Vec<_>>() {
            failures.push(format!("{tool} ended with {}, not {}", outcomes.join(", "), wanted.join(", ")));
        }
    }
    for (name, wanted) in &expect.variables {
        if !holds(&variables[name], wanted) {
            failures.push(format!("the variable {name} is {}, not {wanted}", variables[name]));
        }
    }
    failures
}

/// How many requests of an execution left: those that found no connection did not.
pub(super) fn sent(execution: &Value) -> usize {
    let attempts = execution["attempts"].as_array().into_iter().flatten();
    let unsent = |error: &str| error.starts_with("connect_") || error == "egress_refused";
    attempts.filter(|attempt| !attempt["error"].as_str().is_some_and(unsent)).count()
}

/// Whether a value has at least what is wanted: members of objects may be more, everything else is equal.
fn holds(value: &Value, wanted: &Value) -> bool {
    match (value, wanted) {
        (_, Value::Null) => true,
        (Value::Object(value), Value::Object(wanted)) => {
            wanted.iter().all(|(name, wanted)| value.get(name).is_some_and(|value| holds(value, wanted)))
        }
        (Value::Array(value), Value::Array(wanted)) => {
            value.len() == wanted.len()
                && value.iter().zip(wanted).all(|(value, wanted)| holds(value, wanted))
        }
        (Value::Number(value), Value::Number(wanted)) => value.as_f64() == wanted.as_f64(),
        (value, wanted) => value == wanted,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;

    fn failures(expect: Value, events: &Value) -> Vec<String> {
        let expect: InTurn = serde_json::from_value(expect).unwrap();
        turn(Some(&expect), events.as_array().unwrap())
    }

    fn booked() -> Value {
        json!([
            {"type": "call", "tool_call_id": "a", "name": "look", "arguments": {"day": "mon", "n": 2}},
            {"type": "result", "tool_call_id": "a", "outcome": "done", "result": {"free": true}, "replayed": false, "code": null},
            {"type": "call", "tool_call_id": "b", "name": "book", "arguments": {}},
            {"type": "result", "tool_call_id": "b", "outcome": "refused", "result": {}, "code": "no_mock"},
            {"type": "end", "reason": "done", "heard": "Booked for Monday.", "at_ms": 12.5},
        ])
    }

    #[test]
    fn what_is_as_expected_passes() {
        let expect = json!({"calls": [{"tool": "look", "arguments": {"n": 2.0}, "outcome": "done", "replayed": false},
            {"tool": "book", "code": "no_mock"}], "no_calls": ["cancel"], "says": ["booked", "MONDAY"],
            "never_says": ["sorry"], "end": "done", "within_ms": 13});
        assert_eq!(failures(expect, &booked()), Vec::<String>::new());
    }

    #[test]
    fn what_is_not_is_said() {
        let cases = [
            (
                json!({"calls": [{"tool": "book"}, {"tool": "look"}]}),
                "look was not called as expected: calls were: look, book",
            ),
            (
                json!({"calls": [{"tool": "look", "arguments": {"day": "tue"}}]}),
                "its arguments were {\"day\":\"mon\",\"n\":2}",
            ),
            (json!({"calls": [{"tool": "book", "outcome": "done"}]}), "its outcome was refused"),
            (json!({"no_calls": ["*"]}), "look, book was called"),
            (json!({"says": ["tuesday"]}), "\"tuesday\" was not heard in \"Booked for Monday.\""),
            (json!({"never_says": ["monday"]}), "was heard"),
            (json!({"lines": ["One moment."]}), "was not said"),
            (json!({"end": "interrupted"}), "the turn ended with done, not interrupted"),
            (json!({"within_ms": 12}), "took 12.5 ms"),
        ];
        for (expect, part) in cases {
            let failures = failures(expect.clone(), &booked());
            assert!(failures.len() == 1 && failures[0].contains(part), "{expect}: {failures:?}");
        }
        assert_eq!(
            turn(None, &[json!({"type": "end", "reason": "failed", "message": "m"})]),
            ["the turn failed: m"]
        );
    }

    #[test]
    fn only_what_left_counts_as_sent() {
        let executions = [
            json!({"tool_name": "book", "outcome": "unknown", "attempts": [{"error": "connect_refused"}, {"error": "connection_lost"}]}),
            json!({"tool_name": "book", "outcome": "done", "attempts": [{"error": null}]}),
            json!({"tool_name": "look", "outcome": "refused", "attempts": []}),
        ];
        let expect = |value: Value| serde_json::from_value::<AtTheEnd>(value).unwrap();
        let fine = expect(
            json!({"sent": {"book": 2, "look": 0}, "outcomes": {"book": ["unknown", "done"]}, "variables": {"a": 1}}),
        );
        assert_eq!(at_the_end(&fine, &executions, &json!({"a": 1, "b": 2})), Vec::<String>::new());
        let wrong =
            expect(json!({"sent": {"book": 1}, "outcomes": {"look": ["done"]}, "variables": {"a": 2}}));
        assert_eq!(at_the_end(&wrong, &executions, &json!({"a": 1})).len(), 3);
    }
}
