//! `tools call` and `tools test`.

use hookswitch_cli::Exit;
use hookswitch_testkit::{RecordedRequest, Reply, TestServer};
use serde_json::{Value, json};

use crate::fake::problem;
use crate::program::{run, run_with_input};

const TOOL: &str = "tool_01kqf3v4r8e6t9x2b5m7n0p1qs";

fn body(request: &RecordedRequest) -> Value {
    serde_json::from_slice(&request.body).unwrap()
}

async fn server(call: Value) -> TestServer {
    TestServer::start(move |request| {
        let json = |value: Value| Reply::json(&value.to_string());
        match (request.method.as_str(), request.target.as_str()) {
            ("GET", "/v1/tools/by-name/Book%20a%20table") => json(json!({"id": TOOL, "name": "Book a table"})),
            ("POST", "/v1/sessions") => json(json!({"id": "sess_1", "status": "active"})),
            ("GET", "/v1/sessions/sess_1/tools") => {
                json(json!({"data": [{"type": "function", "function": {"name": "Book_a_table"}, "tool_id": TOOL}]}))
            }
            ("POST", "/v1/sessions/sess_1/calls" | "/v1/sessions/sess_1/end") => json(call.clone()),
            ("POST", target) if target == format!("/v1/tools/{TOOL}/test") => json(json!({
                "dry_run": body(request)["dry_run"], "execution_id": null, "outcome": null, "error": null,
                "request": {"method": "POST", "url": "https://api.example.com/bookings",
                    "headers": [["authorization", "[REDACTED]"], ["content-type", "application/json"]],
                    "body": "{\"date\":\"2026-12-01\"}"},
                "status": null, "response": null, "told": null, "variables": {}, "unset": ["customer"],
                "duration_ms": 0,
            })),
            _ => problem(404, "not_found", "there is nothing here"),
        }
    })
    .await
}

fn done() -> Value {
    json!({"execution_id": "exec_1", "tool_call_id": "c1", "outcome": "done", "result": "{\"booked\":true}",
        "replayed": true, "joined": false, "timed_out": false, "code": null, "confirmation": null, "duration_ms": 12})
}

#[tokio::test]
async fn a_call_without_a_session_starts_and_ends_one() {
    let server = server(done()).await;
    let arguments = ["tools", "call", "Book a table", "--args", "{\"date\":\"2026-12-01\"}"];
    let ran = run(&server.url(""), &arguments).await;
    assert_eq!(ran.exit, Exit::Done, "{}", ran.notes);
    assert_eq!(ran.out, "{\n  \"booked\": true\n}\n");
    assert_eq!(ran.notes, "session sess_1\ndone, replayed, 12 ms  exec_1\n");
    let requests = server.requests();
    let posts: Vec<_> = requests.iter().filter(|request| request.method == "POST").collect();
    let targets: Vec<_> = posts.iter().map(|request| request.target.as_str()).collect();
    assert_eq!(targets, ["/v1/sessions", "/v1/sessions/sess_1/calls", "/v1/sessions/sess_1/end"]);
    assert_eq!(body(posts[0]), json!({"channel": "text", "tools": [TOOL]}));
    assert_eq!(body(posts[1]), json!({"name": "Book_a_table", "arguments": {"date": "2026-12-01"}}));
    assert!(posts.iter().all(|request| request.header("idempotency-key").is_some()));
    assert_eq!(server.connections(), 1, "one connection is kept");
}

#[tokio::test]
async fn an_outcome_that_is_not_done_is_no_success() {
    let answer = json!({"execution_id": "exec_1", "outcome": "refused", "code": "confirmation_needed",
        "confirmation": "act_1", "result": "{\"error\":\"Shall I book it?\"}"});
    let server = server(answer.clone()).await;
    let arguments = ["tools", "call", "Book a table", "--session", "sess_1"];
    let ran = run(&server.url(""), &arguments).await;
    assert_eq!(ran.exit, Exit::Failed);
    assert!(ran.notes.contains("refused, confirmation_needed"), "{}", ran.notes);
    assert!(ran.notes.contains("--confirmation act_1"), "{}", ran.notes);
    assert!(server.requests().iter().all(|request| !request.target.ends_with("/end")), "not ours to end");

    let ran = run(&server.url(""), &[&arguments[..], &["--json"]].concat()).await;
    assert_eq!((ran.exit, ran.out), (Exit::Failed, format!("{answer}\n")));
}

#[tokio::test]
async fn a_dry_run_shows_the_request() {
    let server = server(done()).await;
    let arguments = ["tools", "test", "Book a table", "--args", "-", "--var", "n:=2", "--dry-run"];
    let ran = run_with_input(&server.url(""), &arguments, "{\"date\": \"2026-12-01\"}").await;
    assert_eq!(ran.exit, Exit::Done, "{}", ran.notes);
    insta::assert_snapshot!(ran.out);
    let requests = server.requests();
    let sent = body(requests.last().unwrap());
    let expected =
        json!({"arguments": {"date": "2026-12-01"}, "variables": {"n": 2}, "config": {}, "dry_run": true});
    assert_eq!(sent, expected);
}
