//! The prompt of an agent, filled with the session's variables: once, before the model reads it.

use hookswitch_template::{CaseRule, FillRules, LookupFn, Path, Syntax, Text};
use serde_json::Value;

/// Longest prompt after it was filled, in bytes.
const MOST_BYTES: usize = 256 * 1024;

/// A prompt or greeting with `{{name}}` and `{{vars.name}}` from the session's variables, `{{system.name}}` from its
/// own values, bare names in this order. What has no value is left out; what can't be read stays as it is.
pub(crate) fn fill(text: &str, variables: &Value, system: &Value) -> String {
    let Ok(parsed) = Text::parse(text, Syntax::Braces) else { return text.to_owned() };
    let find = |path: &Path| find(path, variables, system);
    let rules = FillRules { max_bytes: MOST_BYTES, ..FillRules::default() };
    parsed.fill(&LookupFn(find), &rules).map_or_else(|_| text.to_owned(), |filled| filled.value)
}

fn find(path: &Path, variables: &Value, system: &Value) -> Option<Value> {
    // A member named like the whole dotted text wins over the path.
    let within = |place: &Value, skip: usize| {
        let named = path.text_from(skip).and_then(|text| place.get(text));
        named.or_else(|| path.lookup_from(skip, place, CaseRule::Exact)).cloned()
    };
    let text = path.text();
    within(variables, 0)
        .or_else(|| text.starts_with("vars.").then(|| within(variables, 1)).flatten())
        .or_else(|| text.starts_with("system.").then(|| within(system, 1)).flatten())
        .or_else(|| within(system, 0))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn variables_come_before_the_session() {
        let (variables, system) =
            (json!({"name": "Ann", "to": "x", "d": {"e": 1}}), json!({"to": "+49", "from": "+1"}));
        let fill = |text| fill(text, &variables, &system);
        assert_eq!(fill("Hi {{name}}, {{ to }} {{system.to}} {{from}} {{vars.d.e}}!"), "Hi Ann, x +49 +1 1!");
        assert_eq!(fill("{{nothing}}a {{ \"b\" }}{{"), "a {{ \"b\" }}{{".replace("{{ \"b\" }}", ""));
    }

    #[test]
    fn a_value_is_not_filled_again() {
        assert_eq!(fill("{{a}}", &json!({"a": "{{b}}", "b": "no"}), &Value::Null), "{{b}}");
    }
}
