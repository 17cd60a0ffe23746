//! serde's messages without the values that they quote: a value may be a secret sent to the wrong field.

/// Code and sentence for a message of serde.
pub(crate) fn sentence(text: &str) -> (&'static str, String) {
    let text = without_place(text);
    if let Some(rest) = text.strip_prefix("invalid type: ") {
        return ("invalid_type", expected(rest));
    }
    if let Some(rest) = text.strip_prefix("invalid value: ") {
        return ("invalid_value", expected(rest));
    }
    if let Some(rest) = text.strip_prefix("invalid length ") {
        // serde takes lists for objects, and says so only when their length is wrong.
        return (
            "invalid_type",
            expected(&format!("sequence, {}", rest.split_once(", ").map_or("", |part| part.1))),
        );
    }
    if text.starts_with("unknown variant ") {
        let known = text.find(", expected ").map_or("another word", |at| &text[at + 2..]);
        return ("unknown_value", known.to_owned());
    }
    if let Some(rest) = text.strip_prefix("unknown field ") {
        // The name only: lists of what is known are in the documentation.
        let name = rest.split(", ").next().unwrap_or(rest);
        return ("unknown_field", format!("unknown field {name}"));
    }
    if text.starts_with("missing field ") {
        return ("missing_field", text.to_owned());
    }
    if text.starts_with("duplicate field ") {
        return ("duplicate_key", text.to_owned());
    }
    ("invalid_value", text.to_owned())
}

/// The field in backquotes that a sentence names.
pub(super) fn named(sentence: &str) -> Option<&str> {
    sentence.split('`').nth(1)
}

fn without_place(text: &str) -> &str {
    text.rfind(" at line ").map_or(text, |at| &text[..at])
}

fn expected(rest: &str) -> String {
    match rest.rfind(", expected ") {
        Some(at) => format!("expected {}, found {}", wanted(&rest[at + 11..]), kind_of(&rest[..at])),
        None => "not what is expected here".to_owned(),
    }
}

/// What serde wanted, in words that are not Rust's.
fn wanted(text: &str) -> &str {
    let word = text.split([' ', '`']).next().unwrap_or(text);
    match word {
        "struct" => "an object",
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number from 0 on",
        "i8" | "i16" | "i32" | "i64" | "isize" => "a whole number",
        "f32" | "f64" => "a number",
        _ => match text {
            "a map" => "an object",
            "a sequence" => "a list",
            "a string" => "a text",
            "a boolean" => "true or false",
            _ => text,
        },
    }
}

/// What serde found, without the value.
fn kind_of(found: &str) -> &str {
    let word = found.split([' ', '`', '"']).next().unwrap_or(found);
    match word {
        "integer" | "floating" => "a number",
        "string" => "a text",
        "boolean" => "true or false",
        "sequence" => "a list",
        "map" => "an object",
        "null" | "unit" => "null",
        _ => "another value",
    }
}

#[cfg(test)]
mod tests {
    use super::sentence;

    #[test]
    fn values_are_left_out() {
        let cases = [
            (
                r#"invalid type: string "hush, expected", expected u32 at line 1 column 2"#,
                "invalid_type",
                "expected a whole number from 0 on, found a text",
            ),
            (
                "invalid length 0, expected struct X with 2 elements",
                "invalid_type",
                "expected an object, found a list",
            ),
            ("unknown variant `hush`, expected `a` or `b`", "unknown_value", "expected `a` or `b`"),
            ("unknown field `x`, expected one of `a`, `b`", "unknown_field", "unknown field `x`"),
            (
                "invalid value: integer `-1`, expected u32",
                "invalid_value",
                "expected a whole number from 0 on, found a number",
            ),
        ];
        for (text, code, message) in cases {
            assert_eq!(sentence(text), (code, message.to_owned()), "{text}");
        }
    }
}
