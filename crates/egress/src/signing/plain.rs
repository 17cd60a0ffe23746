//! Signatures of the body alone: hex of HMAC-SHA256. They prove who sent it, not when; Standard Webhooks go beside them.

use aws_lc_rs::hmac;

/// HMAC-SHA256 of the body in hex, keyed with all bytes of the secret's text.
pub fn sign_body(body: &[u8], secret: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    hex::encode(hmac::sign(&key, body).as_ref())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_answer() {
        // RFC 4231, test case 2.
        let tag = sign_body(b"what do ya want for nothing?", "Jefe");
        assert_eq!(tag, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    }
}
