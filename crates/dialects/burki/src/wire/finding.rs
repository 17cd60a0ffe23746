//! What the registry found in a definition, in this dialect's words.

use hookswitch_model::{Finding, Findings, Severity};
use serde_json::Value;

use super::refusal::Refusal;
use super::style::{Item, Problem, Step};

/// The answer for a definition that is refused: a 400 where the contract has a text, else every finding as a 422.
pub fn refusal_of(findings: &Findings) -> Refusal {
    let errors: Vec<&Finding> =
        findings.iter().filter(|finding| finding.severity == Severity::Error).collect();
    if let Some(text) = errors.iter().find_map(|finding| text_of(finding)) {
        return Refusal::BadRequest(text);
    }
    let items = errors.into_iter().map(|finding| {
        Item::new(place_of(&finding.path), Problem::Other(finding.message.clone()), &Value::Null)
    });
    Refusal::Unprocessable(items.collect())
}

fn text_of(finding: &Finding) -> Option<String> {
    let path = finding.path.as_str();
    let message = &finding.message;
    match finding.code.as_str() {
        "nothing_stored" => return Some(format!("No stored value for {}", configuration_path(path))),
        "refused_header" => return Some(format!("Header not allowed: {}", last_name(path))),
        "insecure_tls" => return Some(format!("verify_ssl can't be switched off: {message}")),
        "invalid_code" => return Some(format!("Invalid Python code: {message}")),
        "invalid_requirement" => {
            let line = message.trim_start_matches("invalid requirement: ");
            return Some(format!("Invalid requirement: {line}"));
        }
        "address_refused" => return Some(format!("URL not allowed: {message}")),
        _ => {}
    }
    if path == "$.webhook.url" {
        return Some(format!("URL not allowed: {message}"));
    }
    if path == "$.lambda.function" {
        return Some("Invalid function name".to_owned());
    }
    let is_schema = ["$.input_schema", "$.parameters", "$.loose_input"].iter().any(|at| path.starts_with(at));
    is_schema.then(|| format!("Invalid function_definition: {message}"))
}

/// The place in a body that a path into the draft means.
fn place_of(path: &str) -> Vec<Step> {
    let body = |names: &[&str]| ["body"].iter().chain(names).map(|name| Step::from(*name)).collect();
    match path {
        "$.name" => body(&["name"]),
        "$.description" => body(&["description"]),
        "$.timeout_ms" => body(&["timeout_seconds"]),
        "$.max_tries" => body(&["retry_attempts"]),
        _ => {
            let inner = configuration_path(path);
            let names: Vec<&str> = inner.split('.').collect();
            body(&names)
        }
    }
}

/// `$.webhook.headers["X-Key"]` as `configuration.headers.X-Key`.
fn configuration_path(path: &str) -> String {
    let rest = ["$.webhook.", "$.lambda.", "$.python."].iter().find_map(|start| path.strip_prefix(start));
    let Some(rest) = rest else { return "configuration".to_owned() };
    let field = rest.split(['[', '.']).next().unwrap_or(rest);
    let key = match field {
        "body" | "query" => "request_template",
        "answer" => "response_mapping",
        "code" => "python_code",
        "payload" => "payload_template",
        "verify_tls" => "verify_ssl",
        other => other,
    };
    if rest.contains("[\"") {
        format!("configuration.{key}.{}", last_name(rest))
    } else {
        format!("configuration.{key}")
    }
}

/// The name in the last brackets.
fn last_name(path: &str) -> String {
    let inner = path.rsplit_once('[').map_or(path, |(_, inner)| inner.trim_end_matches(']'));
    serde_json::from_str(inner).unwrap_or_else(|_| inner.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::style::Style;

    fn refused(path: &str, code: &'static str, message: &str) -> (u16, Value) {
        let mut findings = Findings::default();
        findings.warn("$.effect", "effect_doubtful", "never told here");
        findings.error(path, code, message);
        refusal_of(&findings).render(Style::V1)
    }

    #[test]
    fn findings_have_the_contracts_texts() {
        for (path, code, text) in [
            ("$.webhook.url", "address_refused", "URL not allowed: why"),
            ("$.webhook.url", "invalid_url", "URL not allowed: why"),
            ("$.webhook.headers[\"X-A\"]", "refused_header", "Header not allowed: X-A"),
            ("$.webhook.headers[\"X-A\"]", "nothing_stored", "No stored value for configuration.headers.X-A"),
            ("$.input_schema.properties.a", "invalid_schema", "Invalid function_definition: why"),
            ("$.lambda.function", "invalid_name", "Invalid function name"),
            ("$.python.code", "invalid_code", "Invalid Python code: why"),
            ("$.python.requirements", "invalid_requirement", "Invalid requirement: why"),
        ] {
            let (status, body) = refused(path, code, "why");
            assert_eq!((status, &body["detail"]), (400, &Value::from(text)), "{path} {code}");
        }
    }

    #[test]
    fn other_findings_are_items() {
        for (path, loc) in [
            ("$.name", serde_json::json!(["body", "name"])),
            (
                "$.webhook.answer.mapping[\"a\"]",
                serde_json::json!(["body", "configuration", "response_mapping", "a"]),
            ),
            ("$.webhook.body", serde_json::json!(["body", "configuration", "request_template"])),
            ("$.lambda.access_key", serde_json::json!(["body", "configuration", "access_key"])),
        ] {
            let (status, body) = refused(path, "invalid_name", "why");
            assert_eq!((status, &body["detail"][0]["loc"]), (422, &loc), "{path}");
        }
    }
}
