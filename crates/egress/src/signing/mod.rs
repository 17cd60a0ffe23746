//! Standard Webhooks signatures (security: "Standard Webhooks, exactly"), and timestamped ones.

mod plain;
mod secret;
mod timestamped;
mod verify;

use std::fmt::Write as _;

use aws_lc_rs::hmac;
use base64::{Engine as _, engine::general_purpose::STANDARD};

pub use plain::sign_body;
pub use secret::{SecretError, WebhookSecret};
pub use timestamped::sign_timestamped;
pub use verify::{TOLERANCE_SECONDS, VerifyError, verify};

/// Header with the message id, the same on every attempt.
pub const ID_HEADER: &str = "webhook-id";
/// Header with the attempt's time in whole Unix seconds.
pub const TIMESTAMP_HEADER: &str = "webhook-timestamp";
/// Header with the signatures, separated by spaces.
pub const SIGNATURE_HEADER: &str = "webhook-signature";

/// Most secrets in one signature: the current one and those of running rotations.
pub const MAX_SECRETS: usize = 11;

/// Why a message can't be signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignError {
    /// The id is empty, or holds a full stop or something that is no visible ASCII.
    #[error("a webhook id is visible ASCII without full stop")]
    Id,
    /// No secret, or more than [`MAX_SECRETS`].
    #[error("a webhook is signed with 1 to {MAX_SECRETS} secrets")]
    Secrets,
}

/// The value of [`SIGNATURE_HEADER`] for the bytes that are sent: one `v1,<base64>` per secret, the current one
/// first. `timestamp` is this attempt's, in Unix seconds.
pub fn sign(id: &str, timestamp: i64, body: &[u8], secrets: &[&WebhookSecret]) -> Result<String, SignError> {
    if id.is_empty() || !id.bytes().all(|b| b.is_ascii_graphic() && b != b'.') {
        return Err(SignError::Id);
    }
    if secrets.is_empty() || secrets.len() > MAX_SECRETS {
        return Err(SignError::Secrets);
    }
    let prefix = format!("{id}.{timestamp}.");
    let mut value = String::with_capacity(secrets.len() * 48);
    for secret in secrets {
        let mut context = hmac::Context::with_key(&secret.key());
        context.update(prefix.as_bytes());
        context.update(body);
        let separator = if value.is_empty() { "" } else { " " };
        // Writing to a String does not fail.
        let _ = write!(value, "{separator}v1,{}", STANDARD.encode(context.sign().as_ref()));
    }
    Ok(value)
}
