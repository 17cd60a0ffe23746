//! What a call gives back.

use crate::support::{call, run, sandbox, spec, until, value};

#[tokio::test]
async fn a_tool_runs_and_answers() {
    let sandbox = sandbox().await;
    println!("{:?}", sandbox.report());
    assert_eq!(
        value(&sandbox, "def f(a, b=2):\n    return {'sum': a + b}\n", r#"{"a": 40}"#).await["sum"],
        42
    );
    let outcome = run(&sandbox, "def f():\n    print('hi')\n    raise KeyError('nope')\n", "{}").await;
    println!("{outcome:#?}");
}

#[tokio::test]
async fn the_second_call_finds_a_spare() {
    let sandbox = sandbox().await;
    let prepared = sandbox.prepare(spec("def f():\n    return 1\n")).unwrap();
    until(|| prepared.spares() == 1).await;
    let outcome = call(&prepared, "{}").await;
    assert!(outcome.warm);
    println!("{outcome:#?}");
}
