//! JSONPath by RFC 9535, with a bound on the work of an evaluation.
//!
//! Own code because the tenant writes the path and a stranger's server the answer: parsing must not recurse without
//! end, regular expressions are compiled when a tool is saved, and an evaluation stops after a number of steps.

mod evaluate;
mod parse;

use regex::Regex;
use serde_json::Value;

pub(crate) use evaluate::{TooCostly, evaluate};
pub(crate) use parse::parse;

/// A path from `$` or `@` (2.1).
#[derive(Debug, Clone)]
pub(crate) struct Query {
    segments: Vec<Segment>,
}

/// 2.5
#[derive(Debug, Clone)]
enum Segment {
    Child(Vec<Selector>),
    Descendant(Vec<Selector>),
}

/// 2.3
#[derive(Debug, Clone)]
enum Selector {
    Name(String),
    Wildcard,
    Index(i64),
    Slice { start: Option<i64>, end: Option<i64>, step: i64 },
    Filter(Logical),
}

/// 2.3.5.1
#[derive(Debug, Clone)]
enum Logical {
    Or(Vec<Logical>),
    And(Vec<Logical>),
    Not(Box<Logical>),
    Exists(FilterQuery),
    Compare(Comparable, Operator, Comparable),
    Matches(TextTest),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// Where a query inside a filter starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Origin {
    Root,
    Current,
}

#[derive(Debug, Clone)]
struct FilterQuery {
    origin: Origin,
    query: Query,
}

/// What has a value, or Nothing (2.4.1, ValueType).
#[derive(Debug, Clone)]
enum Comparable {
    Literal(Value),
    /// A singular query.
    Query(FilterQuery),
    Length(Box<Comparable>),
    Count(FilterQuery),
    Value(FilterQuery),
}

/// `match` and `search` (2.4.6, 2.4.7).
#[derive(Debug, Clone)]
struct TextTest {
    whole: bool,
    text: Comparable,
    pattern: Pattern,
}

#[derive(Debug, Clone)]
enum Pattern {
    /// A literal; nothing where it is no regular expression, then no text matches.
    Fixed(Option<Regex>),
    /// A value of the answer, compiled when it is met.
    Found(Comparable),
}

impl Query {
    /// At most one node by its form (2.3.5.1, singular-query).
    fn is_singular(&self) -> bool {
        self.segments.iter().all(|segment| {
            matches!(segment, Segment::Child(selectors)
                if matches!(selectors.as_slice(), [Selector::Name(_) | Selector::Index(_)]))
        })
    }
}

/// Memory of one compiled pattern, in bytes.
const PATTERN_BYTES: usize = 256 * 1024;

/// An I-Regexp (RFC 9485) as the engine's own syntax; linear in the text. In CRLF mode a dot takes neither line end.
fn compile_pattern(pattern: &str, whole: bool) -> Option<Regex> {
    let source = if whole { format!(r"(?R)\A(?:{pattern})\z") } else { format!("(?R){pattern}") };
    regex::RegexBuilder::new(&source).size_limit(PATTERN_BYTES).dfa_size_limit(PATTERN_BYTES).build().ok()
}
