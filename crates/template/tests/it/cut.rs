use std::time::Instant;

use hookswitch_template::cut::{DEFAULT_LIMIT, MIN_LIMIT};
use hookswitch_template::{Cut, cut};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::any_json;

/// Cuts and checks what always holds.
fn checked(value: &Value, limit: usize) -> Cut {
    let cut = cut(value.clone(), limit);
    let text = cut.value.to_string();
    assert!(text.len() <= limit.max(MIN_LIMIT), "{} bytes", text.len());
    assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), cut.value);
    if cut.was_cut {
        assert_eq!(cut.value["_truncated"]["bytes"], cut.original_bytes);
        assert!(cut.value["_truncated"]["left_out"].is_array());
    } else {
        assert_eq!(&cut.value, value);
    }
    cut
}

#[test]
fn small_results_are_not_changed() {
    for value in [json!(null), json!("x"), json!([1, 2]), json!({"a": {"b": "é"}}), json!("x".repeat(6142))]
    {
        assert!(!checked(&value, DEFAULT_LIMIT).was_cut);
    }
}

#[test]
fn long_strings_go_first() {
    let cut = checked(&json!({"a": "é".repeat(5000), "b": "short", "n": [1, 2, 3]}), DEFAULT_LIMIT);
    let text = cut.value["a"].as_str().unwrap();
    assert!(text.ends_with("é…") && text.len() > 1000 && text.len() <= 1024, "{}", text.len());
    assert_eq!((&cut.value["b"], &cut.value["n"]), (&json!("short"), &json!([1, 2, 3])));
    assert_eq!(cut.value["_truncated"], json!({"bytes": 10_032, "left_out": []}));
}

#[test]
fn other_values_are_wrapped() {
    let cut = checked(&json!("x".repeat(7000)), DEFAULT_LIMIT);
    assert_eq!(cut.value["result"].as_str().unwrap().chars().count(), 1022);
    assert_eq!(cut.value["_truncated"]["bytes"], 7002);
    let numbers: Vec<_> = (0..5000).collect();
    let cut = checked(&json!(numbers), DEFAULT_LIMIT);
    let kept = cut.value["result"].as_array().unwrap().len();
    assert_eq!(cut.value["_truncated"]["left_out"], json!([format!("$[{kept}..4999]")]));
    assert!(cut.value.to_string().len() > DEFAULT_LIMIT * 4 / 5, "room is used");
}

#[test]
fn tails_of_arrays_go_before_members() {
    let items: Vec<_> = (0..100).map(|n| json!({"id": n, "text": "x".repeat(100)})).collect();
    let cut = checked(&json!({"items": items, "total": 100, "a b": [1]}), DEFAULT_LIMIT);
    let kept = cut.value["items"].as_array().unwrap().len();
    assert!((30..60).contains(&kept), "{kept}");
    assert_eq!(cut.value["total"], 100);
    assert_eq!(cut.value["_truncated"]["left_out"], json!([format!("$.items[{kept}..99]")]));
}

#[test]
fn then_members_go_from_the_end() {
    let members =
        |count: usize| (0..count).map(|n| (format!("key {n}"), json!(n))).collect::<serde_json::Map<_, _>>();
    let cut = checked(&Value::Object(members(10_000)), DEFAULT_LIMIT);
    assert_eq!(cut.value["key 0"], 0);
    let kept = cut.value.as_object().unwrap().len() - 1;
    let left_out = cut.value["_truncated"]["left_out"].as_array().unwrap();
    assert_eq!(left_out[0], format!("$['key {kept}']"));
    let named = left_out.len() - 1;
    assert_eq!(left_out[named], format!("… {} more", 10_000 - kept - named));
}

#[test]
fn a_chain_loses_its_deepest_part() {
    let long = "k".repeat(900);
    let value = (0..50).fold(json!(1), |inner, _| json!({long.as_str(): [inner]}));
    let cut = checked(&value, DEFAULT_LIMIT);
    assert!(cut.value[&long][0][&long].is_array());
}

#[test]
fn nothing_usable_is_said_so() {
    let cut = checked(&json!({"k".repeat(100_000): 1}), MIN_LIMIT);
    assert_eq!(cut.value, json!({"_truncated": {"bytes": 100_006, "left_out": ["… 1 more"]}}));
}

#[test]
fn a_member_named_like_the_note_gives_way() {
    let cut = checked(&json!({"_truncated": "mine", "a": "x".repeat(9000)}), DEFAULT_LIMIT);
    assert_eq!(cut.value["_truncated"]["left_out"], json!(["$._truncated"]));
    assert!(!checked(&json!({"_truncated": "mine"}), DEFAULT_LIMIT).was_cut);
}

#[test]
fn deep_values_become_readable() {
    let deep = (0..1000).fold(json!(1), |inner, _| json!([inner]));
    assert!(checked(&deep, DEFAULT_LIMIT).was_cut);
    let fits = (0..100).fold(json!(1), |inner, _| json!([inner]));
    assert!(!checked(&fits, DEFAULT_LIMIT).was_cut);
}

#[test]
fn large_results_are_cut_in_one_pass() {
    let long_list: Vec<_> = (0..300_000).collect();
    let many: Value =
        (0..60_000).map(|n| (format!("k{n}"), json!([n, n]))).collect::<serde_json::Map<_, _>>().into();
    let escapes = json!(["\u{1}".repeat(170_000)]);
    let nested = json!((0..1000).map(|_| (0..300).collect::<Vec<_>>()).collect::<Vec<_>>());
    for value in [json!(long_list), many, escapes, nested, json!("x".repeat(1 << 20))] {
        let started = Instant::now();
        assert!(checked(&value, DEFAULT_LIMIT).was_cut);
        assert!(started.elapsed().as_secs() < 20);
    }
}

proptest! {
    #[test]
    fn always_fits_and_parses(value in any_json(), limit in 0..4000_usize) {
        checked(&value, limit);
    }

    #[test]
    fn large_values_fit_too(values in prop::collection::vec(any_json(), 1..40), limit in MIN_LIMIT..7000) {
        checked(&json!({"values": values, "again": values}), limit);
        checked(&json!(values), limit);
    }
}
