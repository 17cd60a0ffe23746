//! Placeholders outside quotes in a text that is nearly JSON.

use crate::scan::{Name, Syntax, next_placeholder};

/// Puts quotes around every placeholder that stands outside a JSON string; the string is then exactly one placeholder
/// and keeps its value's type. Everything else stays as it is. Works on the template's own text, never on values.
pub(super) fn quote_bare_placeholders(text: &str, syntax: Syntax) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut copied = 0;
    let mut strings = Strings::default();
    while let Some(found) = next_placeholder(text, strings.position, syntax) {
        strings.advance(text, found.start);
        if !strings.inside && matches!(found.name, Name::Path(_)) {
            out.push_str(&text[copied..found.start]);
            push_quoted(&mut out, &text[found.start..found.end]);
            copied = found.end;
            strings.position = found.end;
        } else {
            // Inside a string a placeholder may span an escaped quote; the string's own quoting counts.
            strings.advance(text, found.end);
        }
    }
    out.push_str(&text[copied..]);
    out
}

fn push_quoted(out: &mut String, placeholder: &str) {
    out.push_str(&serde_json::Value::from(placeholder).to_string());
}

/// Whether a position is inside a JSON string.
#[derive(Default)]
struct Strings {
    position: usize,
    inside: bool,
    escaped: bool,
}

impl Strings {
    fn advance(&mut self, text: &str, to: usize) {
        for byte in &text.as_bytes()[self.position..to] {
            match byte {
                _ if self.escaped => self.escaped = false,
                b'\\' if self.inside => self.escaped = true,
                b'"' => self.inside = !self.inside,
                _ => {}
            }
        }
        self.position = to;
    }
}
