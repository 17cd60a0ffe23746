//! Why traces can't be exported.

/// Why telemetry did not start.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The endpoint is no usable URL; says why.
    #[error("the collector's address {0}")]
    Endpoint(String),
    /// The name servers can't be read.
    #[error("the system's name servers can't be read: {0}")]
    Resolver(#[from] hookswitch_egress::DnsError),
    /// TLS can't be set up.
    #[error(transparent)]
    Tls(#[from] hookswitch_egress::TlsSetupError),
    /// The exporter can't be made; an `OTEL_…` variable may not fit.
    #[error("the exporter can't be made: {0}")]
    Exporter(String),
    /// There is no tokio runtime that could send the spans.
    #[error("no tokio runtime runs here")]
    NoRuntime,
}
