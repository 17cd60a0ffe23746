use hookswitch_template::{
    FillError, FillRules, LookupFn, ParseErrorKind, Path, PathError, Syntax, Text, text_form,
};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::{SYNTAXES, hostile_text, placeholder, rules};

fn fill(template: &str, syntax: Syntax) -> (String, Vec<String>) {
    let variables = json!({"a": {"b": 1}, "s": "text", "first name": "Ada", "t": true, "n": null, "f": 2.5,
        "list": [1, "x", {"k": null}], "a.c": "whole", "x": "{{s}} ${s} {s}"});
    let filled = Text::parse(template, syntax).unwrap().fill(&variables, &rules()).unwrap();
    (filled.value, filled.unset)
}

#[test]
fn fills_each_syntax() {
    use Syntax::{Braces, Dollar, SingleBrace};
    for (syntax, template, text) in [
        (Braces, "", ""),
        (Braces, "n={{a.b}}!", "n=1!"),
        (Braces, "{{ s }}{{s}}", "texttext"),
        (Braces, "{{first name}}", "Ada"),
        (Braces, "{{t}} {{f}} {{n}} {{list}} {{a}}", "true 2.5  [1,\"x\",{\"k\":null}] {\"b\":1}"),
        (Braces, "{{list[2]}} {{list.1}}", "{\"k\":null} x"),
        (Braces, "{{a.c}}", "whole"),
        (Braces, "{{x}}", "{{s}} ${s} {s}"),
        (Braces, "{{s", "{{s"),
        (Braces, "{{ }} {{}} }} {s} ${s}", "{{ }} {{}} }} {s} ${s}"),
        (Braces, "{{{s}}}", "{text}"),
        (Braces, "{{open {{s}}", "{{open text"),
        (Dollar, "${a.b} ${list[1]} ${list.1}", "1 x x"),
        (Dollar, "${} ${a b} ${s {{s}} $s", "${} ${a b} ${s {{s}} $s"),
        (Dollar, "$${s} $$${s} $$", "${s} $${s} $$"),
        (Dollar, "${s}$${s}", "text${s}"),
        (Dollar, "${${s}}", "${text}"),
        (SingleBrace, "{s}/{a.c}", "text/whole"),
        (SingleBrace, "{{s}} {} {a b} {s", "{{s}} {} {a b} {s"),
    ] {
        assert_eq!(fill(template, syntax).0, text, "{syntax:?} {template}");
    }
}

#[test]
fn lists_unset_names_once() {
    let (text, unset) = fill("{{nope}}{{n}}{{nope}}{{a.z}}{{s}}", Syntax::Braces);
    assert_eq!(text, "text");
    assert_eq!(unset, ["nope", "n", "a.z"]);
}

#[test]
fn reports_the_place_of_a_bad_placeholder() {
    for (template, syntax, position, kind) in [
        ("ab {{a..b}}", Syntax::Braces, 3, PathError::EmptySegment),
        ("ab {{a[x]}}", Syntax::Braces, 3, PathError::BadIndex),
        ("é${a.}", Syntax::Dollar, 2, PathError::EmptySegment),
    ] {
        let error = Text::parse(template, syntax).unwrap_err();
        assert_eq!((error.position, error.kind), (position, ParseErrorKind::Path(kind)), "{template}");
    }
    let long = format!("{{{{{}}}}}", "a".repeat(300));
    assert_eq!(Text::parse(&long, Syntax::Braces).unwrap_err().kind, PathError::TooLong.into());
    let huge = "x".repeat(1024 * 1024 + 1);
    assert_eq!(Text::parse(&huge, Syntax::Braces).unwrap_err().kind, ParseErrorKind::TooLong);
}

#[test]
fn knows_its_variables() {
    let text = Text::parse("{{a.b}} and {{c}}", Syntax::Braces).unwrap();
    assert_eq!(text.paths().map(Path::text).collect::<Vec<_>>(), ["a.b", "c"]);
    assert!(!text.is_literal() && text.as_single().is_none());
    assert_eq!(text.source(), "{{a.b}} and {{c}}");
    assert_eq!(Text::parse("{{ c }}", Syntax::Braces).unwrap().as_single().map(Path::text), Some("c"));
    assert!(Text::parse("{{ c }} ", Syntax::Braces).unwrap().as_single().is_none());
    assert!(Text::parse("$${c}", Syntax::Dollar).unwrap().is_literal());
}

#[test]
fn stops_at_the_limit() {
    let text = Text::parse(&"{{a}}".repeat(1000), Syntax::Braces).unwrap();
    let variables = json!({"a": "x".repeat(2000)});
    assert_eq!(text.fill(&variables, &rules()).unwrap_err(), FillError::TooLarge { limit: 1024 * 1024 });
    let enough = FillRules { max_bytes: 2_000_000, ..rules() };
    assert_eq!(text.fill(&variables, &enough).unwrap().value.len(), 2_000_000);
}

#[test]
fn encodes_form_values_only() {
    let text = Text::parse("a={{a}}&b=x y", Syntax::Braces).unwrap();
    let filled = text.fill_encoded(&json!({"a": "1&c=2 é"}), &rules()).unwrap();
    assert_eq!(filled.value, "a=1%26c%3D2%20%C3%A9&b=x y");
}

#[test]
fn shows_no_value_in_debug_output() {
    let text = Text::parse("{{a}}", Syntax::Braces).unwrap();
    let filled = text.fill(&json!({"a": "hush"}), &rules()).unwrap();
    assert!(!format!("{filled:?}").contains("hush"));
}

#[test]
fn scans_hostile_templates_in_linear_time() {
    for unit in ["{{", "{{ }}", "{{{", "${", "$${", "{", "{{a", "${a", "{a"] {
        for syntax in SYNTAXES {
            let text = unit.repeat(1024 * 1024 / unit.len());
            let started = std::time::Instant::now();
            let _ = Text::parse(&text, syntax);
            assert!(started.elapsed().as_secs() < 20, "{unit} {syntax:?}");
        }
    }
}

proptest! {
    #[test]
    fn values_are_never_expanded(value in hostile_text(), before in "[ -~&&[^{}$]]{0,9}", which in 0..3_usize) {
        let syntax = SYNTAXES[which];
        let template = format!("{before}{}|{}", placeholder(syntax, "a"), placeholder(syntax, "b.c"));
        let value = Value::from(value);
        let text = Text::parse(&template, syntax).unwrap();
        let filled = text.fill(&LookupFn(|_: &Path| Some(value.clone())), &rules()).unwrap();
        let plain = text_form(&value);
        prop_assert_eq!(filled.value, format!("{before}{plain}|{plain}"));
    }

    #[test]
    fn text_without_placeholders_is_kept(text in "[^{}$]{0,60}", which in 0..3_usize) {
        let parsed = Text::parse(&text, SYNTAXES[which]).unwrap();
        prop_assert!(parsed.is_literal());
        prop_assert_eq!(parsed.fill(&json!({}), &rules()).unwrap().value, text);
    }

    #[test]
    fn any_text_parses_or_says_where(text in hostile_text(), which in 0..3_usize) {
        match Text::parse(&text, SYNTAXES[which]) {
            Ok(parsed) => prop_assert_eq!(parsed.source(), text),
            Err(error) => prop_assert!(text.is_char_boundary(error.position)),
        }
    }
}
