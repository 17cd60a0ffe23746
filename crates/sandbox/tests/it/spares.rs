//! Spares: one for each session that holds a tool, never of another version, never too old, never too many.

use std::time::Duration;

use hookswitch_sandbox::{FailureKind, SandboxSettings, TenantId, ToolId, ToolSpec};
use tokio::time::Instant;

use crate::processes::{Kind, of};
use crate::support::{call, sandbox, sandbox_with, settings, spec, until};

fn version(number: u32) -> ToolSpec {
    ToolSpec { version: number.to_string(), ..spec(&format!("def f(): return {number}")) }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_spare_is_used_once_and_made_again() {
    let sandbox = sandbox().await;
    let prepared =
        sandbox.prepare(spec("import os\nn = 0\ndef f():\n    global n; n += 1\n    return n")).unwrap();
    for _ in 0..5 {
        until(|| prepared.spares() == 1).await;
        let outcome = call(&prepared, "{}").await;
        assert!(outcome.warm);
        assert_eq!(outcome.result.unwrap().json.get(), "1");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_have_a_spare_each_up_to_a_bound_and_take_it_with_them() {
    let sandbox = sandbox().await;
    until(|| of(&sandbox, Kind::Tenant).is_empty()).await;
    let mut held: Vec<_> = (0..6).map(|_| sandbox.prepare(version(1)).unwrap()).collect();
    until(|| held[0].spares() == 4).await;
    until(|| of(&sandbox, Kind::Call).len() == 4).await;
    held.truncate(2);
    assert_eq!(held[0].spares(), 2);
    held.clear();
    until(|| of(&sandbox, Kind::Call).is_empty()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_version_never_answers_for_a_new_one() {
    let sandbox = sandbox().await;
    let old = sandbox.prepare(version(1)).unwrap();
    until(|| old.spares() == 1).await;
    let new = sandbox.prepare(version(2)).unwrap();
    assert_eq!(call(&new, "{}").await.result.unwrap().json.get(), "2");
    // A session pinned to the old version keeps it.
    assert_eq!(call(&old, "{}").await.result.unwrap().json.get(), "1");
    sandbox.forget(&TenantId("t".to_owned()), &ToolId("tool".to_owned()));
    assert_eq!((old.spares(), new.spares()), (0, 0));
    let outcome = call(&old, "{}").await;
    assert!(!outcome.warm);
    assert_eq!(outcome.result.unwrap().json.get(), "1");
    let third = sandbox.prepare(version(3)).unwrap();
    assert_eq!(call(&third, "{}").await.result.unwrap().json.get(), "3");
    assert_eq!((old.spares(), new.spares()), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_spare_too_old_or_dead_is_not_used() {
    let short = SandboxSettings { spare_age: Duration::ZERO, ..settings() };
    let sandbox = sandbox_with(short).await;
    let prepared = sandbox.prepare(version(1)).unwrap();
    until(|| prepared.spares() == 1).await;
    let outcome = call(&prepared, "{}").await;
    assert_eq!((outcome.warm, outcome.result.is_ok()), (false, true));

    let sandbox = crate::support::sandbox().await;
    let dies = "import threading, os\nthreading.Timer(0.05, os._exit, (0,)).start()\ndef f(): return 1";
    let prepared = sandbox.prepare(spec(dies)).unwrap();
    until(|| prepared.spares() == 1).await;
    until(|| of(&sandbox, Kind::Call).is_empty()).await;
    let outcome = call(&prepared, "{}").await;
    assert_eq!((outcome.warm, outcome.result.unwrap().json.get()), (false, "1"));
}

#[tokio::test(flavor = "multi_thread")]
async fn chance_is_not_shared_between_spares() {
    let sandbox = sandbox().await;
    let code = "import random, secrets, uuid, os\nrandom.random()\n\
                def f():\n    return [random.random(), secrets.token_hex(8), str(uuid.uuid4()), os.urandom(8).hex()]";
    let prepared = [sandbox.prepare(spec(code)).unwrap(), sandbox.prepare(spec(code)).unwrap()];
    until(|| prepared[0].spares() == 2).await;
    let mut answers = Vec::new();
    for prepared in &prepared {
        let outcome = call(prepared, "{}").await;
        assert!(outcome.warm);
        let values: Vec<serde_json::Value> =
            serde_json::from_str(outcome.result.unwrap().json.get()).unwrap();
        answers.push(values);
    }
    for (one, two) in answers[0].iter().zip(&answers[1]) {
        assert_ne!(one, two);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tool_that_does_not_load_is_told_and_never_begun() {
    let sandbox = sandbox().await;
    let prepared = sandbox.prepare(spec("import nowhere\ndef f(): return 1")).unwrap();
    until(|| prepared.spares() == 1).await;
    for _ in 0..2 {
        let failure = call(&prepared, "{}").await.result.unwrap_err();
        assert_eq!((failure.kind, failure.began), (FailureKind::Raised, false));
        assert!(failure.author.unwrap().loading);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_at_its_cap_is_told_so_and_does_not_hold_up_another() {
    let few = SandboxSettings {
        running_per_tenant: 2,
        waiting_per_tenant: 1,
        longest_wait: Duration::from_millis(300),
        ..settings()
    };
    let sandbox = sandbox_with(few).await;
    let slow =
        ToolSpec { timeout: Duration::from_secs(3), ..spec("import time\ndef f():\n    time.sleep(60)") };
    let slow = std::sync::Arc::new(sandbox.prepare(slow).unwrap());
    let other = ToolSpec { tenant: TenantId("other".to_owned()), ..version(1) };
    let other = sandbox.prepare(other).unwrap();
    until(|| other.spares() == 1).await;
    let hogs: Vec<_> = (0..6)
        .map(|_| {
            let slow = std::sync::Arc::clone(&slow);
            tokio::spawn(async move { call(&slow, "{}").await.result.unwrap_err() })
        })
        .collect();
    let mut slowest = Duration::ZERO;
    for _ in 0..20 {
        until(|| other.spares() == 1).await;
        let outcome = call(&other, "{}").await;
        assert_eq!(outcome.result.unwrap().json.get(), "1");
        slowest = slowest.max(outcome.wall);
    }
    assert!(slowest < Duration::from_millis(500), "{slowest:?}");
    let mut kinds = Vec::new();
    for hog in hogs {
        let failure = hog.await.unwrap();
        assert_eq!(failure.began, failure.kind == FailureKind::Timeout);
        kinds.push(failure.kind);
    }
    let count = |kind| kinds.iter().filter(|found| **found == kind).count();
    assert_eq!((count(FailureKind::Timeout), count(FailureKind::Busy)), (2, 4), "{kinds:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deadline_already_past_runs_nothing() {
    let sandbox = sandbox().await;
    let prepared = sandbox.prepare(version(1)).unwrap();
    let outcome = prepared.call("{}", "{}", Instant::now()).await;
    assert!(outcome.result.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn processes_of_a_tenant_are_counted_and_another_tenant_is_not_touched() {
    let few = SandboxSettings { processes_per_tenant: 3, running_per_tenant: 8, ..settings() };
    let sandbox = sandbox_with(few).await;
    let slow =
        ToolSpec { timeout: Duration::from_secs(30), ..spec("import time\ndef f():\n    time.sleep(60)") };
    let slow = std::sync::Arc::new(sandbox.prepare(slow).unwrap());
    until(|| slow.spares() == 1 && of(&sandbox, Kind::Tenant).len() == 1).await;
    let tasks: Vec<_> = (0..3)
        .map(|_| {
            let slow = std::sync::Arc::clone(&slow);
            tokio::spawn(async move { call(&slow, "{}").await })
        })
        .collect();
    until(|| of(&sandbox, Kind::Call).len() == 3 && slow.spares() == 0).await;
    let failure = call(&slow, "{}").await.result.unwrap_err();
    assert_eq!((failure.kind, failure.began), (FailureKind::Busy, false));
    let other = ToolSpec { tenant: TenantId("other".to_owned()), ..version(1) };
    assert!(call(&sandbox.prepare(other).unwrap(), "{}").await.result.is_ok());
    tasks.iter().for_each(tokio::task::JoinHandle::abort);
    until(|| of(&sandbox, Kind::Call).len() < 3).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tool_that_loads_for_ever_does_not_hold_up_others_spares() {
    let sandbox = sandbox().await;
    let stuck: Vec<_> = (0..4)
        .map(|number| {
            let code = format!("while True: pass\ndef f(): return {number}");
            sandbox.prepare(ToolSpec { tool: ToolId(number.to_string()), ..spec(&code) }).unwrap()
        })
        .collect();
    let other = ToolSpec { tenant: TenantId("other".to_owned()), ..version(1) };
    let other = sandbox.prepare(other).unwrap();
    let asked = Instant::now();
    until(|| other.spares() == 1).await;
    assert!(asked.elapsed() < Duration::from_secs(5), "{:?}", asked.elapsed());
    assert_eq!(stuck.iter().map(hookswitch_sandbox::Prepared::spares).sum::<usize>(), 0);
}
