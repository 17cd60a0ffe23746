//! Keys as a file or a setting holds them.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hookswitch_vault::{KeyFlaw, MAX_KEYS, MasterKeys, Vault, VaultError};
use proptest::prelude::*;
use secrecy::SecretString;

use crate::place::place;

/// A key that looks random, different for every seed.
pub(crate) fn key(seed: u8) -> String {
    let mut state = u32::from(seed).wrapping_mul(2_654_435_761).wrapping_add(12_345);
    let bytes: Vec<u8> = std::iter::repeat_with(|| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    })
    .take(32)
    .collect();
    BASE64_STANDARD.encode(bytes)
}

fn parse(text: &str) -> Result<MasterKeys, VaultError> {
    MasterKeys::parse(&SecretString::from(text))
}

fn flaw(text: &str) -> (usize, KeyFlaw) {
    match parse(text) {
        Err(VaultError::BadKey { line, flaw }) => (line, flaw),
        other => panic!("expected a bad key in {text:?}, got {other:?}"),
    }
}

#[test]
fn lines_spaces_and_commas_divide_keys_newest_first() {
    let (new, old) = (key(1), key(2));
    let ids = parse(&format!("{new}\n{old}\n")).unwrap().ids();
    assert_eq!(ids.len(), 2);
    assert_eq!(ids[0], parse(&new).unwrap().current());
    let unpadded = new.trim_end_matches('=');
    for text in [
        format!("{new},{old}"),
        format!("  {new}  {old}\r\n"),
        format!("# made today\n{unpadded} # current\n\n{old}"),
    ] {
        assert_eq!(parse(&text).unwrap().ids(), ids, "{text:?}");
    }
}

#[test]
fn flaws_name_their_line() {
    let good = key(1);
    assert_eq!(flaw(""), (0, KeyFlaw::Missing));
    assert_eq!(flaw("\n# nothing but a comment\n"), (0, KeyFlaw::Missing));
    assert_eq!(flaw(&format!("{good}\n\nnot base64!")), (3, KeyFlaw::NotBase64));
    assert_eq!(flaw("c2hvcnQ="), (1, KeyFlaw::WrongLength));
    assert_eq!(flaw(&"A".repeat(64)), (1, KeyFlaw::WrongLength));
    assert_eq!(flaw(&BASE64_STANDARD.encode([0; 32])), (1, KeyFlaw::Predictable));
    assert_eq!(flaw(&format!("{good}\n{good}")), (2, KeyFlaw::Repeated));
}

#[test]
fn a_ring_is_bounded() {
    let full: Vec<String> = (0..=MAX_KEYS as u8).map(key).collect();
    assert_eq!(flaw(&full.join("\n")), (MAX_KEYS + 1, KeyFlaw::TooMany));
    let full = parse(&full[..MAX_KEYS].join("\n")).unwrap();
    assert!(matches!(full.rotated(), Err(VaultError::BadKey { flaw: KeyFlaw::TooMany, .. })));
}

#[test]
fn the_derivation_of_a_key_is_fixed() {
    // A changed derivation would make every stored value unreadable.
    let keys = parse("w7X1hQm0o2bq9r3kTn8cJ5yAeZsVdLxRfGpUiOa4E6M=").unwrap();
    assert_eq!(keys.current().to_string(), "b6112b39d001eabe");
    assert_eq!(Vault::new(keys.clone()).fingerprint(&SecretString::from("value")), "a91a160c");
    let sealed = hex::decode(concat!(
        "485353560101b6112b39d001eabe",
        "a90f08178ffbfcbbea5586559db8a333d9caa8b88442bb7da580a3a5d8e9",
        "e1a7d87c6c7515cc3f31f5a0330e8385bb713aba83becb53c0f0dd0035d7",
        "caf238eaf03948479ac825c8",
        "5b03a100ea99c0a7ec66f9e673c7fc3d937c6c07f6372eda485113",
    ))
    .unwrap();
    assert_eq!(Vault::new(keys).open_bytes(&place(), &sealed).unwrap().as_slice(), b"sealed once");
}

proptest! {
    #[test]
    fn any_text_is_keys_or_a_flaw_without_the_text(text in "\\PC{0,300}|[A-Za-z0-9+/=,# \n]{0,300}") {
        if let Err(error) = parse(&text) {
            let shown = format!("{error} {error:?}");
            for word in text.split_whitespace().filter(|word| word.len() > 8) {
                prop_assert!(!shown.contains(word));
            }
        }
    }
}
