//! serde's messages without the values that they quote: a value may be a secret sent to the wrong field.

/// Code and sentence for a message of serde.
pub(crate) fn sentence(text: &str) -> (&'static str, String) {
    let text = without_place(text);
    if let Some(rest) = text.strip_prefix("invalid type: ") {
        return ("invalid_type", expected(rest));
    }
    for start in ["invalid value: ", "invalid length "] {
        if let Some(rest) = text.strip_prefix(start) {
            return ("invalid_value", expected(rest));
        }
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
        Some(at) => format!("expected {}, found {}", &rest[at + 11..], kind_of(&rest[..at])),
        None => "not what is expected here".to_owned(),
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
                "expected u32, found a text",
            ),
            ("unknown variant `hush`, expected `a` or `b`", "unknown_value", "expected `a` or `b`"),
            ("unknown field `x`, expected one of `a`, `b`", "unknown_field", "unknown field `x`"),
            ("invalid value: integer `-1`, expected u32", "invalid_value", "expected u32, found a number"),
        ];
        for (text, code, message) in cases {
            assert_eq!(sentence(text), (code, message.to_owned()), "{text}");
        }
    }
}
