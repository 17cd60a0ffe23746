//! A whole answer of the server.

use bytes::Bytes;
use http::StatusCode;
use serde_json::Value;

/// Status and body; the body both as it came and as JSON.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    /// HTTP status.
    pub(crate) status: StatusCode,
    /// The body as it came.
    pub(crate) raw: Bytes,
    /// The body as JSON; `null` when it is empty.
    pub(crate) value: Value,
}

impl Answer {
    /// Reads a body; `None` when it is neither empty nor JSON.
    pub(super) fn read(status: StatusCode, raw: Bytes) -> Option<Self> {
        let value = if raw.is_empty() { Value::Null } else { serde_json::from_slice(&raw).ok()? };
        Some(Self { status, raw, value })
    }
}
