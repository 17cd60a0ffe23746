//! Splits a URL's text into base, path and query, and refuses what could move the host.

use super::{MAX_URL_BYTES, Path, UrlError, UrlTemplate, has_dot_segment};
use crate::scan::{Part, Syntax, scan};

pub(super) fn split(text: &str, syntax: Syntax) -> Result<UrlTemplate, UrlError> {
    if text.len() > MAX_URL_BYTES {
        return Err(UrlError::TooLong);
    }
    let parts = scan(text, syntax)?;
    check_characters(text, &parts)?;
    let (base, rest) = split_base(parts)?;
    let (before_fragment, fragment) = split_at(rest, '#');
    if fragment.is_some_and(|parts| variables(&parts).next().is_some()) {
        return Err(UrlError::VariableInFragment);
    }
    let (path, query) = split_at(before_fragment, '?');
    if has_literal_dot_segment(&path) {
        return Err(UrlError::DotSegment);
    }
    let has_query = query.is_some();
    let query = query.unwrap_or_default();
    Ok(UrlTemplate { source: text.to_owned(), base, authority: None, path, query, has_query })
}

/// Parsers read blanks, controls and backslashes in different ways; none of them belongs into a URL.
pub(super) fn check_characters(text: &str, parts: &[Part]) -> Result<(), UrlError> {
    let bad = |c: char| c.is_control() || c.is_whitespace() || c == '\\';
    for part in parts {
        if let Part::Literal(literal) = part
            && let Some(offset) = literal.find(bad)
        {
            // Literals are copied from the text, so theirs is the first place where it occurs.
            let start = text.find(literal.as_str()).unwrap_or(0);
            return Err(UrlError::BadCharacter { position: start + offset });
        }
    }
    Ok(())
}

/// Takes scheme and authority off the front. They must lie in the first literal, with their end in sight.
fn split_base(parts: Vec<Part>) -> Result<(String, Vec<Part>), UrlError> {
    let literal_only = parts.len() == 1;
    let mut parts = parts.into_iter();
    let first = match parts.next() {
        Some(Part::Literal(first)) => first,
        Some(Part::Variable(_)) => return Err(UrlError::VariableInAuthority),
        None => return Err(UrlError::BadScheme),
    };
    let Some(scheme_len) = scheme_len(&first) else {
        // `ht{{x}}` or `https:{{x}}`: the variable is what spoils it.
        let cut_short = !literal_only && !first.contains("://");
        return Err(if cut_short { UrlError::VariableInAuthority } else { UrlError::BadScheme });
    };
    let end = match first[scheme_len..].find(['/', '?', '#']) {
        Some(offset) => scheme_len + offset,
        None if literal_only => first.len(),
        None => return Err(UrlError::VariableInAuthority),
    };
    if end == scheme_len {
        return Err(UrlError::NoHost);
    }
    let (base, rest) = first.split_at(end);
    let rest = (!rest.is_empty()).then(|| Part::Literal(rest.to_owned()));
    Ok((base.to_owned(), rest.into_iter().chain(parts).collect()))
}

fn scheme_len(text: &str) -> Option<usize> {
    ["https://", "http://"]
        .into_iter()
        .find(|scheme| text.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)))
        .map(str::len)
}

/// Splits at the first literal `mark`, which is dropped.
fn split_at(parts: Vec<Part>, mark: char) -> (Vec<Part>, Option<Vec<Part>>) {
    let mut before = Vec::new();
    let mut after: Option<Vec<Part>> = None;
    for part in parts {
        match (&mut after, part) {
            (Some(after), part) => after.push(part),
            (None, Part::Literal(literal)) => match literal.split_once(mark) {
                None => before.push(Part::Literal(literal)),
                Some((left, right)) => {
                    before.extend(part_of(left));
                    after = Some(part_of(right).into_iter().collect());
                }
            },
            (None, variable) => before.push(variable),
        }
    }
    (before, after)
}

fn part_of(literal: &str) -> Option<Part> {
    (!literal.is_empty()).then(|| Part::Literal(literal.to_owned()))
}

fn variables(parts: &[Part]) -> impl Iterator<Item = &Path> {
    super::variables(parts)
}

/// A whole `.` or `..` segment in the text itself. A variable counts as a character: what it becomes is seen when it
/// is filled.
fn has_literal_dot_segment(path: &[Part]) -> bool {
    let shape: String =
        path.iter().map(|part| if let Part::Literal(text) = part { text.as_str() } else { "x" }).collect();
    has_dot_segment(&shape)
}
