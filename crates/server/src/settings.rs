//! Limits of the server, set by the operator.

use std::path::PathBuf;
use std::time::Duration;

/// What the server does at most. Bodies have their own limit: 1 MiB.
#[derive(Debug, Clone)]
pub struct ServerSettings {
    /// Connections at once; more wait in the system's queue.
    pub max_connections: usize,
    /// Longest time from the first byte of a request to the end of its headers.
    pub header_timeout: Duration,
    /// How long a connection may be silent between requests.
    pub idle_timeout: Duration,
    /// Largest head of a request, in bytes.
    pub max_head: usize,
    /// Most headers of a request.
    pub max_headers: usize,
    /// Longest time of a TLS handshake.
    pub handshake_timeout: Duration,
    /// How long running requests are waited for at shutdown.
    pub drain: Duration,
}

impl Default for ServerSettings {
    fn default() -> Self {
        Self {
            max_connections: 10_000,
            header_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_secs(75),
            max_head: 32 * 1024,
            max_headers: 100,
            handshake_timeout: Duration::from_secs(10),
            drain: Duration::from_secs(30),
        }
    }
}

/// PEM files for TLS.
#[derive(Debug, Clone)]
pub struct TlsFiles {
    /// The certificate chain, the server's own first.
    pub cert: PathBuf,
    /// The private key.
    pub key: PathBuf,
}
