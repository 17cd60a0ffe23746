//! What the registry finds in a definition, in the words and places of this dialect (bland: 1.1).

use hookswitch_model::{Finding, Findings, Severity};

use super::problem::{INVALID_PARAMETER, INVALID_URL, Item, Problem};

/// Where a finding's path leads in the fields of a tool; the first prefix that fits counts.
const PLACES: [(&str, &str); 13] = [
    ("$.webhook.url", "url"),
    ("$.webhook.method", "method"),
    ("$.webhook.headers", "headers"),
    ("$.webhook.query", "query"),
    ("$.webhook.body", "body"),
    ("$.loose_input", "input_schema"),
    ("$.input_schema", "input_schema"),
    ("$.parameters", "input_schema"),
    ("$.extract", "response"),
    ("$.answer_context", "response_data"),
    ("$.speech.line", "speech"),
    ("$.display_name", "label"),
    ("$.timeout_ms", "timeout"),
];

/// All errors of a definition.
pub fn problem_of(findings: &Findings) -> Problem {
    let errors = findings.iter().filter(|finding| finding.severity == Severity::Error);
    let items = errors.map(item_of).collect();
    Problem::of(items).unwrap_or_else(|| Problem::new(INVALID_PARAMETER, "The tool has errors."))
}

fn item_of(finding: &Finding) -> Item {
    let field = field_of(&finding.path);
    let code = if field == "url" { INVALID_URL } else { INVALID_PARAMETER };
    Item::at(code, field.clone(), format!("{field}: {}", finding.message))
}

fn field_of(path: &str) -> String {
    let known = PLACES.iter().find_map(|(ours, field)| {
        let rest = path.strip_prefix(ours)?;
        (rest.is_empty() || rest.starts_with(['.', '['])).then(|| format!("{field}{rest}"))
    });
    known.unwrap_or_else(|| path.trim_start_matches("$.").to_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn findings_point_into_the_fields() {
        for (path, field) in [
            ("$.webhook.url", "url"),
            ("$.webhook.headers[\"X\"]", "headers[\"X\"]"),
            ("$.extract.a b", "response.a b"),
            ("$.loose_input.properties.a", "input_schema.properties.a"),
            ("$.name", "name"),
        ] {
            assert_eq!(field_of(path), field);
        }
        let mut findings = Findings::default();
        findings.warn("$.effect", "effect_doubtful", "sounds like an action");
        findings.error("$.webhook.url", "address_refused", "a private address");
        let problem = problem_of(&findings);
        let item = problem.items().next().unwrap();
        assert_eq!((item.code, item.message.as_str()), (INVALID_URL, "url: a private address"));
        assert_eq!(problem.items().count(), 1);
    }
}
