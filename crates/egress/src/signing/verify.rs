//! Checking a Standard Webhooks signature that came in.

use aws_lc_rs::hmac;
use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::{MAX_SECRETS, WebhookSecret};

/// How far the sender's clock may be from ours, both ways, in seconds.
pub const TOLERANCE_SECONDS: u64 = 300;

/// Why a message is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// Made too long ago, or in the future.
    #[error("the signature's time is more than 5 minutes away")]
    Time,
    /// None of the signatures was made with one of the secrets.
    #[error("no signature matches")]
    Signature,
}

/// Checks the headers' values against the bytes that came. `now` and `timestamp` are Unix seconds.
pub fn verify(
    (id, timestamp, signatures): (&str, i64, &str),
    body: &[u8],
    now: i64,
    secrets: &[&WebhookSecret],
) -> Result<(), VerifyError> {
    if now.abs_diff(timestamp) > TOLERANCE_SECONDS {
        return Err(VerifyError::Time);
    }
    let mut signed = format!("{id}.{timestamp}.").into_bytes();
    signed.extend_from_slice(body);
    let given = signatures.split(' ').filter_map(|part| part.strip_prefix("v1,")).take(MAX_SECRETS);
    for signature in given.filter_map(|text| STANDARD.decode(text).ok()) {
        // The library compares in constant time.
        if secrets.iter().any(|secret| hmac::verify(&secret.key(), &signed, &signature).is_ok()) {
            return Ok(());
        }
    }
    Err(VerifyError::Signature)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// The published vector of the npm library (security: "Known-answer vectors").
    #[test]
    fn the_published_vector_is_taken_and_nothing_else() {
        let secret = WebhookSecret::parse("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let (id, at) = ("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330);
        let good = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
        let body = br#"{"test": 2432232314}"#;
        assert_eq!(verify((id, at, good), body, at + 300, &[&secret]), Ok(()));
        assert_eq!(verify((id, at, &format!("junk v1,AA {good}")), body, at, &[&secret]), Ok(()));
        assert_eq!(verify((id, at, good), body, at + 301, &[&secret]), Err(VerifyError::Time));
        assert_eq!(verify((id, at, good), b"{}", at, &[&secret]), Err(VerifyError::Signature));
        assert_eq!(verify(("other", at, good), body, at, &[&secret]), Err(VerifyError::Signature));
        assert_eq!(verify((id, at, ""), body, at, &[&secret]), Err(VerifyError::Signature));
    }
}
