//! Traces from the caller over a server to the webhook and the collector.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use hookswitch_testkit::{Reply, TestServer};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message as _;
use serde_json::{Value, json};

use crate::server::{KEY, ServerProcess};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const CALLER: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

/// Sends one request of a caller's trace and reads the JSON answer.
fn post(server: &ServerProcess, path: &str, body: &Value) -> Value {
    let address = server.address.strip_prefix("http://").unwrap();
    let body = body.to_string();
    let mut stream = TcpStream::connect(address).unwrap();
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {KEY}\r\ntraceparent: {CALLER}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(body.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 2"), "{answer}");
    serde_json::from_str(body).unwrap()
}

/// A server with these settings, a lookup tool of it, and a session.
fn start(folder: &std::path::Path, upstream: &TestServer, settings: &str) -> (ServerProcess, String) {
    let file = folder.join("hookswitch.toml");
    std::fs::write(&file, settings).unwrap();
    let flags = ["--config", file.to_str().unwrap(), "--allow-egress", &upstream.allow_entry()];
    let server = ServerProcess::start(&folder.join("data"), &flags);
    let url = format!("{}?token=url-secret", upstream.url("/customers"));
    let tool = json!({
        "name": "look_up", "description": "Looks up", "kind": "webhook", "webhook": {"url": url},
        "parameters": [{"name": "phone", "schema": {"type": "string"}, "required": true}],
    });
    post(&server, "/v1/tools", &tool);
    let session = post(&server, "/v1/sessions", &json!({"tools": ["look_up"]}));
    let path = format!("/v1/sessions/{}/calls", session["id"].as_str().unwrap());
    (server, path)
}

fn call(server: &ServerProcess, path: &str, phone: &str) -> Value {
    post(server, path, &json!({"name": "look_up", "arguments": {"phone": phone}}))
}

fn id(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_is_one_trace_from_the_caller_to_the_webhook() {
    let upstream = TestServer::answering(r#"{"customer":"result-secret"}"#).await;
    let collector = TestServer::start(|_| Reply::status(200, "")).await;
    let folder = tempfile::tempdir().unwrap();
    let (server, path) =
        start(folder.path(), &upstream, &format!("otlp_endpoint = \"{}\"\n", collector.url("")));
    let answer = call(&server, &path, "argument-secret");
    // What waits leaves before the process ends.
    assert!(server.terminate());

    let exports: Vec<_> = collector.requests();
    let spans: Vec<Span> = exports
        .iter()
        .map(|request| ExportTraceServiceRequest::decode(request.body.clone()).unwrap())
        .flat_map(|export| export.resource_spans)
        .flat_map(|resource| resource.scope_spans)
        .flat_map(|scope| scope.spans)
        .collect();
    let named = |name: &str| spans.iter().find(|span| span.name == name).unwrap();
    let (call, attempt) = (named("call"), named("attempt"));
    assert_eq!((id(&call.trace_id), id(&call.parent_span_id)), (TRACE.into(), "00f067aa0ba902b7".into()));
    assert_eq!((id(&attempt.trace_id), &attempt.parent_span_id), (TRACE.into(), &call.span_id));
    let sent = upstream.requests()[0].header("traceparent").unwrap().to_owned();
    assert_eq!(sent, format!("00-{TRACE}-{}-01", id(&attempt.span_id)));
    let all: String = exports.iter().map(hookswitch_testkit::RecordedRequest::text).collect();
    assert!(all.contains(answer["execution_id"].as_str().unwrap()) && all.contains("done"));
    for secret in ["argument-secret", "result-secret", "url-secret", "customers", KEY] {
        assert!(!all.contains(secret), "{secret} was exported");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_collector_the_callers_context_passes_unchanged() {
    let upstream = TestServer::answering("{}").await;
    let folder = tempfile::tempdir().unwrap();
    let (server, path) = start(folder.path(), &upstream, "");
    call(&server, &path, "1");
    assert_eq!(upstream.requests()[0].header("traceparent"), Some(CALLER));
    assert!(server.terminate());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_collector_that_hangs_is_not_felt_by_calls_nor_by_the_end() {
    let upstream = TestServer::answering("{}").await;
    let collector = TestServer::start(|_| Reply::silence()).await;
    let folder = tempfile::tempdir().unwrap();
    let (server, path) =
        start(folder.path(), &upstream, &format!("otlp_endpoint = \"{}\"\n", collector.url("")));
    call(&server, &path, "first");
    collector.wait_until(|collector| !collector.requests().is_empty()).await;
    // An export is under way now and stays so for seconds.
    let start = Instant::now();
    for number in 0..20 {
        call(&server, &path, &number.to_string());
    }
    assert!(start.elapsed() < Duration::from_secs(4), "{:?}", start.elapsed());
    assert!(server.terminate());
}
