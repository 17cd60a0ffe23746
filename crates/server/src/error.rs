//! Why a server can't be put together.

use std::path::PathBuf;

/// Errors at start.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// A PEM file can't be read.
    #[error("{path}: {reason}")]
    Pem {
        /// The file.
        path: PathBuf,
        /// Why; never the content.
        reason: String,
    },
    /// There is no such dialect.
    #[error("there is no dialect {0:?}")]
    UnknownDialect(String),
    /// Certificate and key do not go together, or can't be used.
    #[error("the certificate can't be used")]
    Tls(#[from] rustls::Error),
}
