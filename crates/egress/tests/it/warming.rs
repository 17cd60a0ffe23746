//! Connections opened ahead of a request.

use std::{sync::Arc, time::Duration};

use hookswitch_egress::{
    ACTION_IDLE, Client, Freshness, NotSent, TlsRule, Warmth,
    testing::{DialScript, ScriptedDialer, ScriptedResolver},
};
use hookswitch_testkit::{Authority, Flaw, Reply, TestServer};

use crate::{
    connections::pass,
    support::{PUBLIC, builder, checked, client_of, in_5s, network_of, policy, post, scripted},
};

const FRESH: Freshness = Freshness::IdleUnder(ACTION_IDLE);

#[tokio::test]
async fn a_warmed_action_makes_no_new_connection() {
    let authority = Authority::new();
    let server =
        TestServer::start_tls(authority.server(&["api.example.com"], Flaw::None), |_| Reply::ok("x")).await;
    let resolver = ScriptedResolver::new().with("api.example.com", &[PUBLIC]);
    let client = Client::builder(policy(&[]), Arc::new(resolver))
        .dial(Arc::new(network_of(&server)))
        .extra_roots(vec![authority.root()])
        .build()
        .unwrap();
    let url = checked(&client, "https://api.example.com/book");
    assert_eq!(client.warm(&url, TlsRule::Verified, FRESH).await, Ok(Warmth::Opened));
    assert_eq!((server.connections(), server.requests().len()), (1, 0));
    let mut request = post(&client, "https://api.example.com/book", "x");
    request.freshness = FRESH;
    let response = client.send(request, in_5s()).await.unwrap();
    assert!(response.timings.reused && response.timings.connect.is_none());
    assert_eq!((server.connections(), server.handshakes()), (1, (1, 0, 0)));
    assert_eq!(client.counters().snapshot().connections_warmed, 1);
}

#[tokio::test]
async fn warming_twice_opens_one_connection_while_it_is_fresh() {
    let server = TestServer::answering("x").await;
    let client = client_of(&server);
    let url = checked(&client, &server.url("/"));
    let both = tokio::join!(
        client.warm(&url, TlsRule::Verified, FRESH),
        client.warm(&url, TlsRule::Verified, FRESH)
    );
    assert_eq!(both, (Ok(Warmth::Opened), Ok(Warmth::AlreadyWarm)));
    assert_eq!(client.warm(&url, TlsRule::Verified, FRESH).await, Ok(Warmth::AlreadyWarm));
    pass(Duration::from_millis(1100)).await;
    assert_eq!(client.warm(&url, TlsRule::Verified, FRESH).await, Ok(Warmth::Opened));
    assert_eq!(client.warm(&url, TlsRule::Verified, Freshness::Any).await, Ok(Warmth::AlreadyWarm));
    server.wait_until(|server| server.connections() == 2).await;
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn warming_has_a_bound_and_an_abandoned_one_blocks_nobody() {
    let mut resolver = ScriptedResolver::new();
    for n in 0..65 {
        resolver = resolver.with(&format!("host{n}.example.com"), &[PUBLIC]);
    }
    let dialer = ScriptedDialer::new().with(&format!("{PUBLIC}:80"), DialScript::Silence);
    let client = scripted(policy(&[]), &resolver, &dialer);
    let urls: Vec<_> = (0..65).map(|n| checked(&client, &format!("http://host{n}.example.com/"))).collect();
    let mut under_way: Vec<_> =
        urls[..64].iter().map(|url| Box::pin(client.warm(url, TlsRule::Verified, FRESH))).collect();
    for warming in &mut under_way {
        assert!(futures_util::poll!(warming).is_pending());
    }
    assert_eq!(client.warm(&urls[64], TlsRule::Verified, FRESH).await, Ok(Warmth::Busy));
    drop(under_way);
    tokio::time::pause();
    let again = client.warm(&urls[64], TlsRule::Verified, FRESH).await;
    assert_eq!(again, Err(NotSent::ConnectTimeout));
}

#[tokio::test]
async fn a_dry_run_says_whether_a_target_can_be_reached() {
    let server = TestServer::answering("x").await;
    let client = builder(&[&server.allow_entry()]).build().unwrap();
    let url = checked(&client, &server.url("/"));
    let reached = client.reachable(&url, TlsRule::Verified, in_5s()).await.unwrap();
    assert_eq!(reached.peer, server.address());
    server.wait_until(|server| server.closed_connections() == 1).await;
    assert_eq!((server.requests().len(), client.idle_connections()), (0, 0));
    server.stop().await;
    let error = client.reachable(&url, TlsRule::Verified, in_5s()).await.unwrap_err();
    assert_eq!(error, NotSent::ConnectRefused);
}
