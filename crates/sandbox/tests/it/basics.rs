//! What a call gives back, and what is known about a machine and a source.

use hookswitch_sandbox::{FailureKind, SetName, Tier};

use crate::support::{call, run, sandbox, spec, until, value};

#[tokio::test]
async fn a_tool_runs_and_answers() {
    let sandbox = sandbox().await;
    let code = "def f(a, b=2):\n    return {'sum': a + b}\n";
    assert_eq!(value(&sandbox, code, r#"{"a": 40}"#).await["sum"], 42);
    let outcome = run(&sandbox, code, r#"{"a": 40}"#).await;
    assert_eq!(outcome.result.unwrap().python_type, "dict");
    assert!(!outcome.wall.is_zero());
    assert!(outcome.cpu.is_some_and(|cpu| cpu < outcome.wall));
}

#[tokio::test]
async fn the_second_call_finds_a_spare() {
    let sandbox = sandbox().await;
    let prepared = sandbox.prepare(spec("def f():\n    return 1\n")).unwrap();
    until(|| prepared.spares() == 1).await;
    assert!(call(&prepared, "{}").await.warm);
}

#[tokio::test]
async fn the_report_says_what_there_is_and_what_is_not() {
    let sandbox = sandbox().await;
    let report = sandbox.report();
    assert!(report.python.starts_with("3."));
    assert_eq!(report.tier == Tier::Full, report.landlock > 0);
    assert!(!report.missing.is_empty(), "no cgroup is used, and that is said");
}

#[tokio::test]
async fn sources_are_read_without_being_run() {
    let sandbox = sandbox().await;
    sandbox.warm(&SetName::stdlib()).await.unwrap();
    let code = "import os, urllib.parse as p\nraise SystemExit\ndef a():\n    from pandas import DataFrame\n    return 1\nasync def _b(): pass\n";
    let seen = sandbox.inspect(code).await.unwrap();
    assert_eq!(seen.imports, ["os", "pandas", "urllib.parse"]);
    assert_eq!((seen.functions.join(" ").as_str(), seen.body, seen.error), ("a _b", false, None));
    assert!(sandbox.inspect("return 1").await.unwrap().body);
    let error = sandbox.inspect("x = 1\ndef f(:\n").await.unwrap().error.unwrap();
    assert_eq!((error.line, error.message.is_empty()), (Some(2), false));
    for hostile in
        ["(".repeat(100_000), format!("x = {}1{}", "(".repeat(5000), ")".repeat(5000)), "\0".to_owned()]
    {
        match sandbox.inspect(&hostile).await {
            Ok(seen) => assert!(seen.error.is_some()),
            Err(failure) => {
                assert!(matches!(failure.kind, FailureKind::Crashed { .. } | FailureKind::NoResult));
            }
        }
    }
}
