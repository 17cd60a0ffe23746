//! `sessions tail`.

use std::sync::atomic::{AtomicUsize, Ordering};

use hookswitch_cli::Exit;
use hookswitch_testkit::{Reply, Step, TestServer};

use crate::fake::problem;
use crate::program::run;

fn event(seq: u32, kind: &str, data: &str) -> String {
    let event = format!(
        "{{\"session\":\"sess_1\",\"seq\":{seq},\"at\":\"2026-11-20T09:00:0{seq}.000Z\",\"type\":\"{kind}\",\"data\":{data}}}"
    );
    format!("id: {seq}\nevent: {kind}\ndata: {event}\n\n")
}

fn stream(parts: &[String], then: Step) -> Reply {
    let chunks: Vec<_> = parts.iter().map(|part| format!("{:x}\r\n{part}\r\n", part.len())).collect();
    let body = chunks.concat();
    let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
    Reply::raw(format!("{head}{body}")).then(then)
}

fn started() -> String {
    event(1, "session.started", "{\"channel\":\"text\",\"tools\":[]}")
}

fn called() -> String {
    event(2, "call.answered", "{\"tool\":\"book\",\"outcome\":\"done\",\"execution_id\":\"exec_1\"}")
}

fn ended() -> String {
    event(3, "session.ended", "{\"reason\":\"requested\"}")
}

#[tokio::test]
async fn a_lost_stream_is_taken_up_where_it_broke() {
    let requests = AtomicUsize::new(0);
    let server = TestServer::start(move |_| match requests.fetch_add(1, Ordering::SeqCst) {
        0 => stream(&[": ping\n\n".to_owned(), started(), called()], Step::Reset),
        1 => Reply::reset(),
        // The server sends one event again: it is not shown twice.
        _ => stream(&[called(), ended()], Step::Hang),
    })
    .await;
    let ran = run(&server.url(""), &["sessions", "tail", "sess_1"]).await;
    assert_eq!(ran.exit, Exit::Done, "{}", ran.notes);
    insta::assert_snapshot!(ran.out);
    let requests = server.requests();
    let ids: Vec<_> = requests.iter().map(|request| request.header("last-event-id")).collect();
    assert_eq!(ids, [None, Some("2"), Some("2")]);
    assert_eq!(requests[2].target, "/v1/sessions/sess_1/events?after=2");
}

#[tokio::test]
async fn programs_get_one_event_a_line() {
    let server = TestServer::start(|_| stream(&[started(), ended()], Step::Hang)).await;
    let ran = run(&server.url(""), &["sessions", "tail", "sess_1", "--json"]).await;
    let kinds: Vec<_> = ran
        .out
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["type"].clone())
        .collect();
    assert_eq!(kinds, ["session.started", "session.ended"]);
}

#[tokio::test]
async fn a_session_that_is_not_there_is_not_waited_for() {
    let server = TestServer::start(|_| problem(404, "not_found", "there is no such session")).await;
    let ran = run(&server.url(""), &["sessions", "tail", "sess_1"]).await;
    assert_eq!(ran.exit, Exit::NotFound);
    assert_eq!(server.requests().len(), 1);
}
