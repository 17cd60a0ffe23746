//! The symmetric secret of a webhook.

use std::fmt;

use aws_lc_rs::{hmac, rand::SecureRandom as _};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use secrecy::{ExposeSecret as _, SecretSlice, SecretString};

const PREFIX: &str = "whsec_";
const GENERATED_BYTES: usize = 32;
const MIN_BYTES: usize = 24;
const MAX_BYTES: usize = 64;

/// 24 to 64 random bytes, written as `whsec_` and base64.
#[derive(Clone)]
pub struct WebhookSecret(SecretSlice<u8>);

/// Why a text is no webhook secret. Never holds the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// Not padded standard base64 after the optional `whsec_`.
    #[error("a webhook secret is base64, with or without the prefix whsec_")]
    Encoding,
    /// Shorter than 24 or longer than 64 bytes.
    #[error("a webhook secret has {MIN_BYTES} to {MAX_BYTES} bytes")]
    Length,
    /// The system gave no random bytes.
    #[error("no random bytes from the system")]
    Random,
}

impl WebhookSecret {
    /// Reads `whsec_<base64>` or plain base64.
    pub fn parse(text: &str) -> Result<Self, SecretError> {
        let encoded = text.strip_prefix(PREFIX).unwrap_or(text);
        let bytes = STANDARD.decode(encoded).map_err(|_| SecretError::Encoding)?;
        if !(MIN_BYTES..=MAX_BYTES).contains(&bytes.len()) {
            return Err(SecretError::Length);
        }
        Ok(Self(bytes.into()))
    }

    /// A new secret of 32 random bytes.
    pub fn generate() -> Result<Self, SecretError> {
        let mut bytes = vec![0; GENERATED_BYTES];
        aws_lc_rs::rand::SystemRandom::new().fill(&mut bytes).map_err(|_| SecretError::Random)?;
        Ok(Self(bytes.into()))
    }

    /// `whsec_<base64>`, to be shown once or sealed.
    pub fn reveal(&self) -> SecretString {
        format!("{PREFIX}{}", STANDARD.encode(self.0.expose_secret())).into()
    }

    pub(super) fn key(&self) -> hmac::Key {
        hmac::Key::new(hmac::HMAC_SHA256, self.0.expose_secret())
    }
}

impl fmt::Debug for WebhookSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WebhookSecret([REDACTED])")
    }
}
