//! One look over the bytes of a body before it is parsed: nesting and duplicate keys, which the parser of values
//! lets pass. What is no JSON at all is left for the parser to report.

use std::borrow::Cow;
use std::collections::HashSet;

use super::JsonFault;

/// Deepest nesting of a body.
pub const MAX_DEPTH: usize = 64;
/// Objects with more keys than this are checked by hash.
const FEW_KEYS: usize = 16;

enum Level<'a> {
    Object { keys: Vec<Cow<'a, str>>, many: HashSet<Cow<'a, str>> },
    List { index: usize },
}

/// Refuses bodies that are too deep or name a key twice in one object.
pub(super) fn check(bytes: &[u8]) -> Result<(), JsonFault> {
    let mut levels: Vec<Level<'_>> = Vec::new();
    let mut at = 0;
    // Whether a string that comes now is a key.
    let mut is_key = false;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'{' | b'[' => {
                if levels.len() >= MAX_DEPTH {
                    let message = format!("more than {MAX_DEPTH} levels of nesting");
                    return Err(fault(&levels, "too_deep", message));
                }
                is_key = *byte == b'{';
                levels.push(if is_key {
                    Level::Object { keys: Vec::new(), many: HashSet::new() }
                } else {
                    Level::List { index: 0 }
                });
            }
            b'}' | b']' => {
                levels.pop();
                is_key = false;
            }
            b',' => match levels.last_mut() {
                Some(Level::Object { .. }) => is_key = true,
                Some(Level::List { index }) => *index += 1,
                None => return Ok(()),
            },
            b'"' => {
                let Some(end) = end_of_string(bytes, at + 1) else { return Ok(()) };
                if is_key {
                    is_key = false;
                    let Some(key) = text_of(&bytes[at..=end]) else { return Ok(()) };
                    if !note(&mut levels, key) {
                        return Err(fault(&levels, "duplicate_key", "the key is there twice".to_owned()));
                    }
                }
                at = end;
            }
            _ => {}
        }
        at += 1;
    }
    Ok(())
}

/// Notes a key of the innermost object; false when it had it already.
fn note<'a>(levels: &mut [Level<'a>], key: Cow<'a, str>) -> bool {
    let Some(Level::Object { keys, many }) = levels.last_mut() else { return true };
    let is_new = if keys.len() < FEW_KEYS {
        !keys.contains(&key)
    } else {
        if many.is_empty() {
            many.extend(keys.iter().cloned());
        }
        many.insert(key.clone())
    };
    keys.push(key);
    is_new
}

/// Index of the closing quote of a string whose first byte is at `from`.
fn end_of_string(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        match bytes.get(at)? {
            b'"' => return Some(at),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

/// The text of a quoted string; keys that are written differently may be the same.
fn text_of(quoted: &[u8]) -> Option<Cow<'_, str>> {
    if quoted.contains(&b'\\') {
        return serde_json::from_slice::<String>(quoted).ok().map(Cow::Owned);
    }
    std::str::from_utf8(quoted.get(1..quoted.len() - 1)?).ok().map(Cow::Borrowed)
}

fn fault(levels: &[Level<'_>], code: &'static str, message: String) -> JsonFault {
    let mut path = "$".to_owned();
    // A path as deep as the limit helps nobody.
    for level in levels.iter().take(16) {
        match level {
            Level::Object { keys, .. } => {
                if let Some(key) = keys.last() {
                    path.push('.');
                    path.extend(key.chars().take(64));
                }
            }
            Level::List { index } => path.push_str(&super::place(*index)),
        }
    }
    JsonFault::Malformed { path, code, message }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;
    use serde_json::Value;

    /// JSON values of moderate size.
    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(6, 64, 8, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
                prop::collection::hash_map(any::<String>(), inner, 0..8)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_serde_writes_passes(value in value(), pretty: bool) {
            let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) };
            prop_assert_eq!(check(text.unwrap().as_bytes()), Ok(()));
        }

        #[test]
        fn a_key_written_twice_is_found(value in value(), key: String, others in 0..40_usize) {
            let key = serde_json::to_string(&key).unwrap();
            let others: Vec<String> = (0..others).map(|number| format!(r#""other key {number}":0,"#)).collect();
            let others = others.concat();
            let text = format!("[{{{key}:{value},{others}{key}:1}}]");
            let found = matches!(check(text.as_bytes()), Err(JsonFault::Malformed { code: "duplicate_key", .. }));
            prop_assert!(found, "{}", text);
        }

        #[test]
        fn arbitrary_bytes_never_panic(bytes: Vec<u8>) {
            let _ = crate::json::parse::<Value>(&bytes);
        }
    }

    fn code(text: &str) -> Option<(String, &'static str)> {
        match check(text.as_bytes()) {
            Err(JsonFault::Malformed { path, code, .. }) => Some((path, code)),
            _ => None,
        }
    }

    #[test]
    fn duplicates_are_found_wherever_they_are() {
        assert_eq!(code(r#"{"a":{"b":[{"c":1,"c":2}]}}"#), Some(("$.a.b[0].c".to_owned(), "duplicate_key")));
        assert_eq!(code(r#"{"a":1,"\u0061":2}"#), Some(("$.a".to_owned(), "duplicate_key")));
        let many: Vec<String> = (0..40).map(|n| format!("\"k{n}\":0")).collect();
        assert_eq!(code(&format!("{{{}}}", many.join(","))), None);
        assert_eq!(
            code(&format!("{{{},\"k3\":1}}", many.join(","))),
            Some(("$.k3".to_owned(), "duplicate_key"))
        );
    }

    #[test]
    fn the_same_key_in_other_objects_is_fine() {
        assert_eq!(code(r#"[{"a":1},{"a":{"a":"a, \"a\": {"}}]"#), None);
    }

    #[test]
    fn depth_is_bounded() {
        let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        assert_eq!(code(&nested(MAX_DEPTH)), None);
        assert_eq!(code(&nested(MAX_DEPTH + 1)).unwrap().1, "too_deep");
    }

    #[test]
    fn broken_texts_are_left_to_the_parser() {
        for text in ["", "{", "\"", "{\"a", "}", "]]]", ",,,", "{\"\\", "{\"a\\u12\":1}"] {
            assert_eq!(code(text), None, "{text}");
        }
    }
}
