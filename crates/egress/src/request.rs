//! What to send, and under which rules.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, Method, header};
use tokio::time::Instant;

use crate::url::CheckedUrl;

/// Default limit of a decoded answer: 1 MiB (semantics: "Attempts and time").
pub const MAX_BODY_BYTES: usize = 1024 * 1024;

/// An action takes a kept-alive connection only when it has been idle for less than this: many servers close
/// theirs after 2 to 5 s, and losing that race would read as `unknown`.
pub const ACTION_IDLE: Duration = Duration::from_secs(2);

/// Which redirects are followed. Every hop is checked anew, and none leads from https to http.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RedirectRule {
    /// None: a 3xx is the answer.
    #[default]
    None,
    /// 307 and 308 to the same scheme, host and port, with method and body.
    SameOrigin307And308 {
        /// Most redirects in one request.
        max_hops: u8,
    },
    /// 301, 302 and 303 become a GET without body (HEAD stays), 307 and 308 keep both. To another origin, headers
    /// marked sensitive and headers whose names speak of credentials are left out.
    Follow {
        /// Most redirects in one request.
        max_hops: u8,
    },
}

/// How the receiver proves who it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum TlsRule {
    /// A certificate of a trusted authority for this name.
    #[default]
    Verified,
    /// Any certificate; needs [`InsecureTls::Allowed`](crate::InsecureTls::Allowed) in the policy.
    Insecure,
}

/// Which kept-alive connections may carry the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Freshness {
    /// Any that the pool still holds.
    #[default]
    Any,
    /// Only one that has been idle for less than this, else a new one.
    IdleUnder(Duration),
}

/// One request. `Host`, framing and `accept-encoding` are set by the client ([`is_reserved_header`]).
#[derive(Debug, Clone)]
pub struct Request {
    /// Any method but CONNECT.
    pub method: Method,
    /// Where to.
    pub url: CheckedUrl,
    /// Mark secret values with [`http::HeaderValue::set_sensitive`]: they don't follow a redirect to another origin.
    pub headers: HeaderMap,
    /// Sent with its length.
    pub body: Bytes,
    /// Which redirects are followed.
    pub redirects: RedirectRule,
    /// How the receiver proves who it is.
    pub tls: TlsRule,
    /// Limit of the decoded answer in bytes.
    pub max_body: usize,
    /// Which kept-alive connections may carry it.
    pub freshness: Freshness,
    /// The request starts to leave before this moment or not at all; its answer may take until the deadline.
    pub send_by: Option<Instant>,
}

impl Request {
    /// A request without headers and body, with the default rules.
    pub fn new(method: Method, url: CheckedUrl) -> Self {
        Self {
            method,
            url,
            headers: HeaderMap::new(),
            body: Bytes::new(),
            redirects: RedirectRule::default(),
            tls: TlsRule::default(),
            max_body: MAX_BODY_BYTES,
            freshness: Freshness::default(),
            send_by: None,
        }
    }
}

/// Headers that belong to the connection and that no caller sets. A request with one of them is not sent.
pub fn is_reserved_header(name: &HeaderName) -> bool {
    const RESERVED: &[HeaderName] = &[
        header::HOST,
        header::CONTENT_LENGTH,
        header::TRANSFER_ENCODING,
        header::CONNECTION,
        header::UPGRADE,
        header::TE,
        header::TRAILER,
        header::EXPECT,
        header::ACCEPT_ENCODING,
        header::PROXY_AUTHORIZATION,
    ];
    RESERVED.contains(name) || matches!(name.as_str(), "keep-alive" | "proxy-connection" | "http2-settings")
}

/// Does the name speak of credentials? Such headers don't follow a redirect to another origin.
pub(crate) fn names_credentials(name: &HeaderName) -> bool {
    const WORDS: &[&str] =
        &["auth", "cookie", "token", "secret", "key", "signature", "password", "credential", "session"];
    name != "idempotency-key" && WORDS.iter().any(|word| name.as_str().contains(word))
}
