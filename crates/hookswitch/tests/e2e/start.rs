use std::process::Command;

use crate::server::ServerProcess;

#[test]
fn a_second_server_on_the_same_folder_is_refused_with_a_reason() {
    let folder = tempfile::tempdir().unwrap();
    let _first = ServerProcess::start(folder.path(), &[]);
    let second = Command::new(env!("CARGO_BIN_EXE_hookswitch"))
        .args(["serve", "--listen", "127.0.0.1:0", "--data"])
        .arg(folder.path())
        .output()
        .unwrap();
    assert!(!second.status.success());
    let said = String::from_utf8_lossy(&second.stderr);
    assert!(said.contains("another server has"), "{said}");
}

#[test]
fn a_lost_master_key_is_said_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    drop(ServerProcess::start(folder.path(), &[]));
    // Without anything sealed a new key is fine.
    std::fs::remove_file(folder.path().join("master.key")).unwrap();
    drop(ServerProcess::start(folder.path(), &[]));
}

#[test]
fn settings_that_do_not_fit_name_their_place() {
    let output = Command::new(env!("CARGO_BIN_EXE_hookswitch"))
        .args(["serve", "--listen", "nowhere"])
        .env("HOOKSWITCH_DATA", "/nonexistent/never")
        .output()
        .unwrap();
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("flag --listen") && said.contains("`listen`"), "{said}");
}

#[test]
fn the_bootstrap_key_is_never_logged() {
    let folder = tempfile::tempdir().unwrap();
    let server = ServerProcess::start(folder.path(), &[]);
    let log = server.log();
    assert!(log.contains("serving"));
    assert!(!log.contains(crate::server::KEY), "{log}");
}
