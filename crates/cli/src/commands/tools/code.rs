//! What a tool's code left beside its answer, for people.

use serde_json::Value;

use crate::table::one_line;

/// Heads and texts: what code wrote, and where it broke. Empty ones are left out.
pub(in crate::commands) fn code_parts(code: &Value) -> Vec<(&'static str, String)> {
    let text = |field: &str| code[field].as_str().filter(|text| !text.is_empty());
    let lines = |text: &str| text.lines().map(one_line).collect::<Vec<_>>().join("\n");
    let parts = ["stdout", "stderr", "traceback"];
    let mut parts: Vec<_> =
        parts.into_iter().filter_map(|field| Some((field, lines(text(field)?)))).collect();
    let facts = [
        code["line"].as_u64().map(|line| format!("broke in line {line}")),
        code["cpu_ms"].as_f64().map(|cpu| format!("{cpu} ms of CPU")),
        code["warm"]
            .as_bool()
            .map(|warm| if warm { "a process was waiting" } else { "no process was waiting" }.to_owned()),
    ];
    let facts: Vec<String> = facts.into_iter().flatten().collect();
    if !facts.is_empty() {
        parts.push(("code", facts.join(", ")));
    }
    parts
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_code_wrote_cannot_steer_the_terminal() {
        let code = json!({"stdout": "a\u{1b}[2J\nb", "stderr": "", "traceback": "line 3, in f\nKeyError: 'x'",
            "line": 3, "cpu_ms": 0.2, "warm": true});
        let parts = code_parts(&code);
        assert_eq!(parts[0], ("stdout", "a\\u{1b}[2J\nb".to_owned()));
        assert_eq!(parts[1].0, "traceback");
        assert_eq!(parts[2].1, "broke in line 3, 0.2 ms of CPU, a process was waiting");
        assert!(code_parts(&Value::Null).is_empty());
    }
}
