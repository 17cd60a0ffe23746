//! What came back.

use std::{net::SocketAddr, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use crate::policy::Refusal;

/// A whole answer within its limits and its deadline.
#[derive(Debug, Clone)]
pub struct Response {
    /// Of the last hop.
    pub status: StatusCode,
    /// Of the last hop; `content-encoding` and `content-length` are gone when the body was decoded.
    pub headers: HeaderMap,
    /// Decoded.
    pub body: Bytes,
    /// Of the last hop, except `total`.
    pub timings: Timings,
    /// The address that answered.
    pub peer: SocketAddr,
    /// Redirects followed.
    pub redirects: u8,
    /// Set when the answer is a redirect: why it was not followed.
    pub redirect_stop: Option<RedirectStop>,
}

/// Why a redirect was not followed; the 3xx is then the answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RedirectStop {
    /// The request's rule does not follow this kind of redirect.
    NotFollowed,
    /// As many as the rule allows have been followed.
    TooMany,
    /// To another scheme, host or port, and the rule stays at one origin.
    CrossOrigin,
    /// From https to http.
    Downgrade,
    /// The policy refuses the new target.
    Refused(Refusal),
    /// No usable `Location`.
    BadLocation,
}

/// How long each step took. Steps that a kept-alive connection skips are `None`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Timings {
    /// Name resolution.
    pub dns: Option<Duration>,
    /// TCP.
    pub connect: Option<Duration>,
    /// TLS handshake.
    pub tls: Option<Duration>,
    /// From the start of the request on a ready connection to the answer's headers.
    pub first_byte: Duration,
    /// From the call of `send` to the last byte of the answer, over all redirects.
    pub total: Duration,
    /// A kept-alive or warmed connection carried the request.
    pub reused: bool,
}
