//! W3C trace context (level 1): passed on when it is well formed, dropped when it is not.

use http::HeaderMap;

/// The `traceparent` of a request, if it has exactly the form of version 00 and names a trace.
pub fn traceparent(headers: &HeaderMap) -> Option<String> {
    let text = headers.get("traceparent")?.to_str().ok()?;
    is_valid(text).then(|| text.to_owned())
}

fn is_valid(text: &str) -> bool {
    let mut parts = text.split('-');
    let mut part = |length: usize| {
        parts.next().filter(|part| {
            part.len() == length && part.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        })
    };
    let is_named = |part: &str| part.bytes().any(|byte| byte != b'0');
    let fits = part(2) == Some("00") && part(32).is_some_and(is_named) && part(16).is_some_and(is_named);
    fits && part(2).is_some() && text.len() == 55
}

#[cfg(test)]
mod tests {
    use super::is_valid;

    #[test]
    fn only_the_documented_form_passes() {
        assert!(is_valid("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"));
        for text in [
            "",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
            "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x",
        ] {
            assert!(!is_valid(text), "{text}");
        }
    }
}
