//! What is sealed opens at its place, and nowhere else.

use std::sync::LazyLock;

use hookswitch_vault::{MasterKeys, Sealed, Vault, VaultError, kek_id_of};
use proptest::prelude::*;
use secrecy::{ExposeSecret, SecretString};

use crate::place::{any_place, place};

static VAULT: LazyLock<Vault> = LazyLock::new(|| Vault::new(MasterKeys::generate().unwrap()));

proptest! {
    #[test]
    fn text_opens_as_it_was_sealed(place in any_place(), text in "\\PC{0,200}") {
        let sealed = VAULT.seal(&place, &SecretString::from(text.as_str())).unwrap();
        prop_assert_eq!(sealed.as_bytes().len(), text.len() + Sealed::OVERHEAD);
        prop_assert_eq!(kek_id_of(sealed.as_bytes()).unwrap(), VAULT.current());
        let opened = VAULT.open(&place, sealed.as_bytes()).unwrap();
        prop_assert_eq!(opened.expose_secret(), text.as_str());
    }

    #[test]
    fn bytes_open_as_they_were_sealed(place in any_place(), bytes: Vec<u8>) {
        let sealed = VAULT.seal_bytes(&place, &bytes).unwrap();
        let opened = VAULT.open_bytes(&place, sealed.as_bytes()).unwrap();
        prop_assert_eq!(opened.as_slice(), bytes.as_slice());
    }

    #[test]
    fn another_place_never_opens(here in any_place(), there in any_place(), bytes: Vec<u8>) {
        prop_assume!(here != there);
        let sealed = VAULT.seal_bytes(&here, &bytes).unwrap();
        prop_assert!(matches!(VAULT.open_bytes(&there, sealed.as_bytes()), Err(VaultError::Tampered)));
    }

    #[test]
    fn cut_or_lengthened_never_opens(bytes: Vec<u8>, cut in 1usize..200, more in prop::collection::vec(any::<u8>(), 1..20)) {
        let sealed = VAULT.seal_bytes(&place(), &bytes).unwrap().into_bytes();
        let short = &sealed[..sealed.len().saturating_sub(cut)];
        prop_assert!(VAULT.open_bytes(&place(), short).is_err());
        let long = [sealed.as_slice(), more.as_slice()].concat();
        prop_assert!(VAULT.open_bytes(&place(), &long).is_err());
    }

    #[test]
    fn arbitrary_bytes_are_an_error(mut bytes: Vec<u8>, with_head: bool) {
        if with_head {
            // Past the first check, into the parts behind it.
            let sealed = VAULT.seal_bytes(&place(), b"").unwrap().into_bytes();
            bytes.splice(0..0, sealed[..14].iter().copied());
        }
        prop_assert!(VAULT.open_bytes(&place(), &bytes).is_err());
        prop_assert!(VAULT.rewrap(&place(), &bytes).is_err() || with_head);
        let _ = kek_id_of(&bytes);
    }
}

#[test]
fn any_flipped_bit_never_opens() {
    let sealed = VAULT.seal(&place(), &SecretString::from("whsec_C2FVsBQIhrscChlQIMV")).unwrap().into_bytes();
    for bit in 0..sealed.len() * 8 {
        let mut changed = sealed.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        let error = VAULT.open(&place(), &changed).unwrap_err();
        let expected = match bit / 8 {
            0..4 => matches!(error, VaultError::NotSealed),
            4..6 => matches!(error, VaultError::UnknownVersion { .. }),
            6..14 => matches!(error, VaultError::UnknownKey(_)),
            _ => matches!(error, VaultError::Tampered),
        };
        assert!(expected, "bit {bit}: {error}");
    }
}

#[test]
fn the_same_value_never_looks_the_same() {
    let value = SecretString::from("the same value");
    let (first, second) = (VAULT.seal(&place(), &value).unwrap(), VAULT.seal(&place(), &value).unwrap());
    // Behind magic, version, algorithm and key id: wrapped key, nonce and ciphertext all differ.
    for (part, range) in [("wrapped key", 14..74), ("nonce", 74..86), ("text", 86..100)] {
        assert_ne!(first.as_bytes()[range.clone()], second.as_bytes()[range], "{part}");
    }
}

#[test]
fn parts_of_two_seals_do_not_mix() {
    let first = VAULT.seal(&place(), &SecretString::from("first")).unwrap().into_bytes();
    let second = VAULT.seal(&place(), &SecretString::from("other")).unwrap().into_bytes();
    for cut in [14, 74, 86] {
        let mixed = [&first[..cut], &second[cut..]].concat();
        let opened = VAULT.open(&place(), &mixed);
        // Up to the key id both are alike: that one is the second seal, whole.
        if cut == 14 {
            assert_eq!(opened.unwrap().expose_secret(), "other");
        } else {
            assert!(matches!(opened, Err(VaultError::Tampered)), "cut at {cut}");
        }
    }
}

#[test]
fn bytes_that_are_no_text_say_so() {
    let sealed = VAULT.seal_bytes(&place(), &[0xff, 0xfe]).unwrap();
    assert!(matches!(VAULT.open(&place(), sealed.as_bytes()), Err(VaultError::NotText)));
}

#[test]
fn fingerprints_tell_same_from_other_and_need_the_key() {
    let (one, two) = (SecretString::from("sk-one"), SecretString::from("sk-two"));
    let print = VAULT.fingerprint(&one);
    assert_eq!(print, VAULT.fingerprint(&one));
    assert!(print.len() == 8 && print.bytes().all(|byte| byte.is_ascii_hexdigit()), "{print}");
    assert_ne!(print, VAULT.fingerprint(&two));
    assert_ne!(print, Vault::new(MasterKeys::generate().unwrap()).fingerprint(&one));
}

#[test]
fn nothing_printed_holds_a_secret() {
    let sealed = VAULT.seal(&place(), &SecretString::from("canary-5b1d")).unwrap();
    let shown = format!("{:?} {:?} {:?}", *VAULT, sealed, VAULT.open(&place(), sealed.as_bytes()));
    assert!(!shown.contains("canary"), "{shown}");
    assert!(shown.contains(&VAULT.current().to_string()), "{shown}");
}
