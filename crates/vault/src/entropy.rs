//! Refusing keys that a person made up.

use crate::aead::KEY_LEN;

/// 32 random bytes have about 30 different values; fewer than 20 happens once in about 10^9 keys.
const MIN_DISTINCT: usize = 20;

/// Whether these bytes could have come from a random source. Catches zeroes, repeated blocks, counted-up
/// bytes and text (a passphrase, a hex string): mistakes, not malice.
pub(crate) fn looks_random(key: &[u8; KEY_LEN]) -> bool {
    let mut steps = [0; KEY_LEN];
    for (at, step) in steps.iter_mut().enumerate() {
        *step = key[(at + 1) % KEY_LEN].wrapping_sub(key[at]);
    }
    let is_text = key.iter().all(|byte| byte.is_ascii_graphic() || byte.is_ascii_whitespace());
    !is_text && distinct(key) >= MIN_DISTINCT && distinct(&steps) >= MIN_DISTINCT
}

fn distinct(bytes: &[u8; KEY_LEN]) -> usize {
    let mut seen = [false; 256];
    for byte in bytes {
        seen[usize::from(*byte)] = true;
    }
    seen.iter().filter(|seen| **seen).count()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn made_up_keys_are_refused() {
        let mut counted = [0; KEY_LEN];
        for (at, byte) in counted.iter_mut().enumerate() {
            *byte = 200u8.wrapping_add(at as u8 * 7);
        }
        let text: [u8; KEY_LEN] = *b"correct horse battery staple 42!";
        let hex: [u8; KEY_LEN] = *b"6f1ed002ab5595859014ebf0951522d9";
        for key in [[0; KEY_LEN], [0xff; KEY_LEN], counted, text, hex] {
            assert!(!looks_random(&key), "{key:?}");
        }
        let mut repeated = [0; KEY_LEN];
        aws_lc_rs::rand::fill(&mut repeated[..16]).unwrap();
        let (first, second) = repeated.split_at_mut(16);
        second.copy_from_slice(first);
        assert!(!looks_random(&repeated), "a block of 16, twice");
    }

    #[test]
    fn random_keys_pass() {
        let mut key = [0; KEY_LEN];
        for _ in 0..10_000 {
            aws_lc_rs::rand::fill(&mut key).unwrap();
            assert!(looks_random(&key), "{key:?}");
        }
    }
}
