//! The status line in a NOTIFY of a REFER (RFC 3515, `message/sipfrag`).

/// Longest body that is looked at.
const MAX_FRAGMENT: usize = 8 * 1024;

/// The code of `SIP/2.0 200 OK`; `None` for anything else.
pub(crate) fn status_of(body: &[u8]) -> Option<u16> {
    if body.len() > MAX_FRAGMENT {
        return None;
    }
    let text = std::str::from_utf8(body).ok()?;
    let line = text.lines().map(str::trim).find(|line| !line.is_empty())?;
    let mut words = line.split_ascii_whitespace();
    if !words.next()?.eq_ignore_ascii_case("SIP/2.0") {
        return None;
    }
    let code = words.next()?;
    let is_code = code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_digit());
    code.parse().ok().filter(|code| is_code && (100..700).contains(code))
}

/// Whether a `Subscription-State` says that nothing more comes.
pub(crate) fn is_terminated(state: &str) -> bool {
    state.split(';').next().is_some_and(|word| word.trim().eq_ignore_ascii_case("terminated"))
}

/// The key of an INFO body: `application/dtmf-relay` (`Signal=5`) or `application/dtmf` (`5`).
pub(crate) fn digit_of(body: &[u8]) -> Option<char> {
    let text = std::str::from_utf8(body.get(..256.min(body.len()))?).ok()?;
    let signal = text.lines().find_map(|line| {
        let (name, value) = line.split_once('=')?;
        name.trim().eq_ignore_ascii_case("signal").then(|| value.trim().to_owned())
    });
    let signal = signal.unwrap_or_else(|| text.trim().to_owned());
    let mut keys = signal.chars();
    let key = match (keys.next()?, keys.next(), keys.next()) {
        ('1', Some('0'), None) => '*',
        ('1', Some('1'), None) => '#',
        (key, None, None) => key.to_ascii_uppercase(),
        _ => return None,
    };
    hookswitch_media::dtmf::code_of(key).map(|_| key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn status_lines() {
        assert_eq!(status_of(b"SIP/2.0 200 OK\r\n"), Some(200));
        assert_eq!(status_of(b"\r\nsip/2.0 486"), Some(486));
        for other in
            [&b""[..], b"SIP/2.0", b"SIP/2.0 20 x", b"HTTP/1.1 200 OK", b"SIP/2.0 999 x", b"\xff\xfe"]
        {
            assert_eq!(status_of(other), None);
        }
        assert!(is_terminated("terminated;reason=noresource"));
        assert!(!is_terminated("active;expires=60"));
    }

    #[test]
    fn info_bodies() {
        assert_eq!(digit_of(b"Signal=5\r\nDuration=160\r\n"), Some('5'));
        assert_eq!(digit_of(b"Signal= *\r\n"), Some('*'));
        assert_eq!(digit_of(b"#"), Some('#'));
        assert_eq!(digit_of(b"Signal=11\n"), Some('#'));
        assert_eq!(digit_of(b"Signal=x"), None);
        assert_eq!(digit_of(b""), None);
    }
}
