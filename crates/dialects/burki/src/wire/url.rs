//! Secrets inside URLs: the password of user info and query values under names that speak of secrets (burki: 3.10).

use hookswitch_model::secret::is_secret_name;
use hookswitch_registry::is_placeholder_only;
use hookswitch_template::Syntax;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::redact::{REDACTED, is_secret_member, nothing_stored};
use super::refusal::Refusal;

/// A URL in pieces that together are the text again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Pieces<'u> {
    /// Up to the password.
    before: &'u str,
    password: Option<&'u str>,
    /// From `@` to the query.
    middle: &'u str,
    query: Option<&'u str>,
    /// From `#` on.
    fragment: &'u str,
}

fn pieces(url: &str) -> Pieces<'_> {
    let (url, fragment) = url.find('#').map_or((url, ""), |at| url.split_at(at));
    let (head, query) = url.split_once('?').map_or((url, None), |(head, query)| (head, Some(query)));
    let start = head.find("://").map_or(0, |at| at + 3);
    let end = head[start..].find('/').map_or(head.len(), |at| start + at);
    let password = head[start..end].rfind('@').and_then(|at| {
        let colon = head[start..start + at].find(':')? + start + 1;
        Some((colon, start + at))
    });
    match password {
        Some((from, to)) => Pieces {
            before: &head[..from],
            password: Some(&head[from..to]),
            middle: &head[to..],
            query,
            fragment,
        },
        None => Pieces { before: head, password: None, middle: "", query, fragment },
    }
}

/// The URL with its secrets replaced in place.
pub fn redacted(url: &str) -> String {
    let pieces = pieces(url);
    let mut shown = pieces.before.to_owned();
    if let Some(password) = pieces.password {
        shown.push_str(if is_placeholder(password) || password.is_empty() { password } else { REDACTED });
    }
    shown.push_str(pieces.middle);
    if let Some(query) = pieces.query {
        let pairs = query.split('&').map(|pair| match pair.split_once('=') {
            Some((name, value)) if is_secret(name) && !value.is_empty() && !is_placeholder(value) => {
                format!("{name}={REDACTED}")
            }
            _ => pair.to_owned(),
        });
        shown.push('?');
        shown.push_str(&pairs.collect::<Vec<_>>().join("&"));
    }
    shown + pieces.fragment
}

/// The URL with `[REDACTED]` put back from the stored one.
pub fn restored(url: &str, stored: Option<&str>) -> Result<String, Refusal> {
    let absent = || nothing_stored("configuration.url");
    let (new, old) = (pieces(url), stored.map(pieces));
    let mut whole = new.before.to_owned();
    match new.password {
        Some(REDACTED) => whole.push_str(old.and_then(|old| old.password).ok_or_else(absent)?),
        Some(password) => whole.push_str(password),
        None => {}
    }
    whole.push_str(new.middle);
    if let Some(query) = new.query {
        let old_pairs: Vec<(&str, &str)> = (old.and_then(|old| old.query).into_iter())
            .flat_map(|query| query.split('&').filter_map(|pair| pair.split_once('=')))
            .collect();
        let mut pairs = Vec::new();
        for (index, pair) in query.split('&').enumerate() {
            match pair.split_once('=') {
                Some((name, value)) if value == REDACTED => {
                    let same = query.split('&').take(index).filter(|pair| starts(pair, name)).count();
                    let kept = old_pairs.iter().filter(|(other, _)| *other == name).nth(same);
                    pairs.push(format!("{name}={}", kept.ok_or_else(absent)?.1));
                }
                _ => pairs.push(pair.to_owned()),
            }
        }
        whole.push('?');
        whole.push_str(&pairs.join("&"));
    }
    Ok(whole + new.fragment)
}

fn starts(pair: &str, name: &str) -> bool {
    pair.split_once('=').is_some_and(|(other, _)| other == name)
}

/// The URL with other values in its query, where `with` has one for the name and value of a pair.
pub fn with_values(url: &str, mut with: impl FnMut(&str, &str) -> Option<String>) -> String {
    let pieces = pieces(url);
    let mut whole = format!("{}{}{}", pieces.before, pieces.password.unwrap_or_default(), pieces.middle);
    if let Some(query) = pieces.query {
        let pairs = query.split('&').map(|pair| match pair.split_once('=') {
            Some((name, value)) => {
                let other = with(name, value);
                other.map_or_else(|| pair.to_owned(), |other| format!("{name}={other}"))
            }
            None => pair.to_owned(),
        });
        whole.push('?');
        whole.push_str(&pairs.collect::<Vec<_>>().join("&"));
    }
    whole + pieces.fragment
}

/// RFC 3986, 2.3: unreserved characters stay as they are.
const DATA: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A value of a query as it was meant.
pub fn decoded(value: &str) -> String {
    percent_decode_str(&value.replace('+', " ")).decode_utf8_lossy().into_owned()
}

/// A value as it stands in a query.
pub fn encoded(value: &str) -> String {
    utf8_percent_encode(value, DATA).to_string()
}

/// Whether a value under this name is a secret.
pub fn is_secret(name: &str) -> bool {
    is_secret_name(name) || is_secret_member(name)
}

fn is_placeholder(value: &str) -> bool {
    is_placeholder_only(value, Syntax::Dollar)
}

/// The parts of a URL that are shown as `[REDACTED]`, replaced by what `with` makes of their names. For copies whose
/// secrets do not come along.
pub fn unset(url: &str, mut with: impl FnMut(&str) -> String) -> String {
    let pieces = pieces(url);
    let mut whole = pieces.before.to_owned();
    if let Some(password) = pieces.password {
        whole.push_str(&if password == REDACTED { with("password") } else { password.to_owned() });
    }
    whole.push_str(pieces.middle);
    if let Some(query) = pieces.query {
        let pairs = query.split('&').map(|pair| match pair.split_once('=') {
            Some((name, REDACTED)) => format!("{name}={}", with(name)),
            _ => pair.to_owned(),
        });
        whole.push('?');
        whole.push_str(&pairs.collect::<Vec<_>>().join("&"));
    }
    whole + pieces.fragment
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn secrets_are_hidden_in_place_and_come_back() {
        for (url, shown) in [
            (
                "https://u:p@h.example/a?api_key=k&q=1#f",
                "https://u:[REDACTED]@h.example/a?api_key=[REDACTED]&q=1#f",
            ),
            ("https://u@h.example/a?q=@:x", "https://u@h.example/a?q=@:x"),
            ("https://h.example/a:b@c", "https://h.example/a:b@c"),
            ("https://u:${env.P}@h.example?token=${T}", "https://u:${env.P}@h.example?token=${T}"),
            ("https://h.example?key=1&key=2", "https://h.example?key=[REDACTED]&key=[REDACTED]"),
            ("nonsense", "nonsense"),
        ] {
            assert_eq!(redacted(url), shown);
            assert_eq!(restored(shown, Some(url)).unwrap(), url);
        }
        assert!(restored("https://h.example?key=[REDACTED]", None).is_err());
        assert!(restored("https://u:[REDACTED]@h.example", Some("https://h.example")).is_err());
        assert_eq!(
            unset("https://u:[REDACTED]@h.example?key=[REDACTED]&a=b", |name| format!("<{name}>")),
            "https://u:<password>@h.example?key=<key>&a=b"
        );
    }
}
