//! The exact line between "never left" and "may have arrived".

use std::{sync::Arc, time::Duration};

use hookswitch_egress::{
    Client, MaybeSent, NotSent, SendError,
    testing::{DialScript, ScriptedAnswer, ScriptedDialer, ScriptedResolver},
};
use hookswitch_testkit::{Reply, Step, TestServer};
use tokio::time::Instant;

use crate::support::{PUBLIC, builder, client_of, get, in_5s, policy, post, scripted, send_get};

fn in_ms(ms: u64) -> Instant {
    Instant::now() + Duration::from_millis(ms)
}

const UNSENT: SendError = SendError::NotSent(NotSent::Deadline);
const TIMED_OUT: SendError = SendError::MaybeSent(MaybeSent::Timeout);

#[tokio::test(start_paused = true)]
async fn a_deadline_within_dns_or_connect_is_not_sent() {
    let resolver = ScriptedResolver::new()
        .with("connects.example.com", &[PUBLIC])
        .with_script("silent.example.com", vec![ScriptedAnswer::Silence]);
    let dialer = ScriptedDialer::new().with(&format!("{PUBLIC}:80"), DialScript::Silence);
    let client = scripted(policy(&[]), &resolver, &dialer);
    for name in ["silent", "connects"] {
        let started = Instant::now();
        let request = get(&client, &format!("http://{name}.example.com/"));
        let error = client.send(request, in_ms(500)).await.unwrap_err();
        assert_eq!(error, UNSENT);
        assert!(error.is_timeout() && !error.may_have_been_sent());
        assert_eq!(started.elapsed().as_millis(), 500);
    }
}

#[tokio::test]
async fn a_deadline_within_tls_is_not_sent() {
    // Speaks no TLS: it waits for the end of a request that never comes.
    let server = TestServer::start(|_| Reply::silence()).await;
    let client = client_of(&server);
    let request = get(&client, &server.url("/").replace("http:", "https:"));
    assert_eq!(client.send(request, in_ms(200)).await.unwrap_err(), UNSENT);
    assert_eq!((server.connections(), server.requests().len()), (1, 0));
}

#[tokio::test]
async fn a_deadline_after_writing_may_be_sent() {
    let server = TestServer::start(|_| Reply::silence()).await;
    let client = client_of(&server);
    let error = client.send(post(&client, &server.url("/"), "x"), in_ms(200)).await.unwrap_err();
    assert_eq!(error, TIMED_OUT);
    assert_eq!(server.requests().len(), 1);
    server.wait_until(|server| server.closed_connections() == 1).await;
}

#[tokio::test]
async fn a_passed_deadline_sends_nothing() {
    let server = TestServer::answering("x").await;
    let client = client_of(&server);
    assert_eq!(client.send(get(&client, &server.url("/")), in_ms(0)).await.unwrap_err(), UNSENT);
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn nobody_listening_is_not_sent() {
    let server = TestServer::answering("x").await;
    let (client, url) = (client_of(&server), server.url("/"));
    server.stop().await;
    let error = send_get(&client, &url).await.unwrap_err();
    assert_eq!(error, SendError::NotSent(NotSent::ConnectRefused));
    assert!(error.is_connect_error());
}

#[tokio::test]
async fn a_lost_connection_may_be_sent() {
    for reply in [
        Reply::reset(),
        Reply::reset_within_body(),
        Reply::steps(vec![Step::Close]),
        Reply::raw("HTTP/1.1 200 OK\r\ncontent-le").then(Step::Close),
        Reply::raw("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf").then(Step::Close),
    ] {
        let shown = format!("{reply:?}");
        let server = TestServer::start(move |_| reply.clone()).await;
        let error = send_get(&client_of(&server), &server.url("/")).await.unwrap_err();
        assert!(error.is_connection_lost(), "{shown}: {error:?}");
        assert_eq!(server.requests().len(), 1, "nothing is retried");
    }
}

#[tokio::test]
async fn a_connection_closed_while_idle_is_replaced() {
    let server = TestServer::start(|_| Reply::ok("x").then(Step::Close)).await;
    let client = client_of(&server);
    for sent in 1..=20 {
        send_get(&client, &server.url("/")).await.unwrap();
        server.wait_until(|server| server.closed_connections() == sent).await;
    }
    assert_eq!((server.connections(), server.requests().len()), (20, 20));
}

#[tokio::test]
async fn a_dropped_request_closes_its_connection() {
    let server = TestServer::start(|_| Reply::silence()).await;
    let client = client_of(&server);
    let request = get(&client, &server.url("/"));
    tokio::select! {
        outcome = client.send(request, in_5s()) => panic!("{outcome:?}"),
        () = server.wait_until(|server| server.requests().len() == 1) => {}
    }
    server.wait_until(|server| server.closed_connections() == 1).await;
    assert_eq!(client.idle_connections(), 0);
}

#[tokio::test]
async fn requests_beyond_the_open_connections_wait_inside_their_deadline() {
    let server = TestServer::start(|_| Reply::silence()).await;
    let client = builder(&[&server.allow_entry()]).max_open(1).build().unwrap();
    let first = client.send(get(&client, &server.url("/first")), in_ms(400));
    let second = async {
        server.wait_until(|server| server.requests().len() == 1).await;
        client.send(get(&client, &server.url("/second")), in_ms(100)).await
    };
    let (first, second) = tokio::join!(first, second);
    assert_eq!((first.unwrap_err(), second.unwrap_err()), (TIMED_OUT, UNSENT));
    assert_eq!(server.connections(), 1);
}

/// Requests with deadlines around the time that they take, over connections that the server closes as it likes: what
/// is called not sent never arrives, and what is answered has arrived once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn not_sent_is_exact() {
    let server = TestServer::start(|request| {
        let number: usize = request.target.trim_start_matches('/').parse().unwrap();
        let reply = Reply::ok("x");
        if number.is_multiple_of(3) { reply.then(Step::Close) } else { reply }
    })
    .await;
    let server = Arc::new(server);
    let client = client_of(&server);
    let (mut unsent, mut answered, mut unknown) = (Vec::new(), Vec::new(), 0);
    for number in 0..600_u64 {
        let deadline = Instant::now() + Duration::from_micros(number * 7 % 1500);
        match send_numbered(&client, &server, number, deadline).await {
            Ok(()) => answered.push(number),
            Err(SendError::NotSent(_)) => unsent.push(number),
            Err(SendError::MaybeSent(_)) => unknown += 1,
        }
    }
    // Every connection is gone before the server's list is read, so nothing can arrive later.
    drop(client);
    server.wait_until(|server| server.closed_connections() == server.connections()).await;
    let seen = |number: &u64| {
        server.requests().iter().filter(|request| request.target == format!("/{number}")).count()
    };
    let arrived: Vec<&u64> = unsent.iter().filter(|number| seen(number) != 0).collect();
    assert_eq!(arrived, Vec::<&u64>::new(), "called not sent, but arrived");
    assert!(answered.iter().all(|number| seen(number) == 1));
    println!("not sent {}, answered {}, unknown {unknown}", unsent.len(), answered.len());
    assert!(!unsent.is_empty() && !answered.is_empty());
}

async fn send_numbered(
    client: &Client,
    server: &TestServer,
    number: u64,
    deadline: Instant,
) -> Result<(), SendError> {
    client.send(post(client, &server.url(&format!("/{number}")), "x"), deadline).await.map(drop)
}
