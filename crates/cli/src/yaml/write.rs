//! Writing YAML: block style, texts without quotes where that is safe, long texts as blocks.

use std::fmt::Write as _;

use serde_json::Value;

use super::scalar;

/// A value as YAML, with a line end.
pub(crate) fn write(value: &Value) -> String {
    let mut out = String::new();
    match value {
        Value::Object(members) if !members.is_empty() => block(&mut out, value, 0),
        Value::Array(items) if !items.is_empty() => block(&mut out, value, 0),
        other => {
            out.push_str(&flat(other));
            out.push('\n');
        }
    }
    out
}

fn block(out: &mut String, value: &Value, indent: usize) {
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                pad(out, indent);
                member(out, key, value, indent);
            }
        }
        Value::Array(items) => {
            for item in items {
                pad(out, indent);
                out.push('-');
                list_item(out, item, indent);
            }
        }
        _ => {}
    }
}

fn list_item(out: &mut String, item: &Value, indent: usize) {
    match item {
        Value::Object(members) if !members.is_empty() => {
            for (n, (key, value)) in members.iter().enumerate() {
                pad(out, if n > 0 { indent + 2 } else { 1 });
                member(out, key, value, indent + 2);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            out.push('\n');
            block(out, item, indent + 2);
        }
        other => {
            out.push(' ');
            scalar_line(out, other, indent);
        }
    }
}

fn member(out: &mut String, key: &str, value: &Value, indent: usize) {
    out.push_str(&text(key));
    out.push(':');
    match value {
        Value::Object(members) if !members.is_empty() => {
            out.push('\n');
            block(out, value, indent + 2);
        }
        Value::Array(items) if !items.is_empty() => {
            out.push('\n');
            block(out, value, indent + 2);
        }
        other => {
            out.push(' ');
            scalar_line(out, other, indent);
        }
    }
}

fn scalar_line(out: &mut String, value: &Value, indent: usize) {
    if let Value::String(lines) = value
        && fits_block(lines)
    {
        let (body, mark) = lines.strip_suffix('\n').map_or((lines.as_str(), "|-"), |body| (body, "|"));
        out.push_str(mark);
        out.push('\n');
        for line in body.split('\n') {
            if !line.is_empty() {
                pad(out, indent + 2);
                out.push_str(line);
            }
            out.push('\n');
        }
        return;
    }
    out.push_str(&flat(value));
    out.push('\n');
}

/// Whether a text of several lines can be written as a literal block and be read back as it was.
fn fits_block(text: &str) -> bool {
    text.contains('\n')
        && !text.starts_with([' ', '\n', '\t'])
        && !text.ends_with("\n\n")
        && text != "\n"
        && text.split('\n').all(|line| !line.starts_with('\t') && !line.ends_with([' ', '\t']))
        && text.chars().all(|c| c == '\n' || is_printable(c))
}

fn flat(value: &Value) -> String {
    match value {
        Value::String(string) => text(string),
        other => other.to_string(),
    }
}

/// A text on one line: as it is, or in quotes; also where only YAML 1.1 would read another thing (`no`, a date).
fn text(string: &str) -> String {
    if is_plain(string) {
        return string.to_owned();
    }
    let mut quoted = String::with_capacity(string.len() + 2);
    quoted.push('"');
    for c in string.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            '\r' => quoted.push_str("\\r"),
            c if is_printable(c) => quoted.push(c),
            c => {
                let _ = write!(quoted, "\\U{:08X}", u32::from(c));
            }
        }
    }
    quoted.push('"');
    quoted
}

fn is_plain(text: &str) -> bool {
    let starts_well = text.starts_with(|c: char| c.is_alphabetic() || matches!(c, '_' | '/' | '$' | '('));
    starts_well
        && !text.ends_with([' ', ':'])
        && !text.contains(": ")
        && !text.contains(" #")
        && text.chars().all(|c| is_printable(c) && c != '\n')
        && !scalar::is_special(text)
}

/// Neither control characters nor what an editor shows as nothing or as a line end.
fn is_printable(c: char) -> bool {
    !c.is_control() && !matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

fn pad(out: &mut String, indent: usize) {
    out.extend(std::iter::repeat_n(' ', indent));
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::yaml::read;

    #[test]
    fn a_tool_reads_well() {
        let tool = json!({
            "name": "book_appointment",
            "description": "Books.\nAsks first.\n",
            "webhook": {"url": "https://x.example/{{input.id}}", "headers": {"X-A": "a: b"}, "query": {}},
            "parameters": [{"name": "date", "required": true, "schema": {"enum": ["no", "yes", "1", 1, null]}}, []],
            "matrix": [[1, 2], [{"a": "- x"}]],
        });
        insta::assert_snapshot!(write(&tool));
        assert_eq!(read(&write(&tool)).unwrap().remove(0).value, tool);
    }

    fn any_value() -> impl Strategy<Value = Value> {
        let texts = prop_oneof![any::<String>(), "[ a-c:#\\n\\t\\-'\"{}\\[\\]|>~.0-9!&*%@`,?]{0,20}"];
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            texts.clone().prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 40, 5, move |inner| {
            let keys = texts.clone().prop_filter("merge keys are refused", |key| key != "<<");
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                prop::collection::vec((keys, inner), 0..5)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(value in any_value().prop_filter("no document", |value| !value.is_null())) {
            let text = write(&value);
            let documents = read(&text).map_err(|error| TestCaseError::fail(format!("{error}\n{text}")))?;
            prop_assert_eq!(&documents[0].value, &value, "{}", text);
        }
    }
}
