//! The path of a variable: `a.b`, `items[0].id`, `items.0.id`.

use std::fmt;

use serde_json::{Map, Value};
use thiserror::Error;

/// Longest text of a path, in characters.
pub const MAX_PATH_CHARS: usize = 256;
/// Most segments of a path.
pub const MAX_PATH_SEGMENTS: usize = 16;

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Segment {
    /// A member of an object. Digits after a dot are a key that also works as an index (`items.0`).
    Key(String),
    /// An item of an array, written `[n]`.
    Index(usize),
}

/// Whether member names must be written as they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CaseRule {
    /// Names are compared byte for byte.
    #[default]
    Exact,
    /// The exact name first, then the first member whose name differs only in case (bland: 3.3).
    Blind,
}

/// A parsed variable path. At least one segment; the first one is a key.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Path {
    text: String,
    segments: Vec<Segment>,
}

/// Why a text is no path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum PathError {
    /// Nothing between the braces, between two dots, or before a bracket.
    #[error("a part of the variable name is empty")]
    EmptySegment,
    /// `[` without a number and `]`, or text right after `]`.
    #[error("brackets in a variable name hold one array index, as in items[0].id")]
    BadIndex,
    /// Longer than [`MAX_PATH_CHARS`].
    #[error("a variable name has at most {MAX_PATH_CHARS} characters")]
    TooLong,
    /// More than [`MAX_PATH_SEGMENTS`] segments.
    #[error("a variable name has at most {MAX_PATH_SEGMENTS} parts")]
    TooDeep,
}

impl Path {
    /// Parses a path; outer blanks are trimmed, blanks inside a name stay.
    pub fn parse(text: &str) -> Result<Self, PathError> {
        let text = text.trim();
        if text.chars().nth(MAX_PATH_CHARS).is_some() {
            return Err(PathError::TooLong);
        }
        let mut segments = Vec::new();
        for dotted in text.split('.') {
            let (key, indexes) = dotted.split_at(dotted.find('[').unwrap_or(dotted.len()));
            if key.is_empty() {
                return Err(PathError::EmptySegment);
            }
            segments.push(Segment::Key(key.to_owned()));
            push_indexes(indexes, &mut segments)?;
            if segments.len() > MAX_PATH_SEGMENTS {
                return Err(PathError::TooDeep);
            }
        }
        Ok(Self { text: text.to_owned(), segments })
    }

    /// The path as it was written, without outer blanks.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The first segment's name: the variable or namespace (`input` in `{{input.date}}`).
    pub fn root(&self) -> &str {
        match self.segments.first() {
            Some(Segment::Key(key)) => key,
            _ => &self.text,
        }
    }

    /// All segments, first one first.
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// The text after the first `n` dot-separated parts (`a.b` of `parameters.a.b` for 1), if there is any. For names
    /// that hold dots themselves: a literal key `a.b` wins over the path (burki: 3.2).
    pub fn text_from(&self, n: usize) -> Option<&str> {
        self.text.splitn(n + 1, '.').nth(n)
    }

    /// Walks from `root` through all segments.
    pub fn lookup<'v>(&self, root: &'v Value, case: CaseRule) -> Option<&'v Value> {
        self.lookup_from(0, root, case)
    }

    /// Walks from `root` through the segments after the first `skip`; so a caller can strip a namespace. `root`
    /// itself when nothing is left; nothing when the path has fewer than `skip` segments.
    pub fn lookup_from<'v>(&self, skip: usize, root: &'v Value, case: CaseRule) -> Option<&'v Value> {
        self.segments.get(skip..)?.iter().try_fold(root, |value, segment| step(value, segment, case))
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

fn push_indexes(mut text: &str, segments: &mut Vec<Segment>) -> Result<(), PathError> {
    while !text.is_empty() {
        let (number, rest) =
            text.strip_prefix('[').and_then(|inner| inner.split_once(']')).ok_or(PathError::BadIndex)?;
        segments.push(Segment::Index(parse_index(number).ok_or(PathError::BadIndex)?));
        text = rest;
    }
    Ok(())
}

