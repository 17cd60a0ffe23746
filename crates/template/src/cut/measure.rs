//! Size and depth of a value, without recursion and without building text.

use std::fmt::{self, Write as _};

use serde_json::{Number, Value};

/// What a value takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Size {
    /// Bytes of its compact JSON text.
    pub(super) bytes: usize,
    /// Nested arrays and objects.
    pub(super) depth: usize,
}

pub(super) fn measure(value: &Value) -> Size {
    let mut size = Size { bytes: 0, depth: 0 };
    let mut open = vec![(value, 0)];
    while let Some((value, above)) = open.pop() {
        size.bytes += match value {
            Value::Array(items) => {
                size.depth = size.depth.max(above + 1);
                open.extend(items.iter().map(|item| (item, above + 1)));
                2 + items.len().saturating_sub(1)
            }
            Value::Object(members) => {
                size.depth = size.depth.max(above + 1);
                open.extend(members.values().map(|member| (member, above + 1)));
                let names: usize = members.keys().map(|name| string_bytes(name) + 1).sum();
                2 + names + members.len().saturating_sub(1)
            }
            scalar => scalar_bytes(scalar),
        };
    }
    size
}

/// Bytes of a null, boolean, number or string; 0 for others.
pub(super) fn scalar_bytes(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(true) => 4,
        Value::Bool(false) => 5,
        Value::Number(number) => number_bytes(number),
        Value::String(text) => string_bytes(text),
        Value::Array(_) | Value::Object(_) => 0,
    }
}

/// Bytes of a JSON string with its quotes.
pub(super) fn string_bytes(text: &str) -> usize {
    2 + text.bytes().map(escaped_bytes).sum::<usize>()
}

/// Bytes that one byte takes in a JSON string as `serde_json` writes it.
pub(super) fn escaped_bytes(byte: u8) -> usize {
    match byte {
        b'"' | b'\\' | 0x08 | 0x09 | 0x0a | 0x0c | 0x0d => 2,
        0x00..=0x1f => 6,
        _ => 1,
    }
}

fn number_bytes(number: &Number) -> usize {
    struct Count(usize);
    impl fmt::Write for Count {
        fn write_str(&mut self, text: &str) -> fmt::Result {
            self.0 += text.len();
            Ok(())
        }
    }
    let mut count = Count(0);
    // Counting can't fail.
    let _ = write!(count, "{number}");
    count.0
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn agrees_with_the_writer() {
        for value in [
            json!(null),
            json!([true, false, null, -1.5e300, 18_446_744_073_709_551_615_u64, 0.1]),
            json!({"a\"\\\u{8}\u{c}\n\r\t\u{1}\u{7f}é😀": [{}, [], {"b": {"c": ""}}], "": 1}),
        ] {
            assert_eq!(measure(&value).bytes, value.to_string().len(), "{value}");
        }
        assert_eq!(measure(&json!({"a": [[1]]})).depth, 3);
        assert_eq!(measure(&json!(1)).depth, 0);
    }
}
