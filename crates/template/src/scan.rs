//! Finds the placeholders of a text: one left-to-right pass per syntax, linear in the text's length.

use thiserror::Error;

use crate::path::{Path, PathError};

/// Longest template text, in bytes.
pub const MAX_TEMPLATE_BYTES: usize = 1024 * 1024;

/// How placeholders are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Syntax {
    /// `{{a.b}}`: outer blanks trimmed, blanks inside a name allowed. Literal: an unclosed `{{`, an empty `{{ }}`, the
    /// outer brace of `{{{a}}}`.
    Braces,
    /// `${a.b}`: names of letters, digits and `_ - . [ ]`. Literal: everything else between the braces (`${}`,
    /// `${a b}`), an unclosed `${`. `$${a}` is the literal text `${a}`.
    Dollar,
    /// `{name}` in URLs: one name of letters, digits and `_ - .`. Literal: everything else, and `{{name}}`.
    SingleBrace,
}

/// A text that can't be a template.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{kind} (at byte {position})")]
pub struct ParseError {
    /// Byte offset in the template's text.
    pub position: usize,
    /// What is wrong there.
    pub kind: ParseErrorKind,
}

/// What is wrong with a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ParseErrorKind {
    /// The placeholder's name is no path.
    #[error(transparent)]
    Path(#[from] PathError),
    /// Longer than [`MAX_TEMPLATE_BYTES`].
    #[error("a template has at most {MAX_TEMPLATE_BYTES} bytes")]
    TooLong,
    /// Nested deeper than JSON is read elsewhere.
    #[error("a JSON template is nested at most {} levels deep", crate::json::MAX_JSON_DEPTH)]
    TooDeep,
    /// A header's literal text holds a control character.
    #[error("a header can't hold control characters")]
    HeaderControl,
}

/// A piece of a parsed text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Part {
    Literal(String),
    Variable(Path),
}

/// Splits `text` into literals and variables. Neighbouring literals are one part.
pub(crate) fn scan(text: &str, syntax: Syntax) -> Result<Vec<Part>, ParseError> {
    if text.len() > MAX_TEMPLATE_BYTES {
        return Err(ParseError { position: MAX_TEMPLATE_BYTES, kind: ParseErrorKind::TooLong });
    }
    let mut parts = Parts::default();
    let mut rest = 0;
    while let Some(found) = next_placeholder(text, rest, syntax) {
        parts.literal(&text[rest..found.start]);
        match found.name {
            Name::Escaped(literal) => parts.literal(literal),
            Name::Path(name) => {
                let path = Path::parse(name)
                    .map_err(|error| ParseError { position: found.start, kind: error.into() })?;
                parts.0.push(Part::Variable(path));
            }
        }
        rest = found.end;
    }
    parts.literal(&text[rest..]);
    Ok(parts.0)
}

/// A placeholder at `start..end` of the text.
pub(crate) struct Found<'t> {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) name: Name<'t>,
}

pub(crate) enum Name<'t> {
    Path(&'t str),
    /// An escaped placeholder: this text instead.
    Escaped(&'t str),
}

/// The next placeholder at or after byte `from`.
pub(crate) fn next_placeholder(text: &str, from: usize, syntax: Syntax) -> Option<Found<'_>> {
    match syntax {
        Syntax::Braces => next_braces(text, from),
        Syntax::Dollar => next_dollar(text, from),
        Syntax::SingleBrace => next_single_brace(text, from),
    }
}

fn next_braces(text: &str, mut from: usize) -> Option<Found<'_>> {
    loop {
        let open = from + text[from..].find("{{")?;
        let close = open + 2 + text[open + 2..].find("}}")?;
        // An opening that another one follows before the close is unclosed, so literal.
        let open = open + text[open..close].rfind("{{").unwrap_or(0);
        let name = &text[open + 2..close];
        if name.trim().is_empty() {
            from = close;
        } else {
            return Some(Found { start: open, end: close + 2, name: Name::Path(name) });
        }
    }
}

fn next_dollar(text: &str, mut from: usize) -> Option<Found<'_>> {
    loop {
        let open = from + text[from..].find("${")?;
        let name_end = open + 2 + name_len(&text[open + 2..], b"_-.[]");
        let named = name_end > open + 2 && text[name_end..].starts_with('}');
        if named && text[from..open].ends_with('$') {
            let name = Name::Escaped(&text[open..=name_end]);
            return Some(Found { start: open - 1, end: name_end + 1, name });
        }
        if named {
            return Some(Found {
                start: open,
                end: name_end + 1,
                name: Name::Path(&text[open + 2..name_end]),
            });
        }
        from = name_end;
    }
}

fn next_single_brace(text: &str, mut from: usize) -> Option<Found<'_>> {
    loop {
        let open = from + text[from..].find('{')?;
        let name_end = open + 1 + name_len(&text[open + 1..], b"_-.");
        let named = name_end > open + 1 && text[name_end..].starts_with('}');
        let doubled = text[..open].ends_with('{') || text[name_end..].starts_with("}}");
        if named && !doubled {
            return Some(Found {
                start: open,
                end: name_end + 1,
                name: Name::Path(&text[open + 1..name_end]),
            });
        }
        from = name_end;
    }
}

/// Bytes at the start of `text` that belong to a plain name.
fn name_len(text: &str, also: &[u8]) -> usize {
    text.bytes().take_while(|b| b.is_ascii_alphanumeric() || also.contains(b)).count()
}

#[derive(Default)]
struct Parts(Vec<Part>);

impl Parts {
    fn literal(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        match self.0.last_mut() {
            Some(Part::Literal(literal)) => literal.push_str(text),
            _ => self.0.push(Part::Literal(text.to_owned())),
        }
    }
}
