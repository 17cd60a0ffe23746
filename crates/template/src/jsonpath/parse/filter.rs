//! Filter expressions and function calls, typed as they are read (2.3.5, 2.4).

use serde_json::Value;

use super::super::{Comparable, FilterQuery, Logical, Operator, Origin, Pattern, TextTest, compile_pattern};
use super::cursor::Cursor;
use super::{Parsed, literal, segments};

/// `a || b || c`
pub(super) fn logical(cursor: &mut Cursor<'_>) -> Parsed<Logical> {
    chain(cursor, "||", |cursor| chain(cursor, "&&", basic, Logical::And), Logical::Or)
}

fn chain(
    cursor: &mut Cursor<'_>,
    operator: &str,
    term: impl Fn(&mut Cursor<'_>) -> Parsed<Logical>,
    join: impl Fn(Vec<Logical>) -> Logical,
) -> Parsed<Logical> {
    let first = term(cursor)?;
    let mut terms = vec![first];
    loop {
        let after_term = cursor.position();
        cursor.skip_blanks();
        if !cursor.take(operator) {
            cursor.back_to(after_term);
            return Ok(if terms.len() == 1 { terms.remove(0) } else { join(terms) });
        }
        cursor.skip_blanks();
        terms.push(term(cursor)?);
    }
}

/// A parenthesised expression, a comparison or a test.
fn basic(cursor: &mut Cursor<'_>) -> Parsed<Logical> {
    if cursor.take("!") {
        cursor.skip_blanks();
        let negated = if cursor.peek() == Some('(') { parenthesised(cursor)? } else { test(cursor)? };
        return Ok(Logical::Not(Box::new(negated)));
    }
    if cursor.peek() == Some('(') {
        return parenthesised(cursor);
    }
    let start = cursor.position();
    let left = operand(cursor)?;
    let after_left = cursor.position();
    cursor.skip_blanks();
    let Some(operator) = operator(cursor) else {
        cursor.back_to(after_left);
        return left.into_test(cursor, start);
    };
    let left = left.into_comparable(cursor, start)?;
    cursor.skip_blanks();
    let right = comparable(cursor)?;
    Ok(Logical::Compare(left, operator, right))
}

fn parenthesised(cursor: &mut Cursor<'_>) -> Parsed<Logical> {
    cursor.expect("(", "expected (")?;
    cursor.nested(|cursor| {
        cursor.skip_blanks();
        let inner = logical(cursor)?;
        cursor.skip_blanks();
        cursor.expect(")", "expected )")?;
        Ok(inner)
    })
}

fn test(cursor: &mut Cursor<'_>) -> Parsed<Logical> {
    let start = cursor.position();
    operand(cursor)?.into_test(cursor, start)
}

fn comparable(cursor: &mut Cursor<'_>) -> Parsed<Comparable> {
    let start = cursor.position();
    operand(cursor)?.into_comparable(cursor, start)
}

fn operator(cursor: &mut Cursor<'_>) -> Option<Operator> {
    [
        ("==", Operator::Equal),
        ("!=", Operator::NotEqual),
        ("<=", Operator::LessOrEqual),
        (">=", Operator::GreaterOrEqual),
        ("<", Operator::Less),
        (">", Operator::Greater),
    ]
    .into_iter()
    .find_map(|(text, operator)| cursor.take(text).then_some(operator))
}

/// What can stand alone or on a side of a comparison, before it is known which.
enum Operand {
    /// Has a value, is no test.
    Valued(Comparable),
    /// A test if it stands alone, a value if it is singular.
    Query(FilterQuery),
    /// A test, has no value.
    Test(TextTest),
}

impl Operand {
    fn into_test(self, cursor: &mut Cursor<'_>, start: usize) -> Parsed<Logical> {
        match self {
            Self::Query(query) => Ok(Logical::Exists(query)),
            Self::Test(test) => Ok(Logical::Matches(test)),
            Self::Valued(_) => {
                cursor.back_to(start);
                Err(cursor.problem("a value alone is no test; compare it"))
            }
        }
    }

    fn into_comparable(self, cursor: &mut Cursor<'_>, start: usize) -> Parsed<Comparable> {
        let message = match self {
            Self::Valued(value) => return Ok(value),
            Self::Query(query) if query.query.is_singular() => return Ok(Comparable::Query(query)),
            Self::Query(_) => "only a query for one value has a value here",
            Self::Test(_) => "match and search are tests and have no value",
        };
        cursor.back_to(start);
        Err(cursor.problem(message))
    }
}

fn operand(cursor: &mut Cursor<'_>) -> Parsed<Operand> {
    match cursor.peek() {
        Some('@' | '$') => Ok(Operand::Query(filter_query(cursor)?)),
        Some('\'' | '"') => Ok(Operand::Valued(Comparable::Literal(literal::string(cursor)?.into()))),
        Some('-' | '0'..='9') => Ok(Operand::Valued(Comparable::Literal(literal::number(cursor)?))),
        Some('a'..='z') => word(cursor),
        _ => Err(cursor.problem("expected a query, a literal or a function")),
    }
}

fn filter_query(cursor: &mut Cursor<'_>) -> Parsed<FilterQuery> {
    let origin = if cursor.take("@") {
        Origin::Current
    } else {
        cursor.expect("$", "expected a query that begins with @ or $")?;
        Origin::Root
    };
    Ok(FilterQuery { origin, query: segments(cursor)? })
}

/// `true`, `false`, `null`, or a function call.
fn word(cursor: &mut Cursor<'_>) -> Parsed<Operand> {
    let start = cursor.position();
    let name = cursor.take_while(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if cursor.take("(") {
        return cursor.nested(|cursor| call(cursor, name, start));
    }
    let literal = match name {
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        "null" => Value::Null,
        _ => {
            cursor.back_to(start);
            return Err(cursor.problem("expected true, false, null or a function call"));
        }
    };
    Ok(Operand::Valued(Comparable::Literal(literal)))
}

/// A call of a function of the RFC, its arguments read by their declared types.
fn call(cursor: &mut Cursor<'_>, name: &str, start: usize) -> Parsed<Operand> {
    cursor.skip_blanks();
    let called = match name {
        "length" => Operand::Valued(Comparable::Length(Box::new(comparable(cursor)?))),
        "count" => Operand::Valued(Comparable::Count(filter_query(cursor)?)),
        "value" => Operand::Valued(Comparable::Value(filter_query(cursor)?)),
        "match" | "search" => {
            let text = comparable(cursor)?;
            cursor.skip_blanks();
            cursor.expect(",", "a pattern follows as the second argument")?;
            cursor.skip_blanks();
            let whole = name == "match";
            let pattern = match comparable(cursor)? {
                Comparable::Literal(Value::String(pattern)) => {
                    Pattern::Fixed(compile_pattern(&pattern, whole))
                }
                Comparable::Literal(_) => Pattern::Fixed(None),
                found => Pattern::Found(found),
            };
            Operand::Test(TextTest { whole, text, pattern })
        }
        _ => {
            cursor.back_to(start);
            return Err(cursor.problem("the functions are length, count, match, search and value"));
        }
    };
    cursor.skip_blanks();
    cursor.expect(")", "expected ) after the arguments")?;
    Ok(called)
}
