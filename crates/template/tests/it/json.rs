use hookswitch_template::{FillError, FillRules, JsonTemplate, JsonTextError, Path, Syntax, UnsetMember};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::{SYNTAXES, any_json, hostile_text, placeholder, rules};

fn variables() -> Value {
    json!({"input": {"date": "2026-01-02", "n": 3, "addr": {"zip": "01"}, "p": "a/b c", "x": "{{call_id}}",
        "null": null, "list": [1, null]}})
}

fn fill(template: &Value, syntax: Syntax) -> (Value, Vec<String>) {
    let filled = JsonTemplate::parse(template, syntax).unwrap().fill(&variables(), &rules()).unwrap();
    (filled.value, filled.unset)
}

#[test]
fn whole_placeholders_keep_their_type() {
    let (value, unset) = fill(
        &json!({"d": "{{input.date}}", "n": "{{ input.n }}", "a": "{{input.addr}}", "m": "{{nope}}",
            "l": ["{{input.list}}", "{{nope}}"], "fixed": [1, true, null, {"{{input.n}}": "{{"}]}),
        Syntax::Braces,
    );
    assert_eq!(
        value,
        json!({"d": "2026-01-02", "n": 3, "a": {"zip": "01"}, "m": null, "l": [[1, null], null],
            "fixed": [1, true, null, {"{{input.n}}": "{{"}]})
    );
    assert_eq!(unset, ["nope"]);
}

#[test]
fn placeholders_in_text_are_text() {
    let (value, unset) = fill(&json!({"t": "n={{input.n}} {{nope}}!", "x": "{{input.x}}"}), Syntax::Braces);
    assert_eq!(value, json!({"t": "n=3 !", "x": "{{call_id}}"}));
    assert_eq!(unset, ["nope"]);
    assert_eq!(fill(&json!("{{input}} "), Syntax::Braces).0.as_str().unwrap().len(), 106);
}

#[test]
fn the_root_may_be_a_placeholder() {
    let template = JsonTemplate::parse(&json!("{{input}}"), Syntax::Braces).unwrap();
    assert_eq!(template.as_single().map(Path::text), Some("input"));
    assert_eq!(template.fill(&variables(), &rules()).unwrap().value, variables()["input"]);
    assert_eq!(fill(&json!("{{nope}}"), Syntax::Braces).0, Value::Null);
}

#[test]
fn escapes_are_resolved_in_fixed_values() {
    assert_eq!(fill(&json!({"a": "$${x}"}), Syntax::Dollar).0, json!({"a": "${x}"}));
    assert_eq!(
        fill(&json!(["$${x}", {"b": [["$${y}"]]}]), Syntax::Dollar).0,
        json!(["${x}", {"b": [["${y}"]]}])
    );
}

#[test]
fn unset_members_can_be_dropped() {
    let template = json!({"a": "${nope}", "b": "${input.null}", "c": ["${nope}"], "d": "x${nope}"});
    let template = JsonTemplate::parse(&template, Syntax::Dollar).unwrap();
    let drop = FillRules { unset_member: UnsetMember::Drop, ..rules() };
    let filled = template.fill(&variables(), &drop).unwrap();
    assert_eq!(filled.value, json!({"b": null, "c": [null], "d": "x"}));
    assert_eq!(filled.unset, ["nope", "input.null"]);
}

#[test]
fn query_members_leave_out_null() {
    let template = json!({"q": "{{nope}}", "d": "{{input.date}}", "n": null, "e": ""});
    let filled = JsonTemplate::parse(&template, Syntax::Braces)
        .unwrap()
        .fill_members(&variables(), &rules())
        .unwrap()
        .unwrap();
    assert_eq!(Value::Object(filled.value), json!({"d": "2026-01-02", "e": ""}));
    let array = JsonTemplate::parse(&json!([1]), Syntax::Braces).unwrap();
    assert!(array.fill_members(&variables(), &rules()).unwrap().is_none());
}

