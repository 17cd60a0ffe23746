//! The key file: made once, whole at every moment, never open to others.

use std::collections::BTreeSet;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Barrier;
use std::time::{Duration, Instant};

use hookswitch_vault::{KekId, KeyFile, KeyFlaw, MAX_KEYS, VaultError};

use crate::key_text::key;

/// Set for the copy of this test binary that gets killed: the folder it works in.
const KILLED_IN: &str = "HOOKSWITCH_VAULT_TEST_KILLED_IN";

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn the_first_start_makes_a_private_file_and_the_next_reads_it() {
    let folder = tempfile::tempdir().unwrap();
    let file = KeyFile::new(folder.path().join("master.key"));
    let first = file.load_or_create().unwrap();
    assert!(first.created);
    assert_eq!(mode(file.path()), 0o600);
    let second = file.load_or_create().unwrap();
    assert!(!second.created);
    assert_eq!(second.keys.ids(), first.keys.ids());
}

#[test]
fn rotating_keeps_the_old_keys_and_the_mode() {
    let folder = tempfile::tempdir().unwrap();
    let file = KeyFile::new(folder.path().join("master.key"));
    let old = file.load_or_create().unwrap().keys.ids();
    // What a crash before the rename leaves behind, with a mode that must not survive.
    let left = folder.path().join("master.key.new");
    fs::write(&left, "half a ke").unwrap();
    fs::set_permissions(&left, Permissions::from_mode(0o644)).unwrap();
    let new = file.rotate().unwrap().ids();
    assert_eq!(new[1..], old);
    assert_eq!(file.load().unwrap().ids(), new);
    assert_eq!(mode(file.path()), 0o600);
    assert!(!left.exists());

    assert_eq!(file.prune(&BTreeSet::from([old[0]])).unwrap().ids(), new, "in use, so kept");
    assert_eq!(file.prune(&BTreeSet::new()).unwrap().ids(), new[..1]);
    assert_eq!(file.load().unwrap().ids(), new[..1]);
}

#[test]
fn starts_and_rotations_at_once_agree() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("master.key");
    let barrier = Barrier::new(8);
    let made: Vec<(KekId, bool, KekId)> = std::thread::scope(|scope| {
        let starts: Vec<_> = (0..8)
            .map(|_| {
                scope.spawn(|| {
                    barrier.wait();
                    let file = KeyFile::new(&path);
                    let loaded = file.load_or_create().unwrap();
                    let oldest = loaded.keys.ids().pop().unwrap();
                    (oldest, loaded.created, file.rotate().unwrap().current())
                })
            })
            .collect();
        starts.into_iter().map(|start| start.join().unwrap()).collect()
    });
    assert_eq!(made.iter().filter(|(_, created, _)| *created).count(), 1, "one made the file");
    assert!(made.iter().all(|(first, ..)| *first == made[0].0), "and all start from its key");
    let ids = KeyFile::new(&path).load().unwrap().ids();
    assert_eq!(ids.len(), 9);
    assert!(made.iter().all(|(_, _, rotated)| ids.contains(rotated)), "no rotation is lost");
}

#[test]
fn a_flawed_file_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let file = KeyFile::new(folder.path().join("master.key"));
    for (content, permissions, expected) in [
        (String::new(), 0o600, KeyFlaw::Missing),
        ("half a ke".to_owned(), 0o600, KeyFlaw::WrongLength),
        (format!("{}\n", key(1)), 0o620, KeyFlaw::Exposed),
        (format!("{}\n", key(1)), 0o602, KeyFlaw::Exposed),
        (format!("{}\n{}", key(1), "#".repeat(20_000)), 0o600, KeyFlaw::TooMany),
    ] {
        fs::write(file.path(), &content).unwrap();
        fs::set_permissions(file.path(), Permissions::from_mode(permissions)).unwrap();
        for result in [file.load_or_create().map(|loaded| loaded.keys), file.rotate()] {
            let error = result.unwrap_err();
            assert!(matches!(error, VaultError::BadKey { flaw, .. } if flaw == expected), "{error}");
        }
        assert_eq!(fs::read_to_string(file.path()).unwrap(), content);
        assert_eq!(mode(file.path()), permissions);
    }
}

#[test]
fn a_mounted_secret_that_others_can_read_is_taken() {
    let folder = tempfile::tempdir().unwrap();
    let file = KeyFile::new(folder.path().join("master.key"));
    fs::write(file.path(), key(1)).unwrap();
    fs::set_permissions(file.path(), Permissions::from_mode(0o444)).unwrap();
    assert_eq!(file.load().unwrap().ids().len(), 1);
}

#[test]
fn io_errors_name_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = KeyFile::new(folder.path().join("absent").join("master.key"));
    for error in [file.load().unwrap_err(), file.load_or_create().unwrap_err(), file.rotate().unwrap_err()] {
        assert!(matches!(&error, VaultError::Io { path, .. } if path == file.path()), "{error}");
    }
}

/// On its own a plain test; in the copy started below it goes on until it is killed.
#[test]
fn keys_made_in_a_row_are_all_kept() {
    #[expect(clippy::disallowed_methods, reason = "how a test tells its own copy what to do")]
    let killed_in = std::env::var_os(KILLED_IN);
    let folder = tempfile::tempdir().unwrap();
    let file = KeyFile::new(killed_in.as_deref().map_or_else(|| folder.path(), Path::new).join("master.key"));
    let mut made = vec![file.load_or_create().unwrap().keys.current()];
    while killed_in.is_some() || made.len() < 10 {
        let keys = file.rotate().unwrap();
        made.insert(0, keys.current());
        if keys.ids().len() == MAX_KEYS {
            file.prune(&BTreeSet::new()).unwrap();
            made.truncate(1);
        }
    }
    assert_eq!(file.load().unwrap().ids(), made);
}

#[test]
fn a_kill_half_way_leaves_a_whole_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = KeyFile::new(folder.path().join("master.key"));
    let first = file.load_or_create().unwrap().keys.ids();
    for round in 0..12u32 {
        let before = file.load().unwrap().ids();
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "key_file::keys_made_in_a_row_are_all_kept"])
            .env(KILLED_IN, folder.path())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        // Killed somewhere after it has begun to rotate, at another point in every round.
        let deadline = Instant::now() + Duration::from_secs(20);
        while file.load().unwrap().ids() == before {
            assert!(Instant::now() < deadline, "the copy never rotated");
            assert!(child.try_wait().unwrap().is_none(), "the copy ended by itself");
        }
        let aim = Instant::now() + Duration::from_micros(u64::from(round) * 170);
        while Instant::now() < aim {
            std::hint::spin_loop();
        }
        child.kill().unwrap();
        child.wait().unwrap();

        let mut after = file.load().unwrap().ids();
        // Where the oldest key is the same, the copy has not pruned in between.
        assert!(after.last() != before.last() || after.ends_with(&before), "a key of before is lost");
        if after.len() == MAX_KEYS {
            after = file.prune(&BTreeSet::new()).unwrap().ids();
        }
        let next = file.rotate().unwrap().ids();
        assert_eq!(next[1..], after, "the killed copy holds no lock and spoils no rotation");
    }
    assert_ne!(file.load().unwrap().ids(), first);
}
