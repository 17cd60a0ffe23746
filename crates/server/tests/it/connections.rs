//! Bounds of connections: slow and oversized heads, silent clients, too many at once, TLS.

use std::sync::Arc;
use std::time::Duration;

use hookswitch_server::{ServerError, ServerParts, ServerSettings, TlsFiles};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::Instant;

use crate::support::Setup;

fn short(parts: ServerParts) -> ServerParts {
    let settings = ServerSettings {
        header_timeout: Duration::from_millis(300),
        idle_timeout: Duration::from_millis(1500),
        max_connections: 4,
        max_head: 8 * 1024,
        max_headers: 20,
        ..parts.settings
    };
    ServerParts { settings, ..parts }
}

async fn read_all(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    // A reset ends it, too.
    let _ = stream.read_to_end(&mut bytes).await;
    String::from_utf8_lossy(&bytes).into_owned()
}

const HEALTH: &[u8] = b"GET /health HTTP/1.1\r\nhost: a\r\n\r\n";

/// Sends a request on an open connection and reads its whole answer.
async fn health(stream: &mut TcpStream) {
    stream.write_all(HEALTH).await.unwrap();
    let mut seen = String::new();
    while !seen.ends_with(r#"{"status":"ok"}"#) {
        let mut piece = [0; 1024];
        let read = stream.read(&mut piece).await.unwrap();
        assert_ne!(read, 0, "closed after {seen:?}");
        seen.push_str(std::str::from_utf8(&piece[..read]).unwrap());
    }
}

#[tokio::test]
async fn heads_that_drip_are_cut_and_silence_is_borne_longer() {
    let server = Setup { parts: Some(short), ..Setup::default() }.start().await;
    let mut slow = TcpStream::connect(server.address).await.unwrap();
    let started = Instant::now();
    slow.write_all(b"GET /health HTTP/1.1\r\nhost:").await.unwrap();
    read_all(&mut slow).await;
    let took = started.elapsed();
    assert!(took >= Duration::from_millis(300) && took < Duration::from_millis(1400), "{took:?}");

    let mut idle = TcpStream::connect(server.address).await.unwrap();
    health(&mut idle).await;
    let started = Instant::now();
    read_all(&mut idle).await;
    let took = started.elapsed();
    assert!(took >= Duration::from_millis(1400), "{took:?}");

    // A slow second head on a kept connection is cut as well.
    let mut kept = TcpStream::connect(server.address).await.unwrap();
    health(&mut kept).await;
    let started = Instant::now();
    kept.write_all(b"GET /hea").await.unwrap();
    read_all(&mut kept).await;
    assert!(started.elapsed() < Duration::from_millis(1400), "{:?}", started.elapsed());
}

#[tokio::test]
async fn heads_that_are_too_large_are_refused() {
    let server = Setup { parts: Some(short), ..Setup::default() }.start().await;
    let long = format!("GET /health HTTP/1.1\r\nhost: a\r\nx: {}\r\n\r\n", "y".repeat(20_000));
    let many = format!("GET /health HTTP/1.1\r\nhost: a\r\n{}\r\n", "x: y\r\n".repeat(50));
    let url = format!("GET /{} HTTP/1.1\r\nhost: a\r\n\r\n", "y".repeat(20_000));
    for head in [long, many, url] {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        stream.write_all(head.as_bytes()).await.unwrap();
        let answer = read_all(&mut stream).await;
        let status = answer.split(' ').nth(1).unwrap_or_default().to_owned();
        // What was not read when the server closed makes the system drop the answer on the way.
        assert!(["431", "414", "400", ""].contains(&status.as_str()), "{answer:?}");
    }
    assert_eq!(server.nobody().get("/health").await.status, 200);
}

#[tokio::test]
async fn what_is_no_http_is_refused() {
    let server = Setup { parts: Some(short), ..Setup::default() }.start().await;
    let cases: [&[u8]; 6] = [
        b"\x16\x03\x01\x00\x00",
        b"GET /health\r\n\r\n",
        b"GET /health HTTP/1.1\r\nhost: a\r\nx\x00y: 1\r\n\r\n",
        b"POST /v1/tools HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}",
        b"POST /v1/tools HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\ncontent-length: 2\r\n\r\nzz\r\n",
        b"GET /health HTTP/9.9\r\nhost: a\r\n\r\n",
    ];
    for bytes in cases {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        stream.write_all(bytes).await.unwrap();
        let answer = tokio::time::timeout(Duration::from_secs(10), read_all(&mut stream)).await.unwrap();
        let status = answer.split(' ').nth(1).unwrap_or("").to_owned();
        assert!(status.is_empty() || status.starts_with('4'), "{answer:?}");
    }
    assert_eq!(server.nobody().get("/health").await.status, 200);
}

#[tokio::test]
async fn connections_are_bounded() {
    let server = Setup { parts: Some(short), ..Setup::default() }.start().await;
    let mut open = Vec::new();
    for _ in 0..4 {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        health(&mut stream).await;
        open.push(stream);
    }
    let mut fifth = TcpStream::connect(server.address).await.unwrap();
    fifth.write_all(HEALTH).await.unwrap();
    let mut byte = [0];
    let early = tokio::time::timeout(Duration::from_millis(200), fifth.read(&mut byte)).await;
    assert!(early.is_err(), "the fifth connection must wait");
    drop(open.pop());
    fifth.read_exact(&mut byte).await.unwrap();
    assert_eq!(&byte, b"H");
}

#[tokio::test]
async fn many_requests_go_over_one_connection() {
    let server = Setup { parts: Some(short), ..Setup::default() }.start().await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    for _ in 0..50 {
        health(&mut stream).await;
    }
    let metrics = server.nobody().get("/metrics").await.text();
    assert!(metrics.contains("hookswitch_http_connections_total 2\n"), "{metrics}");
}

#[tokio::test]
async fn tls_with_a_certificate_of_ones_own() {
    let directory = tempfile::tempdir().unwrap();
    let own = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let files = TlsFiles { cert: directory.path().join("cert.pem"), key: directory.path().join("key.pem") };
    std::fs::write(&files.cert, own.cert.pem()).unwrap();
    std::fs::write(&files.key, own.signing_key.serialize_pem()).unwrap();
    let setup = Setup { tls: Some(files.clone()), ..Setup::default() };
    let server = setup.start().await;
    let mut roots = rustls::RootCertStore::empty();
    roots.add(own.cert.der().clone()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let connector = tokio_rustls::TlsConnector::from(Arc::new(config));
    let stream = TcpStream::connect(server.address).await.unwrap();
    let name = rustls_pki_types::ServerName::try_from("localhost").unwrap();
    let mut stream = connector.connect(name, stream).await.unwrap();
    stream.write_all(b"GET /health HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.ends_with(r#"{"status":"ok"}"#), "{answer}");

    let missing = TlsFiles { cert: directory.path().join("nothing.pem"), ..files.clone() };
    let parts = ServerParts { tls: Some(missing), ..ServerParts::new(server.engine.clone()) };
    let error = hookswitch_server::Server::new(parts).unwrap_err();
    assert!(matches!(error, ServerError::Pem { .. }) && error.to_string().contains("nothing.pem"), "{error}");
    let swapped = TlsFiles { cert: files.key.clone(), key: files.cert };
    let parts = ServerParts { tls: Some(swapped), ..ServerParts::new(server.engine.clone()) };
    assert!(hookswitch_server::Server::new(parts).is_err());
}
