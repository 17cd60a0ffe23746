//! JSON paths as people and models read them: `$.items[0].id`, `$['full name']`.

/// Appends a member.
pub(crate) fn push_member(path: &mut String, name: &str) {
    if is_shorthand(name) {
        path.push('.');
        path.push_str(name);
    } else {
        path.push_str("['");
        path.push_str(&shorten(name).replace('\\', "\\\\").replace('\'', "\\'"));
        path.push_str("']");
    }
}

/// Appends an array index.
pub(crate) fn push_index(path: &mut String, index: usize) {
    path.push('[');
    path.push_str(&index.to_string());
    path.push(']');
}

fn is_shorthand(name: &str) -> bool {
    let starts_well = name.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '_' | '$'));
    starts_well
        && name.len() <= MAX_SHOWN
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '$'))
}

/// Longest part of a value or name in a message, in characters.
const MAX_SHOWN: usize = 64;

/// A text for a message: cut to 64 characters, control characters replaced, so that it stays one short line.
pub(crate) fn shorten(text: &str) -> String {
    let mut chars = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    let mut short: String = chars.by_ref().take(MAX_SHOWN).collect();
    if chars.next().is_some() {
        short.pop();
        short.push('…');
    }
    short
}
