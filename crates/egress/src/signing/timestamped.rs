//! Signatures of the form `t=<unix seconds>,v1=<hex>` (pyai: 3.2).

use std::fmt::Write as _;

use aws_lc_rs::hmac;

/// HMAC-SHA256 of `<t>.<body>`, keyed with all bytes of each secret's text; one `v1` for each, the current one first.
pub fn sign_timestamped<'s>(timestamp: i64, body: &[u8], secrets: impl Iterator<Item = &'s str>) -> String {
    let prefix = format!("{timestamp}.");
    let mut value = format!("t={timestamp}");
    for secret in secrets.take(super::MAX_SECRETS) {
        let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()));
        context.update(prefix.as_bytes());
        context.update(body);
        // Writing to a String does not fail.
        let _ = write!(value, ",v1={}", hex::encode(context.sign().as_ref()));
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_answers() {
        let body = br#"{"call_id":"call_1","agent_id":"agent_1","arguments":{"city":"Lahore"}}"#;
        let short = sign_timestamped(1_700_000_000, body, ["whsec_test"].into_iter());
        assert_eq!(short, "t=1700000000,v1=bea2424c7c6eeeff08b916daa44ac688046b0cbb19492983f1f85d503d143ec0");
        let secrets = [
            "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
            "whsec_ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=",
        ];
        let both = sign_timestamped(1_700_000_000, body, secrets.into_iter());
        let first = "8775ac51d32c80ebd75dad1a39e96579ab1bbf8d317e5dddc30cd2128ee6d38b";
        let second = "2841300b76021ede0d38b9af913b10d65433d10bc53bfa0bf1514287d3b958ea";
        assert_eq!(both, format!("t=1700000000,v1={first},v1={second}"));
    }
}
