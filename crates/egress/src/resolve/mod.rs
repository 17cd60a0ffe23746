//! Names to addresses, within a budget. Whether an address may be dialled is the policy's business.

mod hickory;

use std::{fmt, net::IpAddr};

use futures_util::future::BoxFuture;

pub use hickory::HickoryResolver;

/// Most answers that are looked at; a name with more is refused, since every answer must be checked.
pub const MAX_ANSWERS: usize = 1024;

/// Why a name has no addresses (scenario S10). Messages are fit for tenants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum DnsError {
    /// NXDOMAIN.
    #[error("the host name does not exist")]
    NotFound,
    /// The name exists without an address.
    #[error("the host name has no address")]
    NoAnswers,
    /// SERVFAIL, REFUSED, or no usable name server.
    #[error("the host name could not be looked up")]
    ServerFailure,
    /// The DNS budget ran out.
    #[error("looking up the host name timed out")]
    Timeout,
    /// More than [`MAX_ANSWERS`].
    #[error("the host name has too many addresses")]
    TooManyAnswers,
}

impl DnsError {
    /// Stable code for records and metrics.
    pub fn code(self) -> &'static str {
        match self {
            Self::NotFound => "dns_not_found",
            Self::NoAnswers => "dns_no_answers",
            Self::ServerFailure => "dns_server_failure",
            Self::Timeout => "dns_timeout",
            Self::TooManyAnswers => "dns_too_many_answers",
        }
    }
}

/// What [`Resolver::lookup`] returns.
pub type ResolveFuture<'a> = BoxFuture<'a, Result<Vec<IpAddr>, DnsError>>;

/// Resolves fully qualified names. The client bounds the time and the number of answers itself.
pub trait Resolver: fmt::Debug + Send + Sync + 'static {
    /// All A and AAAA addresses of a canonical name (lower case, punycode, without trailing dot). Search domains and
    /// `/etc/hosts` play no part.
    fn lookup<'a>(&'a self, name: &'a str) -> ResolveFuture<'a>;
}
