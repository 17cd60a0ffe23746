//! Bodies and their codings.

use std::io::Write as _;

use flate2::{
    Compression,
    write::{DeflateEncoder, ZlibEncoder},
};
use hookswitch_egress::{
    MaybeSent, SendError,
    testing::{DialScript, ScriptedDialer, ScriptedResolver},
};
use hookswitch_testkit::{Reply, Step, TestServer};

use crate::support::{client_of, get, in_5s, policy, post, scripted, send_get};

async fn answer_of(reply: Reply) -> Result<String, SendError> {
    let server = TestServer::start(move |_| reply.clone()).await;
    let response = send_get(&client_of(&server), &server.url("/")).await?;
    assert!(!response.headers.contains_key("content-encoding"));
    Ok(String::from_utf8(response.body.to_vec()).unwrap())
}

fn coded(coding: &str, body: &[u8]) -> Reply {
    Reply::with(200, &[("content-encoding", coding)], body)
}

#[tokio::test]
async fn gzip_and_both_kinds_of_deflate_are_decoded() {
    let text = "a booking at noon, ".repeat(500);
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::default());
    zlib.write_all(text.as_bytes()).unwrap();
    let mut raw = DeflateEncoder::new(Vec::new(), Compression::default());
    raw.write_all(text.as_bytes()).unwrap();
    for reply in [
        Reply::gzip(text.as_bytes()),
        coded("deflate", &zlib.finish().unwrap()),
        coded("Deflate", &raw.finish().unwrap()),
    ] {
        assert_eq!(answer_of(reply).await.unwrap(), text);
    }
}

#[tokio::test]
async fn unknown_broken_and_stacked_codings_are_errors() {
    for reply in [
        coded("br", b"x"),
        coded("gzip, gzip", b"x"),
        coded("gzip", b"not gzip at all"),
        coded("deflate", b"\x78\x9c not zlib"),
    ] {
        let error = answer_of(reply).await.unwrap_err();
        assert!(matches!(error, SendError::MaybeSent(MaybeSent::BadEncoding(_))), "{error}");
    }
}

#[tokio::test]
async fn a_cut_gzip_body_is_an_error() {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(&[b'x'; 1000]).unwrap();
    let whole = encoder.finish().unwrap();
    for cut in [5, whole.len() / 2, whole.len() - 1] {
        let outcome = answer_of(coded("gzip", &whole[..cut])).await;
        assert!(
            matches!(outcome, Err(SendError::MaybeSent(MaybeSent::BadEncoding(_)))),
            "{cut}: {outcome:?}"
        );
    }
}

#[tokio::test]
async fn the_limit_is_exact() {
    for (size, fits) in [(1000, true), (1001, false)] {
        let body = vec![b'x'; size];
        let chunked = format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{size:x}\r\n");
        let chunked = [chunked.as_bytes(), &body, b"\r\n0\r\n\r\n"].concat();
        let until_close = [b"HTTP/1.1 200 OK\r\n\r\n".as_slice(), &body].concat();
        for reply in [
            Reply::with(200, &[], &body),
            Reply::raw(chunked),
            Reply::raw(until_close).then(Step::Close),
            Reply::gzip(&body),
        ] {
            let server = TestServer::start(move |_| reply.clone()).await;
            let client = client_of(&server);
            let mut request = get(&client, &server.url("/"));
            request.max_body = 1000;
            match client.send(request, in_5s()).await {
                Ok(response) => assert!(fits && response.body.len() == size),
                Err(error) => assert_eq!((error.code(), fits), ("response_too_large", false)),
            }
        }
    }
}

#[tokio::test]
async fn the_request_arrives_as_it_was_given() {
    let server = TestServer::answering("ok").await;
    let client = client_of(&server);
    let mut request = post(&client, &server.url("/a%2Fb/%C3%BC?q=a%20b&c=|^{}"), "{\"ü\":1}");
    request.headers.insert("x-one", "1".parse().unwrap());
    request.headers.append("x-one", "2".parse().unwrap());
    client.send(request, in_5s()).await.unwrap();
    let arrived = &server.requests()[0];
    assert_eq!((arrived.method.as_str(), arrived.text().as_str()), ("POST", "{\"ü\":1}"));
    assert_eq!(arrived.target, "/a%2Fb/%C3%BC?q=a%20b&c=|^{}");
    assert_eq!(arrived.header("content-length"), Some("8"));
    assert_eq!(arrived.header("accept-encoding"), Some("gzip"));
    assert_eq!(arrived.header("user-agent"), Some("hookswitch"));
    assert_eq!(arrived.headers.iter().filter(|(name, _)| name == "x-one").count(), 2);
    assert_eq!(arrived.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("host")).count(), 1);
}

#[tokio::test]
async fn headers_of_the_connection_are_not_the_callers() {
    let server = TestServer::answering("ok").await;
    let client = client_of(&server);
    for name in
        ["host", "content-length", "transfer-encoding", "connection", "upgrade", "te", "expect", "keep-alive"]
    {
        let mut request = get(&client, &server.url("/"));
        request.headers.insert(name, "x".parse().unwrap());
        let error = client.send(request, in_5s()).await.unwrap_err();
        assert_eq!(error.code(), "invalid_request");
        assert!(error.tenant_message().contains(name));
    }
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn a_post_without_body_says_so_and_an_ipv6_host_has_brackets() {
    let server = TestServer::answering("ok").await;
    let dialer = ScriptedDialer::new().with("[2606:4700::1]:8080", DialScript::To(server.address()));
    let client = scripted(policy(&[]), &ScriptedResolver::new(), &dialer);
    client.send(post(&client, "http://[2606:4700:0::1]:8080/", ""), in_5s()).await.unwrap();
    let arrived = &server.requests()[0];
    assert_eq!(arrived.header("host"), Some("[2606:4700::1]:8080"));
    assert_eq!(arrived.header("content-length"), Some("0"));
}
