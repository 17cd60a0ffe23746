//! Standard Webhooks: known answers and the rules around them (security: "Known-answer vectors").

use hookswitch_egress::signing::{MAX_SECRETS, SecretError, SignError, WebhookSecret, sign};
use proptest::prelude::*;
use secrecy::ExposeSecret as _;

fn secret(text: &str) -> WebhookSecret {
    WebhookSecret::parse(text).unwrap()
}

#[test]
fn known_answers() {
    for (key, id, timestamp, body, signature) in [
        (
            "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
            "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk",
            1_649_367_553,
            r#"{"email":"test@example.com","username":"test_user"}"#,
            "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=",
        ),
        (
            "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1_614_265_330,
            r#"{"test": 2432232314}"#,
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        ),
    ] {
        assert_eq!(sign(id, timestamp, body.as_bytes(), &[&secret(key)]).unwrap(), signature);
    }
}

#[test]
fn a_rotation_signs_with_both_the_current_first() {
    let (new, old) = (WebhookSecret::generate().unwrap(), WebhookSecret::generate().unwrap());
    let alone = |secret| sign("msg_1", 1, b"x", &[secret]).unwrap();
    let both = sign("msg_1", 1, b"x", &[&new, &old]).unwrap();
    assert_eq!(both, format!("{} {}", alone(&new), alone(&old)));
}

#[test]
fn what_is_no_secret() {
    for (text, error) in [
        ("", SecretError::Length),
        ("whsec_", SecretError::Length),
        ("whsec_AA", SecretError::Encoding),
        ("whsec_!!!!", SecretError::Encoding),
        ("whsk_C2FVsBQIhrscChlQIMV+b5sSYspob7oD", SecretError::Encoding),
        ("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7o=", SecretError::Length),
        (&"A".repeat(88), SecretError::Length),
    ] {
        assert_eq!(WebhookSecret::parse(text).unwrap_err(), error, "{text}");
    }
    for length in [24, 63, 64] {
        let bytes = base64_of(length);
        assert!(WebhookSecret::parse(&bytes).is_ok(), "{length}");
    }
}

fn base64_of(length: usize) -> String {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    STANDARD.encode(vec![7; length])
}

#[test]
fn generated_secrets_differ_and_come_back() {
    let (one, other) = (WebhookSecret::generate().unwrap(), WebhookSecret::generate().unwrap());
    assert_ne!(one.reveal().expose_secret(), other.reveal().expose_secret());
    let again = secret(one.reveal().expose_secret());
    assert_eq!(sign("a", 1, b"", &[&one]), sign("a", 1, b"", &[&again]));
    assert!(one.reveal().expose_secret().starts_with("whsec_"));
    assert_eq!(format!("{one:?}"), "WebhookSecret([REDACTED])");
}

#[test]
fn what_can_not_be_signed() {
    let key = WebhookSecret::generate().unwrap();
    for id in ["", "a.b", "a b", "a\n", "ü"] {
        assert_eq!(sign(id, 1, b"", &[&key]), Err(SignError::Id), "{id:?}");
    }
    assert_eq!(sign("a", 1, b"", &[]), Err(SignError::Secrets));
    let many: Vec<&WebhookSecret> = std::iter::repeat_n(&key, MAX_SECRETS + 1).collect();
    assert_eq!(sign("a", 1, b"", &many), Err(SignError::Secrets));
    assert!(sign("a", 1, b"", &many[1..]).is_ok());
}

proptest! {
    /// Moving a byte between id, time and body changes the signature.
    #[test]
    fn no_two_messages_share_a_signature(
        a in ("[a-z0-9_]{1,6}", 0..1000_i64, prop::collection::vec(any::<u8>(), 0..6)),
        b in ("[a-z0-9_]{1,6}", 0..1000_i64, prop::collection::vec(any::<u8>(), 0..6)),
    ) {
        let key = secret("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD");
        let signed = |(id, time, body): &(String, i64, Vec<u8>)| sign(id, *time, body, &[&key]).unwrap();
        prop_assert_eq!(signed(&a) == signed(&b), a == b);
    }
}
