//! Which connection carries a request (semantics: "Attempts and time").

use std::time::Duration;

use hookswitch_egress::{ACTION_IDLE, Freshness};
use hookswitch_testkit::{Reply, TestServer};

use crate::support::{builder, client_of, get, in_5s, post, send_get};

/// Lets time pass for the pool without letting the test wait.
pub(crate) async fn pass(time: Duration) {
    tokio::time::pause();
    tokio::time::advance(time).await;
    tokio::time::resume();
}

#[tokio::test]
async fn an_action_never_takes_a_connection_that_was_idle_for_two_seconds() {
    let server = TestServer::answering("x").await;
    let client = client_of(&server);
    let url = server.url("/");
    let action = || {
        let mut request = post(&client, &url, "x");
        request.freshness = Freshness::IdleUnder(ACTION_IDLE);
        request
    };
    send_get(&client, &url).await.unwrap();
    pass(Duration::from_millis(1500)).await;
    assert!(client.send(action(), in_5s()).await.unwrap().timings.reused, "fresh enough");
    pass(Duration::from_secs(2)).await;
    assert!(!client.send(action(), in_5s()).await.unwrap().timings.reused, "too old");
    assert_eq!(server.connections(), 2);
    // Both are idle now; after a while a read still takes one of them.
    pass(Duration::from_secs(3)).await;
    assert!(send_get(&client, &url).await.unwrap().timings.reused);
    let last = server.requests().pop().unwrap();
    assert_eq!(last.connection, 2, "the newest goes first");
    assert_eq!(server.connections(), 2);
}

#[tokio::test]
async fn idle_connections_are_closed_when_they_are_old() {
    let server = TestServer::answering("x").await;
    let client = builder(&[&server.allow_entry()]).max_idle_age(Duration::from_secs(10)).build().unwrap();
    send_get(&client, &server.url("/")).await.unwrap();
    pass(Duration::from_secs(5)).await;
    assert_eq!(client.idle_connections(), 1);
    pass(Duration::from_secs(6)).await;
    // The sweep closes it without a request that asks for it.
    server.wait_until(|server| server.closed_connections() == 1).await;
    assert_eq!(client.idle_connections(), 0);
}

#[tokio::test]
async fn the_number_of_idle_connections_is_bounded() {
    let slow = |_: &_| Reply::ok("x").after(Duration::from_millis(100));
    let (one, other) = (TestServer::start(slow).await, TestServer::start(slow).await);
    let client = builder(&[&one.allow_entry(), &other.allow_entry()]).max_idle(3, 4).build().unwrap();
    for server in [&one, &other] {
        let url = server.url("/");
        let all = (0..6).map(|_| send_get(&client, &url));
        for response in futures_util::future::join_all(all).await {
            response.unwrap();
        }
        assert_eq!(server.connections(), 6);
    }
    other.wait_until(|other| other.closed_connections() == 3).await;
    assert!((3..=4).contains(&client.idle_connections()), "{}", client.idle_connections());
}

#[tokio::test]
async fn an_answer_that_closes_is_not_kept() {
    let server = TestServer::start(|_| Reply::with(200, &[("connection", "close")], "x")).await;
    let client = client_of(&server);
    for _ in 0..3 {
        assert!(!send_get(&client, &server.url("/")).await.unwrap().timings.reused);
    }
    assert_eq!(server.connections(), 3);
}

#[tokio::test]
async fn timings_and_counters_tell_what_happened() {
    let server = TestServer::start(|_| Reply::ok("x").after(Duration::from_millis(30))).await;
    let client = client_of(&server);
    let first = send_get(&client, &server.url("/")).await.unwrap().timings;
    assert!(first.connect.is_some() && first.dns.is_none() && first.tls.is_none() && !first.reused);
    assert!(first.first_byte >= Duration::from_millis(30) && first.total >= first.first_byte);
    let second = client.send(get(&client, &server.url("/")), in_5s()).await.unwrap().timings;
    assert!(second.connect.is_none() && second.reused);
    let counted = client.counters().snapshot();
    assert_eq!((counted.connections_opened, counted.connections_reused, counted.requests_sent), (1, 1, 2));
}
