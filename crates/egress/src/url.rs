//! URLs: parsed once, checked as raw text, handed on as values (security: "parser disagreement").

use std::{fmt, net::IpAddr};

use url::Url;

use crate::policy::RefusalClass;

/// Longest accepted URL in bytes.
pub const MAX_URL_BYTES: usize = 8 * 1024;

/// Longest DNS name without its trailing dot (RFC 1035).
const MAX_NAME_BYTES: usize = 253;
const MAX_LABEL_BYTES: usize = 63;

/// Where a URL points: a name for DNS, or an address.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Host {
    /// Canonical: lower case, punycode, no trailing dot.
    Name(String),
    /// A literal address in its canonical spelling.
    Address(IpAddr),
}

impl fmt::Display for Host {
    /// A name or an address without brackets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Address(address) => address.fmt(f),
        }
    }
}

/// An http or https URL whose text passed the rules that need no policy. What a policy made of it is only true for
/// that policy; [`Client::send`](crate::Client::send) checks again.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct CheckedUrl {
    url: Url,
    host: Host,
    port: u16,
}

impl CheckedUrl {
    pub(crate) fn parse(text: &str) -> Result<Self, RefusalClass> {
        let raw_host = check_raw(text)?;
        let mut url = Url::parse(text).map_err(|_| RefusalClass::Malformed)?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(RefusalClass::Userinfo);
        }
        let host = match url.host().ok_or(RefusalClass::Malformed)? {
            url::Host::Ipv4(address) if raw_host != address.to_string() => {
                return Err(RefusalClass::AddressSpelling);
            }
            url::Host::Ipv4(address) => Host::Address(address.into()),
            url::Host::Ipv6(address) => Host::Address(address.into()),
            url::Host::Domain(name) => Host::Name(check_name(name).ok_or(RefusalClass::Malformed)?),
        };
        if let Host::Name(name) = &host {
            url.set_host(Some(name)).map_err(|_| RefusalClass::Malformed)?;
        }
        url.set_fragment(None);
        let port = url.port_or_known_default().filter(|port| *port != 0).ok_or(RefusalClass::Port)?;
        Ok(Self { url, host, port })
    }

    /// The URL without fragment, user name, password and trailing dot.
    pub fn as_url(&self) -> &Url {
        &self.url
    }

    /// Its host.
    pub fn host(&self) -> &Host {
        &self.host
    }

    /// Its port, the scheme's where it names none.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// https, as opposed to http.
    pub fn is_https(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// Same scheme, host and port.
    pub fn is_same_origin(&self, other: &Self) -> bool {
        self.is_https() == other.is_https() && self.host == other.host && self.port == other.port
    }
}

impl fmt::Display for CheckedUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.url.fmt(f)
    }
}

impl fmt::Debug for CheckedUrl {
    /// Path and query may hold secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CheckedUrl({}://{}:{}/…)", self.url.scheme(), self.host, self.port)
    }
}

/// Checks the raw text and gives back the host as it was written.
fn check_raw(text: &str) -> Result<&str, RefusalClass> {
    if text.len() > MAX_URL_BYTES {
        return Err(RefusalClass::TooLong);
    }
    if text.chars().any(|c| c.is_control() || c.is_whitespace() || c == '\\') {
        return Err(RefusalClass::Characters);
    }
    let (scheme, rest) = text.split_once(':').ok_or(RefusalClass::Malformed)?;
    if !scheme.eq_ignore_ascii_case("http") && !scheme.eq_ignore_ascii_case("https") {
        return Err(RefusalClass::Scheme);
    }
    let rest = rest.strip_prefix("//").ok_or(RefusalClass::Malformed)?;
    let authority = &rest[..rest.find(['/', '?', '#']).unwrap_or(rest.len())];
    if authority.is_empty() {
        return Err(RefusalClass::Malformed);
    }
    if authority.contains('@') {
        return Err(RefusalClass::Userinfo);
    }
    let port_at = authority.rfind(':').filter(|colon| !authority[*colon..].contains(']'));
    Ok(&authority[..port_at.unwrap_or(authority.len())])
}

/// A name that DNS can hold, without its trailing dot. The parser has lower-cased and punycoded it.
fn check_name(name: &str) -> Option<String> {
    let name = name.strip_suffix('.').unwrap_or(name);
    let label_fits = |label: &str| {
        (1..=MAX_LABEL_BYTES).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_')
    };
    (name.len() <= MAX_NAME_BYTES && name.split('.').all(label_fits)).then(|| name.to_owned())
}

/// One canonical form of a host name in a setting; `None` when it is no name.
pub(crate) fn canonical_name(text: &str) -> Option<String> {
    match url::Host::parse(text).ok()? {
        url::Host::Domain(name) => check_name(&name),
        _ => None,
    }
}
