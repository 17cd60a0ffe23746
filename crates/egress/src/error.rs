//! What went wrong with a request, and what the ledger needs most: may it have been sent?

use std::{fmt, io};

use crate::{policy::Refusal, resolve::DnsError};

/// The request provably never left: not one byte of it was handed to a socket (semantics: "Attempts and time").
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotSent {
    /// The policy does not let the target through. Never retried.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The request itself can't be sent; names what is wrong.
    #[error("the request can't be sent: {0}")]
    InvalidRequest(String),
    /// The name could not be resolved.
    #[error(transparent)]
    Dns(#[from] DnsError),
    /// Nothing listens there.
    #[error("connection refused")]
    ConnectRefused,
    /// TCP and TLS took longer than the connect timeout.
    #[error("connecting timed out")]
    ConnectTimeout,
    /// Any other failure to connect.
    #[error("connecting failed: {0}")]
    ConnectFailed(io::ErrorKind),
    /// The socket's peer is not the address that was dialled (scenario S12).
    #[error("the connection's peer is not the address that was checked")]
    PeerMismatch,
    /// The TLS handshake failed; names why.
    #[error("TLS failed: {0}")]
    Tls(String),
    /// The connection was gone before the first byte was written.
    #[error("the connection was lost before the request was written")]
    ConnectionLost,
    /// The deadline passed before the first byte was written.
    #[error("the deadline passed before the request was written")]
    Deadline,
}

/// The request was written at least in part, so the receiver may have acted on it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MaybeSent {
    /// The deadline passed before the whole answer was there.
    #[error("no complete answer before the deadline")]
    Timeout,
    /// The connection broke before the whole answer was there.
    #[error("the connection was lost before the full answer: {0}")]
    ConnectionLost(String),
    /// The decoded body is over the request's limit, or grows suspiciously fast from its compressed form.
    #[error("the answer is too large")]
    BodyTooLarge,
    /// The answer is no valid HTTP, or its headers are over the limit.
    #[error("the answer is not valid: {0}")]
    BadResponse(String),
    /// The body's content coding is unknown or broken.
    #[error("the answer's content coding can't be read: {0}")]
    BadEncoding(String),
    /// The request was answered with a redirect, and following it failed before the next request was sent.
    #[error("following a redirect failed: {0}")]
    Redirected(NotSent),
}

/// Why there is no [`Response`](crate::Response).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// Provably never sent.
    #[error(transparent)]
    NotSent(#[from] NotSent),
    /// Sent, or possibly sent.
    #[error(transparent)]
    MaybeSent(#[from] MaybeSent),
}

impl SendError {
    /// May the receiver have seen any of it?
    pub fn may_have_been_sent(&self) -> bool {
        matches!(self, Self::MaybeSent(_))
    }

    /// The policy refused the target of the request itself (not of a redirect).
    pub fn is_refusal(&self) -> bool {
        matches!(self, Self::NotSent(NotSent::Refused(_)))
    }

    /// The refusal, of the request itself or of a redirect.
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::NotSent(NotSent::Refused(refusal))
            | Self::MaybeSent(MaybeSent::Redirected(NotSent::Refused(refusal))) => Some(refusal),
            _ => None,
        }
    }

    /// The request's own deadline passed.
    pub fn is_timeout(&self) -> bool {
        matches!(
            self,
            Self::NotSent(NotSent::Deadline)
                | Self::MaybeSent(MaybeSent::Timeout | MaybeSent::Redirected(NotSent::Deadline))
        )
    }

    /// DNS, TCP or TLS failed before the request was written: what even an action may retry.
    pub fn is_connect_error(&self) -> bool {
        matches!(
            self,
            Self::NotSent(
                NotSent::Dns(_)
                    | NotSent::ConnectRefused
                    | NotSent::ConnectTimeout
                    | NotSent::ConnectFailed(_)
                    | NotSent::PeerMismatch
                    | NotSent::Tls(_)
                    | NotSent::ConnectionLost
            )
        )
    }

    /// The connection broke after the request was written: what a read may retry.
    pub fn is_connection_lost(&self) -> bool {
        matches!(self, Self::MaybeSent(MaybeSent::ConnectionLost(_)))
    }

    /// Stable code for records and metrics.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotSent(reason) => reason.code(),
            Self::MaybeSent(reason) => reason.code(),
        }
    }

    /// Short and truthful, without addresses, hosts or library wording.
    pub fn tenant_message(&self) -> String {
        match self {
            Self::NotSent(reason) => reason.tenant_message(),
            Self::MaybeSent(reason) => reason.tenant_message().to_owned(),
        }
    }
}

impl NotSent {
    /// Stable code for records and metrics.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Refused(_) => "egress_refused",
            Self::InvalidRequest(_) => "invalid_request",
            Self::Dns(error) => error.code(),
            Self::ConnectRefused => "connect_refused",
            Self::ConnectTimeout => "connect_timeout",
            Self::ConnectFailed(_) => "connect_failed",
            Self::PeerMismatch => "peer_mismatch",
            Self::Tls(_) => "tls_failed",
            Self::ConnectionLost => "connection_lost_unsent",
            Self::Deadline => "deadline_unsent",
        }
    }

    fn tenant_message(&self) -> String {
        match self {
            Self::Refused(refusal) => refusal.tenant_message(),
            Self::Dns(error) => error.to_string(),
            Self::InvalidRequest(_) => self.to_string(),
            Self::ConnectRefused => "connection refused".to_owned(),
            Self::ConnectTimeout => "connecting timed out".to_owned(),
            Self::Tls(_) => "the TLS connection could not be established".to_owned(),
            Self::Deadline => "timed out before the request was sent".to_owned(),
            Self::ConnectFailed(_) | Self::PeerMismatch | Self::ConnectionLost => {
                "could not connect".to_owned()
            }
        }
    }
}

impl MaybeSent {
    /// Stable code for records and metrics.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Timeout => "timeout",
            Self::ConnectionLost(_) => "connection_lost",
            Self::BodyTooLarge => "response_too_large",
            Self::BadResponse(_) => "bad_response",
            Self::BadEncoding(_) => "bad_encoding",
            Self::Redirected(_) => "redirect_failed",
        }
    }

    fn tenant_message(&self) -> &'static str {
        match self {
            Self::Timeout => "timed out",
            Self::ConnectionLost(_) => "the connection was lost before the full answer",
            Self::BodyTooLarge => "response too large",
            Self::BadResponse(_) => "the response is not valid HTTP",
            Self::BadEncoding(_) => "the response is compressed in a way that can't be read",
            Self::Redirected(_) => "the redirect could not be followed",
        }
    }
}

/// A short chain of an error's causes for operators; library errors often say the useful part last.
pub(crate) fn describe(error: &(dyn std::error::Error + 'static)) -> String {
    struct Chain<'a>(&'a (dyn std::error::Error + 'static));
    impl fmt::Display for Chain<'_> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "{}", self.0)?;
            let mut next = self.0.source();
            while let Some(cause) = next {
                write!(f, ": {cause}")?;
                next = cause.source();
            }
            Ok(())
        }
    }
    Chain(error).to_string()
}
