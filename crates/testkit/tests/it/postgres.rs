//! The private PostgreSQL starts, keeps databases apart, and leaves nothing behind.

use std::{
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use hookswitch_testkit::PostgresServer;

fn query(url: &str, sql: &str) -> String {
    let output = Command::new("psql").args(["-X", "-A", "-t", "-d", url, "-c", sql]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// Asks again until it is so; a process ends when its signal is handled, not when it is sent.
fn ends(id: &str) -> bool {
    let started = Instant::now();
    while started.elapsed() < Duration::from_secs(20) {
        let state = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
        // A zombie whose parent is gone has ended as well.
        if state.is_empty() || state.contains(") Z ") {
            return true;
        }
        thread::sleep(Duration::from_millis(20));
    }
    false
}

#[test]
fn a_private_server_is_durable_and_stops_when_dropped() {
    let server = PostgresServer::start_private().unwrap();
    for (setting, value) in [("fsync", "on"), ("synchronous_commit", "on"), ("full_page_writes", "on")] {
        assert_eq!(query(server.url(), &format!("show {setting}")), value);
    }
    let (one, other) = (server.create_database().unwrap(), server.create_database().unwrap());
    assert_ne!(one, other);
    query(&one, "create table t (a bigint)");
    assert_eq!(query(&other, "select count(*) from pg_tables where tablename = 't'"), "0");
    let id = server.id().unwrap().to_string();
    assert!(Path::new("/proc").join(&id).exists());
    drop(server);
    assert!(ends(&id), "postgres {id} still runs");
}

#[test]
fn the_server_ends_when_the_test_process_is_killed() {
    let script =
        "psql -X -A -t -d \"$HOOKSWITCH_TEST_POSTGRES_URL\" -c 'show data_directory'; exec sleep 600";
    let mut runner = Command::new(env!("CARGO_BIN_EXE_with_postgres"))
        .args(["sh", "-c", script])
        .env_remove("HOOKSWITCH_TEST_POSTGRES_URL")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut directory = String::new();
    BufReader::new(runner.stdout.take().unwrap()).read_line(&mut directory).unwrap();
    let directory = Path::new(directory.trim());
    let status = std::fs::read_to_string(directory.join("postmaster.pid")).unwrap();
    let id = status.lines().next().unwrap().to_owned();
    let sleeper =
        std::fs::read_to_string(format!("/proc/{0}/task/{0}/children", runner.id())).unwrap_or_default();
    runner.kill().unwrap();
    runner.wait().unwrap();
    assert!(ends(&id), "postgres {id} outlived its test process");
    for child in sleeper.split_whitespace() {
        let _ = Command::new("kill").arg(child).output();
    }
    let _ = std::fs::remove_dir_all(directory.parent().unwrap());
}
