//! Text to query. One function a production of the RFC's grammar, on a cursor; nesting is bounded.

mod cursor;
mod filter;
mod literal;

use cursor::Cursor;

use super::{Query, Segment, Selector};

/// Deepest nesting of brackets, parentheses and function calls.
const MAX_NESTING: usize = 16;

/// Why a text is no path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Problem {
    /// Byte offset.
    pub(crate) position: usize,
    /// What was expected.
    pub(crate) message: &'static str,
}

type Parsed<T> = Result<T, Problem>;

/// A whole path, from `$` to the end of the text.
pub(crate) fn parse(text: &str) -> Parsed<Query> {
    let mut cursor = Cursor::new(text);
    cursor.expect("$", "a path begins with $")?;
    let query = segments(&mut cursor)?;
    if cursor.at_end() { Ok(query) } else { Err(cursor.problem("a segment begins with . or [")) }
}

/// What follows `$` or `@`. Blanks may stand before a segment, not after the last one.
fn segments(cursor: &mut Cursor<'_>) -> Parsed<Query> {
    let mut segments = Vec::new();
    loop {
        let before_blanks = cursor.position();
        cursor.skip_blanks();
        let segment = if cursor.take("..") {
            Segment::Descendant(if cursor.peek() == Some('[') {
                bracketed(cursor)?
            } else {
                shorthand(cursor)?
            })
        } else if cursor.take(".") {
            Segment::Child(shorthand(cursor)?)
        } else if cursor.peek() == Some('[') {
            Segment::Child(bracketed(cursor)?)
        } else {
            cursor.back_to(before_blanks);
            return Ok(Query { segments });
        };
        segments.push(segment);
    }
}

/// `*` or a plain member name. A hyphen inside a name is our liberty (bland: 3.5); no operator of the grammar uses it.
fn shorthand(cursor: &mut Cursor<'_>) -> Parsed<Vec<Selector>> {
    if cursor.take("*") {
        return Ok(vec![Selector::Wildcard]);
    }
    let first = |c: char| c.is_ascii_alphabetic() || c == '_' || !c.is_ascii();
    if !cursor.peek().is_some_and(first) {
        return Err(cursor.problem("a member name or * follows a dot"));
    }
    let name = cursor.take_while(|c| first(c) || c.is_ascii_digit() || c == '-');
    Ok(vec![Selector::Name(name.to_owned())])
}

fn bracketed(cursor: &mut Cursor<'_>) -> Parsed<Vec<Selector>> {
    cursor.expect("[", "expected [")?;
    cursor.nested(|cursor| {
        let mut selectors = Vec::new();
        loop {
            cursor.skip_blanks();
            selectors.push(selector(cursor)?);
            cursor.skip_blanks();
            if !cursor.take(",") {
                cursor.expect("]", "expected , or ]")?;
                return Ok(selectors);
            }
        }
    })
}

fn selector(cursor: &mut Cursor<'_>) -> Parsed<Selector> {
    match cursor.peek() {
        Some('\'' | '"') => Ok(Selector::Name(literal::string(cursor)?)),
        Some('*') => {
            cursor.take("*");
            Ok(Selector::Wildcard)
        }
        Some('?') => {
            cursor.take("?");
            cursor.skip_blanks();
            Ok(Selector::Filter(filter::logical(cursor)?))
        }
        Some('-' | ':' | '0'..='9') => index_or_slice(cursor),
        _ => Err(cursor.problem("expected a quoted name, an index, a slice, * or ?")),
    }
}

fn index_or_slice(cursor: &mut Cursor<'_>) -> Parsed<Selector> {
    let start = literal::optional_integer(cursor)?;
    let after_start = cursor.position();
    cursor.skip_blanks();
    if !cursor.take(":") {
        cursor.back_to(after_start);
        return start.map(Selector::Index).ok_or_else(|| cursor.problem("expected an index"));
    }
    cursor.skip_blanks();
    let end = literal::optional_integer(cursor)?;
    cursor.skip_blanks();
    let mut step = None;
    if cursor.take(":") {
        cursor.skip_blanks();
        step = literal::optional_integer(cursor)?;
    }
    Ok(Selector::Slice { start, end, step: step.unwrap_or(1) })
}
