//! A request as it goes out, redacted, for people.

use serde_json::Value;

use crate::table::one_line;

/// Request line, headers, an empty line, and the body.
pub(in crate::commands) fn request_text(request: &Value) -> String {
    let text = |field: &str| request[field].as_str().map(one_line).unwrap_or_default();
    let mut lines = vec![format!("{} {}", text("method"), text("url"))];
    lines.extend(headers(&request["headers"]));
    let body = match &request["body"] {
        Value::Null => String::new(),
        Value::String(body) => body_text(body),
        other => format!("{other:#}"),
    };
    if !body.is_empty() {
        lines.extend([String::new(), body]);
    }
    lines.join("\n")
}

fn headers(headers: &Value) -> Vec<String> {
    let show =
        |name: &str, value: &Value| format!("{name}: {}", value.as_str().map(one_line).unwrap_or_default());
    match headers {
        Value::Array(pairs) => {
            pairs.iter().map(|pair| show(pair[0].as_str().unwrap_or_default(), &pair[1])).collect()
        }
        Value::Object(members) => members.iter().map(|(name, value)| show(name, value)).collect(),
        _ => Vec::new(),
    }
}

/// A body: JSON indented, anything else as it is, line by line.
pub(in crate::commands) fn body_text(body: &str) -> String {
    match serde_json::from_str::<Value>(body) {
        Ok(value @ (Value::Object(_) | Value::Array(_))) => format!("{value:#}"),
        _ => body.lines().map(one_line).collect::<Vec<_>>().join("\n"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_request_reads_like_one() {
        let request = json!({
            "method": "POST", "url": "https://api.example.com/bookings",
            "headers": [["authorization", "[REDACTED]"], ["x-odd", "a\u{1b}b"]],
            "body": "{\"date\":\"2026-12-01\",\"n\":[1,2]}",
        });
        insta::assert_snapshot!(request_text(&request));
    }

    #[test]
    fn a_get_has_no_body() {
        assert_eq!(
            request_text(&json!({"method": "GET", "url": "https://x.example/", "body": null})),
            "GET https://x.example/"
        );
    }
}
