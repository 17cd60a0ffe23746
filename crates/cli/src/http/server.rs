//! Which server is spoken to, and with which key.

use secrecy::{ExposeSecret as _, SecretString};
use url::{Host, Url};

use crate::error::CliError;

/// A base URL and a key.
#[derive(Debug, Clone)]
pub(crate) struct Server {
    url: Url,
    key: Option<SecretString>,
    /// The key stands alone in its header, without a scheme.
    has_bare_key: bool,
}

impl Server {
    /// Reads a base URL: http or https, perhaps with a path before `/v1`.
    pub(crate) fn parse(text: &str, key: Option<SecretString>) -> Result<Self, CliError> {
        let refuse = |why: &str| {
            let hint =
                "give the server's base URL, such as http://127.0.0.1:8080, by --url or HOOKSWITCH_URL";
            Err(CliError::usage(format!("the server's URL can't be used: {why}"), hint))
        };
        let url = match Url::parse(text) {
            Ok(url) => url,
            Err(error) => return refuse(&error.to_string()),
        };
        if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
            return refuse("it must begin with http:// or https://");
        }
        if !url.username().is_empty() || url.password().is_some() {
            return refuse("it must not hold a user name or password");
        }
        if url.query().is_some() || url.fragment().is_some() {
            return refuse("it must not have a query or fragment");
        }
        Ok(Self { url, key, has_bare_key: false })
    }

    /// The same server, for APIs that want the key without a scheme.
    pub(crate) fn with_bare_key(self) -> Self {
        Self { has_bare_key: true, ..self }
    }

    /// The value of the `Authorization` header.
    pub(crate) fn authorization(&self) -> Option<String> {
        let scheme = if self.has_bare_key { "" } else { "Bearer " };
        self.key.as_ref().map(|key| format!("{scheme}{}", key.expose_secret()))
    }

    /// Whether a key would cross a network unencrypted.
    pub(crate) fn exposes_key(&self) -> bool {
        let is_local = match self.url.host() {
            Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        };
        self.key.is_some() && !self.is_https() && !is_local
    }

    /// Whether TLS is spoken.
    pub(crate) fn is_https(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// The host as the system's resolver takes it: no brackets around IPv6.
    pub(crate) fn host(&self) -> String {
        match self.url.host() {
            Some(Host::Domain(name)) => name.to_owned(),
            Some(Host::Ipv4(address)) => address.to_string(),
            Some(Host::Ipv6(address)) => address.to_string(),
            None => String::new(),
        }
    }

    /// The port, the scheme's own when the URL names none.
    pub(crate) fn port(&self) -> u16 {
        self.url.port_or_known_default().unwrap_or(80)
    }

    /// The value of the `Host` header.
    pub(crate) fn authority(&self) -> String {
        let host = self.url.host_str().unwrap_or_default();
        self.url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }

    /// The request target of an API path that begins with `/`.
    pub(crate) fn target(&self, path: &str) -> String {
        format!("{}{path}", self.url.path().trim_end_matches('/'))
    }
}

impl std::fmt::Display for Server {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(self.url.as_str().trim_end_matches('/'))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn server(text: &str) -> Server {
        Server::parse(text, Some(SecretString::from("hs_live_x"))).unwrap()
    }

    #[test]
    fn a_base_url_may_have_a_path() {
        let server = server("https://Example.com/tools/");
        assert_eq!(server.target("/v1/me"), "/tools/v1/me");
        assert_eq!((server.authority(), server.port()), ("example.com".to_owned(), 443));
        assert_eq!(server.to_string(), "https://example.com/tools");
    }

    #[test]
    fn ipv6_is_dialled_without_brackets() {
        let server = server("http://[::1]:8080");
        assert_eq!((server.host(), server.authority()), ("::1".to_owned(), "[::1]:8080".to_owned()));
    }

    #[test]
    fn what_is_no_base_url_is_refused() {
        for text in ["localhost:8080", "ftp://x", "http://", "http://a:b@x", "http://x/?q=1", "http://x/#f"] {
            assert!(Server::parse(text, None).is_err(), "{text}");
        }
    }

    #[test]
    fn a_key_over_plain_http_is_noticed_unless_local() {
        assert!(server("http://10.0.0.5").exposes_key());
        for text in ["http://127.0.0.1:1", "http://[::1]", "http://localhost", "https://example.com"] {
            assert!(!server(text).exposes_key(), "{text}");
        }
    }

    #[test]
    fn the_key_is_never_shown() {
        assert!(!format!("{:?}", server("http://x")).contains("hs_live_x"));
    }
}
