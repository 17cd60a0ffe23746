//! Strings, integers and numbers (2.3.1.1, 2.3.3.1, 2.3.5.1).

use serde_json::{Number, Value};

use super::Parsed;
use super::cursor::Cursor;

/// Indexes stay within what a double holds exactly (RFC 7493, section 2.2).
const MAX_EXACT: i64 = 9_007_199_254_740_991;

/// A string in either kind of quotes.
pub(super) fn string(cursor: &mut Cursor<'_>) -> Parsed<String> {
    let quote = cursor.next();
    let mut text = String::new();
    loop {
        let here = cursor.position();
        match cursor.next() {
            None => return Err(cursor.problem("the closing quote is missing")),
            c if c == quote => return Ok(text),
            Some('\\') => text.push(escaped(cursor, quote)?),
            Some(c) if c < ' ' => {
                cursor.back_to(here);
                return Err(cursor.problem("control characters are escaped in strings"));
            }
            Some(c) => text.push(c),
        }
    }
}

fn escaped(cursor: &mut Cursor<'_>, quote: Option<char>) -> Parsed<char> {
    let here = cursor.position();
    Ok(match cursor.next() {
        Some('b') => '\u{8}',
        Some('f') => '\u{c}',
        Some('n') => '\n',
        Some('r') => '\r',
        Some('t') => '\t',
        Some(c @ ('/' | '\\')) => c,
        Some('u') => unicode(cursor)?,
        c if c == quote && c.is_some() => c.unwrap_or_default(),
        _ => {
            cursor.back_to(here);
            return Err(cursor.problem("unknown escape"));
        }
    })
}

/// Four hexadecimal digits, or a surrogate pair of two such escapes.
fn unicode(cursor: &mut Cursor<'_>) -> Parsed<char> {
    let unit = four_digits(cursor)?;
    let code = match unit {
        0xD800..=0xDBFF => {
            cursor.expect("\\u", "a low surrogate follows a high one")?;
            let low = four_digits(cursor)?;
            if !(0xDC00..=0xDFFF).contains(&low) {
                return Err(cursor.problem("a low surrogate follows a high one"));
            }
            0x1_0000 + ((unit - 0xD800) << 10) + (low - 0xDC00)
        }
        other => other,
    };
    char::from_u32(code).ok_or_else(|| cursor.problem("a low surrogate stands alone"))
}

fn four_digits(cursor: &mut Cursor<'_>) -> Parsed<u32> {
    let digits = cursor.rest().get(..4).filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()));
    let Some(unit) = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()) else {
        return Err(cursor.problem("four hexadecimal digits follow \\u"));
    };
    cursor.back_to(cursor.position() + 4);
    Ok(unit)
}

/// An integer without leading zeros or minus zero, if a digit or minus comes next.
pub(super) fn optional_integer(cursor: &mut Cursor<'_>) -> Parsed<Option<i64>> {
    let here = cursor.position();
    let text = integer_text(cursor);
    if text.is_empty() {
        return Ok(None);
    }
    let value = text.parse().ok().filter(|value: &i64| value.abs() <= MAX_EXACT);
    match value {
        Some(value) if text != "-0" && is_plain_integer(text) => Ok(Some(value)),
        _ => {
            cursor.back_to(here);
            Err(cursor.problem("not an integer without leading zeros and within 2^53"))
        }
    }
}

/// A JSON number; minus zero is one here.
pub(super) fn number(cursor: &mut Cursor<'_>) -> Parsed<Value> {
    let here = cursor.position();
    let start = cursor.rest();
    let mut valid = is_plain_integer(integer_text(cursor));
    if cursor.take(".") {
        valid &= !cursor.take_while(|c| c.is_ascii_digit()).is_empty();
    }
    if cursor.take("e") || cursor.take("E") {
        let _signed = cursor.take("-") || cursor.take("+");
        valid &= !cursor.take_while(|c| c.is_ascii_digit()).is_empty();
    }
    let text = &start[..cursor.position() - here];
    let number = text.parse::<Number>().ok().filter(|_| valid);
    number.map(Value::Number).ok_or_else(|| {
        cursor.back_to(here);
        cursor.problem("not a number")
    })
}

fn integer_text<'t>(cursor: &mut Cursor<'t>) -> &'t str {
    let start = cursor.rest();
    let here = cursor.position();
    cursor.take("-");
    cursor.take_while(|c| c.is_ascii_digit());
    &start[..cursor.position() - here]
}

fn is_plain_integer(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    !digits.is_empty() && (digits == "0" || !digits.starts_with('0'))
}
