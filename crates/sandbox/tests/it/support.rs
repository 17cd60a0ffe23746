//! A sandbox for tests, and short ways to make and call a tool.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use hookswitch_sandbox::{
    CallOutcome, NoEgress, Prepared, Returned, Sandbox, SandboxSettings, SetName, TenantId, ToolId, ToolSpec,
};
use tokio::time::Instant;

/// The launcher that the tests use where the server starts itself.
pub(crate) fn launcher() -> PathBuf {
    // Beside the tests when both were copied to where another user can run them.
    let beside = std::env::current_exe().unwrap().with_file_name("hookswitch-sandbox-launch");
    if beside.exists() { beside } else { PathBuf::from(env!("CARGO_BIN_EXE_hookswitch-sandbox-launch")) }
}

/// With `HOOKSWITCH_TEST_PYTHON`, another CPython than the system's.
pub(crate) fn settings() -> SandboxSettings {
    let interpreter = std::env::var_os("HOOKSWITCH_TEST_PYTHON").map(PathBuf::from);
    SandboxSettings { launcher: Some(launcher()), interpreter, ..SandboxSettings::default() }
}

pub(crate) async fn sandbox() -> Sandbox {
    sandbox_with(settings()).await
}

pub(crate) async fn sandbox_with(settings: SandboxSettings) -> Sandbox {
    Sandbox::start(settings, Arc::new(NoEgress)).await.unwrap()
}

/// A tool of tenant `t`, found by the name `f` or as the contract says.
pub(crate) fn spec(code: &str) -> ToolSpec {
    ToolSpec {
        tenant: TenantId("t".to_owned()),
        tool: ToolId("tool".to_owned()),
        version: code.to_owned(),
        name: "tool".to_owned(),
        code: code.to_owned(),
        entries: vec!["tool".to_owned()],
        parameters: Vec::new(),
        allowed_modules: None,
        max_memory_mib: 128,
        timeout: Duration::from_secs(10),
        set: SetName::stdlib(),
        network: hookswitch_sandbox::Network::None,
    }
}

pub(crate) async fn call(prepared: &Prepared, arguments: &str) -> CallOutcome {
    prepared.call(arguments, r#"{"call_id":7}"#, Instant::now() + Duration::from_mins(1)).await
}

/// Runs code once.
pub(crate) async fn run(sandbox: &Sandbox, code: &str, arguments: &str) -> CallOutcome {
    call(&sandbox.prepare(spec(code)).unwrap(), arguments).await
}

/// Runs code that must return something.
pub(crate) async fn value(sandbox: &Sandbox, code: &str, arguments: &str) -> serde_json::Value {
    let outcome = run(sandbox, code, arguments).await;
    let Returned { json, .. } = outcome.result.unwrap_or_else(|failure| panic!("{code}\n{failure:#?}"));
    serde_json::from_str(json.get()).unwrap()
}

/// Waits until something is so: a spare is there, a process is gone.
pub(crate) async fn until(mut so: impl FnMut() -> bool) {
    let started = Instant::now();
    while !so() {
        assert!(started.elapsed() < Duration::from_secs(20), "it never came to be");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}
