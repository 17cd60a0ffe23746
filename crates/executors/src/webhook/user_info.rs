//! User info of a URL: sent as `Authorization: Basic`, never as part of the URL (RFC 7617).

use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::header::{AUTHORIZATION, HeaderMap, HeaderValue};

use super::Refused;

/// Takes `user:password@` out of a URL. A configured `Authorization` wins over it.
pub(super) fn take(url: String, headers: &mut HeaderMap) -> Result<String, Refused> {
    let Some(start) = url.find("://").map(|at| at + 3) else { return Ok(url) };
    let end = url[start..].find(['/', '?', '#']).map_or(url.len(), |at| start + at);
    let Some(at) = url[start..end].rfind('@').map(|at| start + at) else { return Ok(url) };
    if !headers.contains_key(AUTHORIZATION) {
        let decoded: Vec<u8> = percent_encoding::percent_decode_str(&url[start..at]).collect();
        let mut value = HeaderValue::from_str(&format!("Basic {}", STANDARD.encode(decoded)))
            .map_err(|_| Refused::Header(AUTHORIZATION))?;
        value.set_sensitive(true);
        headers.insert(AUTHORIZATION, value);
    }
    Ok(format!("{}{}", &url[..start], &url[at + 1..]))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn becomes_basic_authentication() {
        let mut headers = HeaderMap::new();
        let url = take("https://Aladdin:open%20sesame@h.example/a@b".to_owned(), &mut headers).unwrap();
        assert_eq!(url, "https://h.example/a@b");
        assert_eq!(headers[AUTHORIZATION], "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, HeaderValue::from_static("Bearer x"));
        assert_eq!(take("https://u:p@h.example".to_owned(), &mut headers).unwrap(), "https://h.example");
        assert_eq!(headers[AUTHORIZATION], "Bearer x");
        assert_eq!(
            take("https://h.example/a@b".to_owned(), &mut HeaderMap::new()).unwrap(),
            "https://h.example/a@b"
        );
    }
}
