//! The one text of a JSON value, to be hashed: equal arguments give equal bytes (semantics: Words, act).

use std::fmt::Write as _;

use serde_json::{Number, Value};

/// Compact JSON with members sorted by name (by their UTF-8 bytes) and numbers in one form (`1.0` is `1`, `-0` is
/// `0`, `1e2` is `100`).
pub fn canonical(value: &Value) -> String {
    let mut out = String::new();
    write_value(&mut out, value);
    out
}

fn write_value(out: &mut String, value: &Value) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Value::Number(number) => write_number(out, number),
        Value::String(text) => write_string(out, text),
        Value::Array(items) => {
            out.push('[');
            for (n, item) in items.iter().enumerate() {
                if n > 0 {
                    out.push(',');
                }
                write_value(out, item);
            }
            out.push(']');
        }
        Value::Object(members) => {
            let mut sorted: Vec<_> = members.iter().collect();
            sorted.sort_unstable_by_key(|(name, _)| *name);
            out.push('{');
            for (n, (name, member)) in sorted.into_iter().enumerate() {
                if n > 0 {
                    out.push(',');
                }
                write_string(out, name);
                out.push(':');
                write_value(out, member);
            }
            out.push('}');
        }
    }
}

/// Whole numbers up to here are read as integers when they are written without a point.
const INTEGERS: f64 = 18_446_744_073_709_551_616.0;

fn write_number(out: &mut String, number: &Number) {
    // Writing to a String can't fail.
    let _ = match number.as_f64() {
        // Exact: a double without fraction is a whole number.
        Some(float) if number.is_f64() && float.fract() == 0.0 && float.abs() < INTEGERS => {
            write!(out, "{}", float as i128)
        }
        _ => write!(out, "{number}"),
    };
}

fn write_string(out: &mut String, text: &str) {
    let _ = write!(out, "{}", Value::from(text));
}