fn parse_index(text: &str) -> Option<usize> {
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) { None } else { text.parse().ok() }
}

fn step<'v>(value: &'v Value, segment: &Segment, case: CaseRule) -> Option<&'v Value> {
    match (value, segment) {
        (Value::Object(members), Segment::Key(key)) => member(members, key, case),
        (Value::Array(items), Segment::Key(key)) => items.get(parse_index(key)?),
        (Value::Array(items), Segment::Index(index)) => items.get(*index),
        _ => None,
    }
}

fn member<'v>(members: &'v Map<String, Value>, key: &str, case: CaseRule) -> Option<&'v Value> {
    members.get(key).or_else(|| match case {
        CaseRule::Exact => None,
        CaseRule::Blind => members.iter().find(|(name, _)| same_but_case(name, key)).map(|(_, value)| value),
    })
}

fn same_but_case(a: &str, b: &str) -> bool {
    a.eq_ignore_ascii_case(b)
        || (!(a.is_ascii() && b.is_ascii())
            && a.chars().flat_map(char::to_lowercase).eq(b.chars().flat_map(char::to_lowercase)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;

    fn find(path: &str, case: CaseRule) -> Option<Value> {
        let root = json!({"a": {"b": 1, "B": 2}, "items": [{"id": "x"}, [7, 8]], "First Name": "Ada", "0": "zero",
            "Straße": "s"});
        Path::parse(path).unwrap().lookup(&root, case).cloned()
    }

    #[test]
    fn walks_objects_and_arrays() {
        for (path, case, expected) in [
            ("a.b", CaseRule::Exact, Some(json!(1))),
            ("a.B", CaseRule::Blind, Some(json!(2))),
            ("A.b", CaseRule::Exact, None),
            ("A.b", CaseRule::Blind, Some(json!(1))),
            ("items[0].id", CaseRule::Exact, Some(json!("x"))),
            ("items.0.ID", CaseRule::Blind, Some(json!("x"))),
            ("items[1][1]", CaseRule::Exact, Some(json!(8))),
            ("items[9]", CaseRule::Exact, None),
            ("items.x", CaseRule::Exact, None),
            ("a[0]", CaseRule::Exact, None),
            (" first name ", CaseRule::Blind, Some(json!("Ada"))),
            ("0", CaseRule::Exact, Some(json!("zero"))),
            ("STRAßE", CaseRule::Blind, Some(json!("s"))),
        ] {
            assert_eq!(find(path, case), expected, "{path}");
        }
    }

    #[test]
    fn strips_a_namespace() {
        let path = Path::parse("parameters.a.b").unwrap();
        assert_eq!(path.root(), "parameters");
        assert_eq!(path.text_from(1), Some("a.b"));
        assert_eq!(path.text_from(3), None);
        let arguments = json!({"a": {"b": 3}});
        assert_eq!(path.lookup_from(1, &arguments, CaseRule::Exact), Some(&json!(3)));
        assert_eq!(path.lookup_from(3, &arguments, CaseRule::Exact), Some(&arguments));
        assert_eq!(path.lookup_from(4, &arguments, CaseRule::Exact), None);
    }

    #[test]
    fn refuses_malformed_and_huge_paths() {
        for (text, error) in [
            ("", PathError::EmptySegment),
            ("a..b", PathError::EmptySegment),
            ("[0]", PathError::EmptySegment),
            ("a[", PathError::BadIndex),
            ("a[x]", PathError::BadIndex),
            ("a[-1]", PathError::BadIndex),
            ("a[+1]", PathError::BadIndex),
            ("a[0]b", PathError::BadIndex),
            ("a[99999999999999999999999]", PathError::BadIndex),
        ] {
            assert_eq!(Path::parse(text), Err(error), "{text}");
        }
        assert_eq!(Path::parse(&"a".repeat(257)), Err(PathError::TooLong));
        assert!(Path::parse(&"ä".repeat(256)).is_ok());
        assert_eq!(Path::parse(&["a"; 17].join(".")), Err(PathError::TooDeep));
        assert_eq!(Path::parse(&format!("a{}", "[0]".repeat(16))), Err(PathError::TooDeep));
    }
}
