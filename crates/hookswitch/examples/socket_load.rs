//! Load for `benches/sockets`: many runtimes on session sockets, idle or calling tools at an even pace.
//!
//! `socket_load <address> <key> <sessions file> idle`: opens a socket a session, prints `ready`, holds them until its
//! standard input ends, and says how many were still open.
//!
//! `socket_load <address> <key> <sessions file> calls <seconds> <tool> <arguments> <upstream url>`: the same with a call
//! every 10 s on each socket, and beside each call one request straight to the upstream; prints the latencies in
//! microseconds as JSON.
#![allow(clippy::unwrap_used, reason = "a tool of benches stops at the first thing that is wrong")]
#![allow(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a client of the server and of the upstream; its output is what it is for"
)]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::{SinkExt as _, StreamExt as _};
use http_body_util::{BodyExt as _, Empty};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;
use tokio::sync::{Semaphore, mpsc};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

type Stream = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// Sockets that are opened at once.
const OPENING: usize = 32;
/// How often a socket calls.
const EVERY: Duration = Duration::from_secs(10);

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, address, key, file, mode, rest @ ..] = arguments.as_slice() else { panic!("see the source") };
    let sessions: Vec<String> = std::fs::read_to_string(file).unwrap().lines().map(str::to_owned).collect();
    let open = open_all(address, key, &sessions).await;
    match (mode.as_str(), rest) {
        ("idle", []) => idle(open).await,
        ("calls", [seconds, tool, arguments, upstream]) => {
            let seconds = Duration::from_secs(seconds.parse().unwrap());
            call(open, seconds, tool, arguments, upstream).await;
        }
        _ => panic!("see the source"),
    }
}

async fn open_all(address: &str, key: &str, sessions: &[String]) -> Vec<Stream> {
    let places = Arc::new(Semaphore::new(OPENING));
    let opening = sessions.iter().map(|session| {
        let (url, bearer) = (format!("ws://{address}/v1/sessions/{session}/socket"), format!("Bearer {key}"));
        let places = Arc::clone(&places);
        tokio::spawn(async move {
            let _place = places.acquire_owned().await.unwrap();
            let mut request = url.into_client_request().unwrap();
            request.headers_mut().insert("authorization", bearer.parse().unwrap());
            let small = WebSocketConfig::default().read_buffer_size(2048).write_buffer_size(0);
            let (mut stream, _) =
                tokio_tungstenite::connect_async_with_config(request, Some(small), true).await.unwrap();
            let hello = json!({"type": "hello", "reports": {"speech": true}});
            stream.send(Message::text(hello.to_string())).await.unwrap();
            let welcome = frame(&mut stream).await;
            assert_eq!(welcome["type"], "welcome", "{welcome}");
            stream
        })
    });
    let mut open = Vec::new();
    for opened in opening.collect::<Vec<_>>() {
        open.push(opened.await.unwrap());
    }
    open
}

/// The next text frame. Pings are answered by the library as it reads.
async fn frame(stream: &mut Stream) -> Value {
    loop {
        match stream.next().await {
            Some(Ok(Message::Text(text))) => return serde_json::from_str(&text).unwrap(),
            Some(Ok(Message::Close(_)) | Err(_)) | None => panic!("a socket was closed"),
            Some(Ok(_)) => {}
        }
    }
}

async fn idle(open: Vec<Stream>) {
    let closed = Arc::new(AtomicUsize::new(0));
    let count = open.len();
    for mut stream in open {
        let closed = Arc::clone(&closed);
        tokio::spawn(async move {
            while let Some(Ok(_)) = stream.next().await {}
            closed.fetch_add(1, Ordering::Relaxed);
        });
    }
    println!("ready");
    let mut end = Vec::new();
    tokio::io::stdin().read_to_end(&mut end).await.unwrap();
    println!("{}", count - closed.load(Ordering::Relaxed));
}

/// One call: over the socket, and straight to the upstream; microseconds.
struct Pair {
    through: u64,
    direct: u64,
}

async fn call(open: Vec<Stream>, time: Duration, tool: &str, arguments: &str, upstream: &str) {
    let client: Client<HttpConnector, Empty<Bytes>> =
        Client::builder(TokioExecutor::new()).pool_max_idle_per_host(64).build_http();
    let (results, mut measured) = mpsc::unbounded_channel();
    let begun = tokio::time::Instant::now() + Duration::from_secs(1);
    let count = u32::try_from(open.len()).unwrap();
    for (number, mut stream) in (0u32..).zip(open) {
        let (results, client) = (results.clone(), client.clone());
        let (tool, arguments, upstream) = (tool.to_owned(), arguments.to_owned(), upstream.to_owned());
        tokio::spawn(async move {
            // Evenly spread over the ten seconds.
            let mut next = begun + EVERY / count * number;
            let mut turn = 0u32;
            while next < begun + time {
                wait(&mut stream, next).await;
                turn += 1;
                let arguments = arguments.replace('#', &format!("{number}{turn:03}"));
                let id = format!("c{turn}");
                let call = json!({"type": "call", "tool_call_id": id, "name": tool, "arguments": arguments});
                let started = Instant::now();
                stream.send(Message::text(call.to_string())).await.unwrap();
                loop {
                    let order = frame(&mut stream).await;
                    if order["type"] == "result" {
                        assert_eq!(
                            (&order["outcome"], &order["replayed"]),
                            (&json!("done"), &json!(false)),
                            "{order}"
                        );
                        break;
                    }
                }
                let through = micros(started);
                let started = Instant::now();
                let answer = client.get(upstream.parse().unwrap()).await.unwrap();
                answer.into_body().collect().await.unwrap();
                results.send(Pair { through, direct: micros(started) }).unwrap();
                next += EVERY;
            }
        });
    }
    drop(results);
    let (mut through, mut direct) = (Vec::new(), Vec::new());
    while let Some(pair) = measured.recv().await {
        through.push(pair.through);
        direct.push(pair.direct);
    }
    through.sort_unstable();
    direct.sort_unstable();
    let figures = json!({"calls": through.len(), "p50": at(&through, 50), "p90": at(&through, 90),
        "p99": at(&through, 99), "max": through.last(), "direct_p50": at(&direct, 50),
        "direct_p99": at(&direct, 99)});
    println!("{figures}");
}

/// Until a moment; what comes meanwhile is read.
async fn wait(stream: &mut Stream, until: tokio::time::Instant) {
    loop {
        tokio::select! {
            () = tokio::time::sleep_until(until) => return,
            message = stream.next() => assert!(matches!(message, Some(Ok(_))), "a socket was closed"),
        }
    }
}

fn micros(started: Instant) -> u64 {
    u64::try_from(started.elapsed().as_micros()).unwrap()
}

fn at(sorted: &[u64], percent: usize) -> u64 {
    sorted.get((sorted.len() * percent / 100).min(sorted.len().saturating_sub(1))).copied().unwrap_or(0)
}
