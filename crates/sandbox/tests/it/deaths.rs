//! Whoever dies, the rest behaves: tenants' processes, zygotes, the server itself.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::time::Duration;

use hookswitch_sandbox::{FailureKind, Prepared, Sandbox, ToolSpec};
use tokio::time::Instant;

use crate::processes::{Kind, below, is_alive, kill, of};
use crate::support::{call, run, sandbox, spec, until, value};

const SLEEP: &str = "import time\ndef f():\n    time.sleep(60)\n";

/// A call that sleeps, until its process is there.
async fn sleeping(sandbox: &Sandbox) -> tokio::task::JoinHandle<hookswitch_sandbox::CallOutcome> {
    // The examination's own processes are on their way out.
    until(|| of(sandbox, Kind::Tenant).is_empty()).await;
    let prepared: Prepared =
        sandbox.prepare(ToolSpec { timeout: Duration::from_mins(1), ..spec(SLEEP) }).unwrap();
    until(|| prepared.spares() == 1).await;
    let prepared = std::sync::Arc::new(prepared);
    let taken = std::sync::Arc::clone(&prepared);
    let task = tokio::spawn(async move { call(&prepared, "{}").await });
    until(|| taken.spares() == 0).await;
    task
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tenants_process_killed_in_a_call() {
    let sandbox = sandbox().await;
    let task = sleeping(&sandbox).await;
    let tenants = of(&sandbox, Kind::Tenant);
    assert_eq!(tenants.len(), 1);
    kill(tenants[0]);
    let failure = task.await.unwrap().result.unwrap_err();
    assert_eq!((failure.kind, failure.began), (FailureKind::Crashed { signal: 9 }, true));
    assert_eq!(value(&sandbox, "def f(): return 1", "{}").await, 1);
    assert_ne!(of(&sandbox, Kind::Tenant), tenants);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_zygote_killed_in_a_call() {
    let sandbox = sandbox().await;
    let task = sleeping(&sandbox).await;
    let before = below(&sandbox.launchers());
    kill(of(&sandbox, Kind::Zygote)[0]);
    assert_eq!(task.await.unwrap().result.unwrap_err().kind, FailureKind::Crashed { signal: 9 });
    until(|| before.iter().all(|(pid, _)| !is_alive(*pid))).await;
    assert_eq!(value(&sandbox, "def f(): return 1", "{}").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_given_up_is_a_process_gone() {
    let sandbox = sandbox().await;
    let task = sleeping(&sandbox).await;
    task.abort();
    until(|| of(&sandbox, Kind::Call).is_empty()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_process_outlives_its_call_whatever_it_started() {
    let sandbox = sandbox().await;
    let threads = "import threading, time\nfor _ in range(20):\n    threading.Thread(target=time.sleep, args=(99,)).start()\ndef f(): return 1\n";
    run(&sandbox, threads, "{}").await.result.unwrap();
    until(|| of(&sandbox, Kind::Call).is_empty()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn shutdown_and_drop_leave_nothing() {
    let sandbox = sandbox().await;
    let task = sleeping(&sandbox).await;
    let before = below(&sandbox.launchers());
    assert!(before.len() >= 4, "{before:?}");
    sandbox.shutdown();
    assert!(task.await.unwrap().result.is_err());
    drop(sandbox);
    until(|| before.iter().all(|(pid, _)| !is_alive(*pid))).await;
}

/// Also a server of its own: with the variable set it tells its launcher and waits to be killed.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_with_a_spare_and_a_call() {
    let sandbox = sandbox().await;
    let task = sleeping(&sandbox).await;
    let launchers = sandbox.launchers();
    assert_eq!(launchers.len(), 1);
    if std::env::var_os(WAITS).is_some() {
        println!("\nlauncher {}", launchers[0]);
        task.await.unwrap();
    }
}

const WAITS: &str = "HOOKSWITCH_TEST_SERVER_WAITS";

#[tokio::test(flavor = "multi_thread")]
async fn the_server_killed_takes_everything_with_it() {
    let mut server = Command::new(std::env::current_exe().unwrap())
        .args(["deaths::a_server_with_a_spare_and_a_call", "--exact", "--nocapture"])
        .env(WAITS, "1")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(server.stdout.take().unwrap()).lines().map(Result::unwrap);
    let launcher =
        lines.into_iter().find_map(|line| line.strip_prefix("launcher ").map(str::to_owned)).unwrap();
    let all = below(&[launcher.parse().unwrap()]);
    assert_eq!(all.iter().filter(|(_, kind)| *kind == Kind::Call).count(), 1, "{all:?}");
    server.kill().unwrap();
    server.wait().unwrap();
    let killed = Instant::now();
    until(|| all.iter().all(|(pid, _)| !is_alive(*pid))).await;
    println!("all gone {:?} after the server was killed", killed.elapsed());
}
