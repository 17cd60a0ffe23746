use hookswitch_template::{FillError, HeaderTemplate, ParseErrorKind, Syntax};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::{hostile_text, rules};

fn parse(text: &str) -> HeaderTemplate {
    HeaderTemplate::parse(text, Syntax::Braces).unwrap()
}

#[test]
fn fills_text_and_leaves_out_null() {
    let variables = json!({"key": "k1", "n": 3, "null": null, "empty": ""});
    for (template, value) in [
        ("Bearer {{key}}", Some("Bearer k1")),
        ("{{n}}", Some("3")),
        ("{{null}}", None),
        ("{{nope}}", None),
        ("x{{nope}}", Some("x")),
        ("{{empty}}", Some("")),
        ("plain", Some("plain")),
    ] {
        assert_eq!(parse(template).fill(&variables, &rules()).unwrap().value.as_deref(), value, "{template}");
    }
    assert_eq!(parse("{{null}}").fill(&variables, &rules()).unwrap().unset, ["null"]);
}

#[test]
fn refuses_control_characters() {
    for bad in ["a\r\nX-Evil: 1", "a\n", "\r", "\0", "\u{7f}", "\u{1b}[0m", "\u{85}"] {
        let filled = parse("v={{v}}").fill(&json!({"v": bad}), &rules());
        assert_eq!(filled.unwrap_err(), FillError::HeaderControl, "{bad:?}");
        let error = HeaderTemplate::parse(&format!("v{bad}"), Syntax::Braces).unwrap_err();
        assert_eq!(error.kind, ParseErrorKind::HeaderControl, "{bad:?}");
    }
}

proptest! {
    #[test]
    fn a_value_adds_no_header(value in hostile_text()) {
        let filled = parse("a {{v}} b").fill(&json!({"v": value}), &rules());
        if value.chars().any(char::is_control) {
            prop_assert_eq!(filled.unwrap_err(), FillError::HeaderControl);
        } else {
            prop_assert_eq!(filled.unwrap().value, Some(format!("a {value} b")));
        }
    }

    #[test]
    fn a_nested_value_adds_no_header(value in hostile_text()) {
        // Objects are compact JSON, where control characters are escaped; those beyond ASCII are not.
        let filled = parse("{{v}}").fill(&json!({"v": {"k": value}}), &rules());
        if let Ok(filled) = filled {
            prop_assert!(!filled.value.unwrap_or_default().contains(char::is_control));
        }
    }

    #[test]
    fn literals_are_kept(text in "[ -~&&[^{]]{0,40}") {
        let filled = parse(&text).fill(&Value::Null, &rules()).unwrap();
        prop_assert_eq!(filled.value, Some(text));
    }
}
