//! Exit codes and hints.

use std::time::Duration;

use hookswitch_cli::Exit;
use hookswitch_testkit::{Reply, TestServer};

use crate::fake::{Fake, problem};
use crate::program::run;

#[tokio::test]
async fn a_refusal_has_its_exit_code_and_a_hint() {
    let cases = [
        (401, "unauthorized", Exit::Denied, "hint: set HOOKSWITCH_KEY"),
        (403, "forbidden", Exit::Denied, "hint: `hookswitch keys create"),
        (404, "not_found", Exit::NotFound, "hint: check the name"),
        (409, "name_taken", Exit::Conflict, "hint: choose another name"),
        (500, "internal_error", Exit::Failed, "request req_1"),
        (503, "draining", Exit::Unreachable, "hint: the server is shutting down"),
    ];
    for (status, code, exit, part) in cases {
        let server = TestServer::start(move |_| problem(status, code, "said in detail")).await;
        let ran = run(&server.url(""), &["tools", "list"]).await;
        assert_eq!(ran.exit, exit, "{code}");
        assert!(ran.notes.contains(&format!("said in detail ({status} {code})")), "{}", ran.notes);
        assert!(ran.notes.contains(part), "{}", ran.notes);
        assert_eq!(ran.out, "");
    }
}

#[tokio::test]
async fn nobody_there() {
    let server = TestServer::answering("").await;
    let url = server.url("");
    server.stop().await;
    let ran = run(&url, &["tools", "list"]).await;
    assert_eq!(ran.exit, Exit::Unreachable);
    assert!(ran.notes.contains("hint: start a server with `hookswitch serve`"), "{}", ran.notes);
}

#[tokio::test]
async fn somebody_else_is_there() {
    let server = TestServer::start(|_| Reply::status(200, "<html>welcome</html>")).await;
    let ran = run(&server.url(""), &["tools", "list"]).await;
    assert_eq!(ran.exit, Exit::Unreachable);
    assert!(ran.notes.contains("not like a hookswitch server"), "{}", ran.notes);
}

#[tokio::test]
async fn silence_ends_with_the_timeout() {
    let server = TestServer::start(|_| Reply::silence()).await;
    let ran = run(&server.url(""), &["--timeout", "100ms", "tools", "list"]).await;
    assert_eq!(ran.exit, Exit::Unreachable);
    assert!(ran.notes.contains("within 0.1 s"), "{}", ran.notes);
}

#[tokio::test]
async fn a_slow_body_is_held_to_the_timeout_too() {
    let server = TestServer::start(|_| Reply::dripping_body(Duration::from_millis(5))).await;
    let ran = run(&server.url(""), &["--timeout", "100ms", "tools", "list"]).await;
    assert_eq!(ran.exit, Exit::Unreachable);
}

#[tokio::test]
async fn an_unknown_name_is_not_found() {
    let fake = Fake::start().await;
    for arguments in [["tools", "get", "nowhere"], ["agents", "get", "nobody"]] {
        let ran = run(&fake.url(), &arguments).await;
        assert_eq!(ran.exit, Exit::NotFound);
        assert!(ran.notes.contains("list` shows what there is"), "{}", ran.notes);
    }
}

#[tokio::test]
async fn destruction_needs_a_yes() {
    let fake = Fake::start().await;
    for arguments in
        [&["secrets", "delete", "x"][..], &["keys", "revoke", "key_1"], &["sessions", "erase", "sess_1"]]
    {
        let ran = run(&fake.url(), arguments).await;
        assert_eq!(ran.exit, Exit::Usage);
        assert!(ran.notes.contains("hint: add --yes"), "{}", ran.notes);
    }
    assert_eq!(fake.writes(), Vec::<String>::new());
}