#[test]
fn reads_texts_with_bare_placeholders() {
    for (text, syntax, value) in [
        (r#"{"n": {{input.n}}}"#, Syntax::Braces, json!({"n": 3})),
        (
            r#"{"n":{{input.n}},"s":"{{input.n}}","t":"\"{{input.n}}\""}"#,
            Syntax::Braces,
            json!({"n": 3, "s": 3, "t": "\"3\""}),
        ),
        (r#"[{{input.addr}},{{nope}},{"a":{}}]"#, Syntax::Braces, json!([{"zip": "01"}, null, {"a": {}}])),
        (r#"{"n": ${input.n}, "t": "a ${input.p}"}"#, Syntax::Dollar, json!({"n": 3, "t": "a a/b c"})),
        ("{{input.list}}", Syntax::Braces, json!([1, null])),
        (r#"{"a": {"b": "{{"}}"#, Syntax::Braces, json!({"a": {"b": "{{"}})),
        (r#"{"a":"\\","b":{{input.n}}}"#, Syntax::Braces, json!({"a": "\\", "b": 3})),
    ] {
        let template = JsonTemplate::parse_text(text, syntax).unwrap();
        assert_eq!(template.fill(&variables(), &rules()).unwrap().value, value, "{text}");
    }
    for text in ["plain {{input.n}}", "", "{\"n\": {{input.n}", "[1,]"] {
        let error = JsonTemplate::parse_text(text, Syntax::Braces).unwrap_err();
        assert!(matches!(error, JsonTextError::NotJson(_)), "{text}");
    }
}

#[test]
fn says_where_a_placeholder_is_malformed() {
    let error = JsonTemplate::parse(&json!({"a": [1, {"b": "x {{a..b}}"}]}), Syntax::Braces).unwrap_err();
    assert_eq!((error.path.as_str(), error.error.position), ("$.a[1].b", 2));
}

#[test]
fn bounds_depth_and_size() {
    let deep = (0..200).fold(json!("{{a}}"), |inner, _| json!([inner]));
    assert!(JsonTemplate::parse(&deep, Syntax::Braces).is_err());
    let wide: Vec<_> = (0..1000).map(|_| "{{input}}").collect();
    let template = JsonTemplate::parse(&json!(wide), Syntax::Braces).unwrap();
    let small = FillRules { max_bytes: 10_000, ..rules() };
    assert_eq!(template.fill(&variables(), &small).unwrap_err(), FillError::TooLarge { limit: 10_000 });
}

proptest! {
    #[test]
    fn a_whole_value_arrives_as_it_is(value in any_json(), which in 0..3_usize) {
        let syntax = SYNTAXES[which];
        let template = json!({"v": placeholder(syntax, "v"), "w": [placeholder(syntax, "v")]});
        let filled = JsonTemplate::parse(&template, syntax).unwrap().fill(&json!({"v": value}), &rules());
        prop_assert_eq!(filled.unwrap().value, json!({"v": value, "w": [value]}));
    }

    #[test]
    fn a_text_adds_no_member(value in hostile_text(), which in 0..3_usize) {
        let syntax = SYNTAXES[which];
        let source = format!("{{\"x\":\"pre {}\"}}", placeholder(syntax, "v"));
        let filled = JsonTemplate::parse_text(&source, syntax).unwrap().fill(&json!({"v": value}), &rules());
        let sent: Value = serde_json::from_str(&filled.unwrap().value.to_string()).unwrap();
        prop_assert_eq!(sent, json!({"x": format!("pre {value}")}));
    }

    #[test]
    fn literal_templates_are_kept(value in any_json()) {
        // Single braces need a plain name right after the brace, so this text holds none.
        let text = value.to_string().replace(['{', '}', '$'], "");
        let template = json!([value.is_null(), text, 1.5, {"k": text}]);
        let parsed = JsonTemplate::parse(&template, Syntax::Braces).unwrap();
        prop_assert!(parsed.is_literal());
        prop_assert_eq!(parsed.fill(&Value::Null, &rules()).unwrap().value, template);
    }

    #[test]
    fn any_text_is_read_or_refused(text in hostile_text(), which in 0..3_usize) {
        let _ = JsonTemplate::parse_text(&text, SYNTAXES[which]);
        let _ = JsonTemplate::parse_text(&format!("{{\"a\":{text}}}"), SYNTAXES[which]);
    }
}
