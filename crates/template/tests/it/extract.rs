use std::time::Instant;

use hookswitch_template::{Extraction, ExtractionError, ExtractionOutcome};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::any_json;

fn evaluate(path: &str, answer: &Value) -> (Value, ExtractionOutcome) {
    let found = Extraction::parse("x", path).unwrap().evaluate(answer);
    (found.value, found.outcome)
}

#[test]
fn one_node_is_a_value_several_an_array() {
    use ExtractionOutcome::{Empty, Set};
    let answer = json!({"a": {"zip": "12"}, "t": [{"x": 1}, {"x": 2}], "first-name": "Ada", "null": null,
        "list": ["only"]});
    for (path, value, outcome) in [
        ("$.a.zip", json!("12"), Set),
        ("a.zip", json!("12"), Set),
        ("$.a", json!({"zip": "12"}), Set),
        ("$.t[*].x", json!([1, 2]), Set),
        ("$.t[?@.x>1].x", json!(2), Set),
        ("t[0].x", json!(1), Set),
        ("$.nope", Value::Null, Empty),
        ("$.null", Value::Null, Set),
        ("$", answer.clone(), Set),
        ("first-name", json!("Ada"), Set),
        ("$.list[*]", json!("only"), Set),
    ] {
        assert_eq!(evaluate(path, &answer), (value, outcome), "{path}");
    }
}

#[test]
fn keeps_name_and_source() {
    let extraction = Extraction::parse("zip", "a.zip").unwrap();
    assert_eq!((extraction.name(), extraction.source()), ("zip", "a.zip"));
}

#[test]
fn says_where_a_path_is_wrong() {
    let error = Extraction::parse("x", "$.a[?@.b = 1]").unwrap_err();
    assert!(matches!(error, ExtractionError::Invalid { .. }), "{error}");
    assert_eq!(Extraction::parse("x", &"a".repeat(1025)).unwrap_err(), ExtractionError::TooLong);
}

#[test]
fn too_many_nodes_are_an_error() {
    let answer = json!((0..10_001).collect::<Vec<_>>());
    assert_eq!(evaluate("$[*]", &answer), (Value::Null, ExtractionOutcome::Error));
    assert_eq!(evaluate("$[:10000]", &answer).1, ExtractionOutcome::Set);
}

/// A list of 20,000 records, some 1 MiB of JSON.
fn large() -> Value {
    (0..20_000).map(|n| json!({"id": n, "name": format!("name {n}"), "tags": ["a", "b"]})).collect()
}

#[test]
fn ordinary_paths_run_on_large_answers() {
    let answer = large();
    for path in ["$[19999].name", "$[?@.id == 7].name", "$[?@.id == 7 && @.name == 'name 7'].tags[0]"] {
        assert_eq!(evaluate(path, &answer).1, ExtractionOutcome::Set, "{path}");
    }
    let small = json!({"want": 3, "items": [{"id": 3, "n": "x"}]});
    for path in [
        "$.items[?@.id == $.want].n",
        "$.items[?match(@.n, '[a-z]')].n",
        "$..items[?count($..id) == 1].n",
        "$..[?@.id == $.want]..n",
    ] {
        assert_eq!(evaluate(path, &small), (json!("x"), ExtractionOutcome::Set), "{path}");
    }
}

#[test]
fn costly_paths_are_errors_on_large_answers() {
    let wide = large();
    let deep = (0..120).fold(json!(1), |inner, _| json!([inner]));
    let text = json!({"t": "a".repeat(1_000_000), "l": vec![1; 1000]});
    for (path, answer) in [
        ("$..*..*..*..*..*..*", &deep),
        ("$..[*,*,*]..[*,*,*]..*", &deep),
        ("$[*,*,*][*,*,*][*,*,*][*,*,*][*,*,*]", &wide),
        ("$[?count($.*.*) > 3]", &wide),
        ("$[?count($[*]) > 3]", &wide),
        ("$[?$[?@.id > 1]]", &wide),
        ("$[?$ == $]", &wide),
        ("$[?$..x]", &wide),
        ("$[?search(@.name, @.name)]", &wide),
        ("$.l[?length($.t) > 3]", &text),
        ("$.l[?$.t == $.t]", &text),
        ("$.l[?search($.t, 'b')]", &text),
    ] {
        assert_eq!(evaluate(path, answer), (Value::Null, ExtractionOutcome::Error), "{path}");
    }
}

#[test]
fn hostile_paths_are_parsed_quickly() {
    for (start, unit, end) in [
        ("$[?", "(", ""),
        ("$[?", "!(", ""),
        ("$", "[?@", ""),
        ("$[?((((((((((((((", "@.a||", "@.b))))))))))))))]"),
        ("$[?!(!(!(!(!(!(!(!(!(!(!(!(!(!(", "@.a==1&&", "x))))))))))))))]"),
        ("$[?length(length(length(length(length(length(length(", "@", "))))))))]"),
        ("$[?", "length(", ""),
        ("$[?", "(@.a||", ""),
        ("$", "..", ""),
        ("$[", "1,", ""),
        ("$['", "\\\\", "']"),
        ("$", "[?@.a]", ""),
        ("", "a-", ""),
    ] {
        let room = 1020 - start.len() - end.len();
        let path = format!("{start}{}{end}", unit.repeat(room / unit.len()));
        let started = Instant::now();
        let _ = Extraction::parse("x", &path);
        assert!(started.elapsed().as_secs() < 20, "{path}");
    }
}

proptest! {
    #[test]
    fn any_path_on_any_answer_ends(
        path in "[$@.\\[\\]*?():,'\"a-c0-2&|=<!-]{0,24}", answer in any_json()
    ) {
        for path in [path.clone(), format!("$[?{path}]"), format!("$.{path}")] {
            if let Ok(extraction) = Extraction::parse("x", &path) {
                let found = extraction.evaluate(&answer);
                prop_assert!(found.outcome == ExtractionOutcome::Set || found.value.is_null());
            }
        }
    }
}
