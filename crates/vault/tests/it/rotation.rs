//! Keys change while values stay readable.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use hookswitch_vault::{KeyFile, MasterKeys, Vault, VaultError, kek_id_of};
use secrecy::{ExposeSecret, SecretString};

use crate::place::place;

#[test]
fn old_values_open_after_a_rotation_and_after_their_re_wrap() {
    let old = MasterKeys::generate().unwrap();
    let vault = Vault::new(old.clone());
    let value = SecretString::from("sk-live-value");
    let sealed = vault.seal(&place(), &value).unwrap();
    let print = vault.fingerprint(&value);

    let both = old.rotated().unwrap();
    vault.reload(both.clone());
    assert_eq!(vault.open(&place(), sealed.as_bytes()).unwrap().expose_secret(), "sk-live-value");
    assert_eq!(vault.fingerprint(&value), print, "a fingerprint outlives a rotation");
    assert_eq!(kek_id_of(vault.seal(&place(), &value).unwrap().as_bytes()).unwrap(), both.current());

    let rewrapped = vault.rewrap(&place(), sealed.as_bytes()).unwrap().unwrap();
    assert_eq!(kek_id_of(rewrapped.as_bytes()).unwrap(), both.current());
    assert_eq!(rewrapped.as_bytes()[74..], sealed.as_bytes()[74..], "nonce and ciphertext are untouched");
    assert_eq!(vault.rewrap(&place(), rewrapped.as_bytes()).unwrap(), None, "nothing left to do");

    vault.reload(both.pruned(&BTreeSet::from([both.current()])));
    assert_eq!(vault.open(&place(), rewrapped.as_bytes()).unwrap().expose_secret(), "sk-live-value");
    let error = vault.open(&place(), sealed.as_bytes()).unwrap_err();
    assert!(matches!(error, VaultError::UnknownKey(id) if id == old.current()), "{error}");
}

#[test]
fn a_re_wrap_does_not_move_a_value() {
    let old = MasterKeys::generate().unwrap();
    let vault = Vault::new(old.clone());
    let sealed = vault.seal(&place(), &SecretString::from("value")).unwrap();
    vault.reload(old.rotated().unwrap());
    let mut elsewhere = place();
    elsewhere.id.push('x');
    assert!(matches!(vault.rewrap(&elsewhere, sealed.as_bytes()), Err(VaultError::Tampered)));
}

#[test]
fn pruning_keeps_the_current_key_and_those_in_use() {
    let keys = MasterKeys::generate().unwrap().rotated().unwrap().rotated().unwrap();
    let ids = keys.ids();
    assert_eq!(keys.pruned(&BTreeSet::new()).ids(), [ids[0]]);
    assert_eq!(keys.pruned(&BTreeSet::from([ids[2]])).ids(), [ids[0], ids[2]]);
    assert_eq!(keys.pruned(&ids.iter().copied().collect()).ids(), ids);
}

#[test]
fn ten_thousand_values_are_used_while_keys_rotate() {
    const WORKERS: usize = 4;
    const CALLS: usize = 2_500;
    let folder = tempfile::tempdir().unwrap();
    let file = KeyFile::new(folder.path().join("master.key"));
    let vault = Vault::new(file.load_or_create().unwrap().keys);
    let (done, stop) = (AtomicUsize::new(0), AtomicBool::new(false));
    let rotations = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..WORKERS)
            .map(|_| {
                scope.spawn(|| {
                    let value = SecretString::from("used while keys rotate");
                    let mut sealed = vault.seal(&place(), &value).unwrap();
                    for _ in 0..CALLS {
                        let opened = vault.open(&place(), sealed.as_bytes()).unwrap();
                        assert_eq!(opened.expose_secret(), value.expose_secret());
                        if let Some(rewrapped) = vault.rewrap(&place(), sealed.as_bytes()).unwrap() {
                            sealed = rewrapped;
                        }
                        done.fetch_add(1, Ordering::Relaxed);
                    }
                })
            })
            .collect();
        let rotating = scope.spawn(|| {
            let mut rotations = 0;
            // One at least, however quick the workers are; the ring ends well below its bound.
            while rotations == 0 || (!stop.load(Ordering::Relaxed) && rotations < 40) {
                vault.reload(file.rotate().unwrap());
                rotations += 1;
            }
            rotations
        });
        let finished = workers.into_iter().all(|worker| worker.join().is_ok());
        stop.store(true, Ordering::Relaxed);
        assert!(finished, "a worker failed");
        rotating.join().unwrap()
    });
    assert_eq!(done.into_inner(), WORKERS * CALLS);
    assert_eq!(file.load().unwrap().ids().len(), rotations + 1, "every key made is in the file");
    assert_eq!(vault.key_ids(), file.load().unwrap().ids());
}
