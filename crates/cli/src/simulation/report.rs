//! The outcome of simulations for people.

use std::fmt::Write as _;

use serde_json::Value;

use super::run::Outcome;
use crate::paint::Paint;

/// One simulation: its turns, and what was not as expected. The calls of a turn only where it failed, or everywhere.
pub(crate) fn report(outcome: &Outcome, paint: Paint, in_full: bool) -> String {
    let verdict = if outcome.passed() { paint.green("passed") } else { paint.red("failed") };
    let mut text = format!(
        "{verdict}  {} {}\n",
        outcome.name,
        paint.dim(format!("({:.2} s)", outcome.took.as_secs_f64()))
    );
    for part in &outcome.parts {
        let has_failed = !part.failures.is_empty();
        if !has_failed && !in_full {
            continue;
        }
        let _ = writeln!(text, "  {}", paint.bold(&part.name));
        for event in &part.events {
            if let Some(line) = line(event, paint) {
                let _ = writeln!(text, "    {line}");
            }
        }
        for failure in &part.failures {
            let _ = writeln!(text, "    {} {failure}", paint.red("expected otherwise:"));
        }
    }
    if !outcome.passed() {
        let _ = writeln!(text, "  {}", paint.dim(format!("session {}", outcome.session)));
    }
    text
}

fn line(event: &Value, paint: Paint) -> Option<String> {
    let at = format!("{:>8.3} s", event["at_ms"].as_f64().unwrap_or_default() / 1000.0);
    Some(match event["type"].as_str()? {
        "call" => format!("{at}  calls {} {}", event["name"].as_str()?, event["arguments"]),
        "result" | "late" => {
            let outcome = event["outcome"].as_str().unwrap_or("started");
            format!("{at}  {} {}", paint.outcome(outcome), event["result"])
        }
        "line" => format!("{at}  line  {}", event["text"].as_str()?),
        "agent" => format!("{at}  {} takes over", event["name"].as_str()?),
        "end" => format!("{at}  heard {:?} ({})", event["heard"].as_str()?, event["reason"].as_str()?),
        _ => return None,
    })
}
