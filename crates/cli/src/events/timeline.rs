//! One readable line an event.

use serde_json::Value;

use crate::paint::Paint;
use crate::table::one_line;
use crate::time;

/// Longest text of one event on a line, in characters.
const MOST_SHOWN: usize = 160;

/// An event as people read it: time, number, type, what happened.
pub(crate) fn line_of(event: &Value, paint: Paint) -> String {
    let kind = event["type"].as_str().unwrap_or("message");
    let at = time::of_day(event["at"].as_str().unwrap_or("-"));
    let number = event["seq"].as_u64().map(|seq| format!("#{seq}")).unwrap_or_default();
    let told = tell(kind, &event["data"], paint);
    format!(
        "{}  {}  {}  {told}",
        paint.dim(at),
        paint.dim(format!("{number:<4}")),
        paint.cyan(format!("{kind:<17}"))
    )
    .trim_end()
    .to_owned()
}

fn tell(kind: &str, data: &Value, paint: Paint) -> String {
    let text = |field: &str| data[field].as_str().map(short).unwrap_or_default();
    match kind {
        "session.started" => {
            let tools = data["tools"].as_array().map_or(0, Vec::len);
            let plural = if tools == 1 { "" } else { "s" };
            join([text("channel"), text("agent_id"), format!("{tools} tool{plural}")])
        }
        "session.ended" => text("reason"),
        "call.started" => join([text("tool"), paint.dim(text("execution_id"))]),
        "call.answered" | "result.late" | "execution.settled" => join([
            text("tool"),
            data["outcome"].as_str().map(|outcome| paint.outcome(outcome)).unwrap_or_default(),
            flags(data),
            text("code"),
            text("result"),
            paint.dim(text("execution_id")),
        ]),
        "speech.line" => data["text"].as_str().map(|line| format!("“{}”", short(line))).unwrap_or_default(),
        "speech" => match data["order"].as_str() {
            Some(order) => join([one_line(order), flat(&data["value"])]),
            None => join([text("report"), flat(&data["value"])]),
        },
        "warning" => paint.yellow(join([text("code"), text("message"), text("execution_id")])),
        "user.turn" => String::new(),
        _ => flat(data),
    }
}

fn flags(data: &Value) -> String {
    let set = ["replayed", "joined", "timed_out", "started"].into_iter().filter(|flag| data[*flag] == true);
    set.map(|flag| flag.replace('_', " ")).collect::<Vec<_>>().join(", ")
}

fn flat(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => short(text),
        other => short(&other.to_string()),
    }
}

fn short(text: &str) -> String {
    let line = one_line(text);
    if line.chars().count() <= MOST_SHOWN {
        return line;
    }
    line.chars().take(MOST_SHOWN - 1).chain(['…']).collect()
}

fn join<const N: usize>(parts: [String; N]) -> String {
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join("  ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_session_reads_as_a_timeline() {
        let data = [
            ("session.started", json!({"agent_id": "agent_1", "channel": "phone", "tools": ["book"]})),
            ("user.turn", json!({})),
            ("call.started", json!({"execution_id": "exec_1", "tool_call_id": "c1", "tool": "book"})),
            ("speech.line", json!({"execution_id": "exec_1", "text": "One moment, please."})),
            ("speech", json!({"order": "may_call_tools", "value": false})),
            ("speech", json!({"report": "agent_speech_started"})),
            (
                "call.answered",
                json!({"execution_id": "exec_1", "tool": "book", "outcome": "unknown", "timed_out": true}),
            ),
            ("result.late", json!({"execution_id": "exec_1", "outcome": "done", "result": "{\"ok\":true}"})),
            (
                "call.answered",
                json!({"execution_id": "exec_2", "tool": "book", "outcome": "refused", "code": "busy"}),
            ),
            ("warning", json!({"code": "unknown_call", "execution_id": "exec_3"})),
            ("something.new", json!({"a": [1, 2]})),
            ("session.ended", json!({"reason": "requested"})),
        ];
        let lines = data.iter().enumerate().map(|(n, (kind, data))| {
            let event = json!({"seq": n + 1, "at": "2026-11-20T09:00:01.5Z", "type": kind, "data": data});
            line_of(&event, Paint::PLAIN)
        });
        insta::assert_snapshot!(lines.collect::<Vec<_>>().join("\n"));
    }

    #[test]
    fn an_odd_event_is_still_a_line() {
        for event in [json!(null), json!("text"), json!({"type": 1, "data": "\u{1b}[2J"})] {
            assert!(!line_of(&event, Paint::PLAIN).contains('\u{1b}'));
        }
    }
}
