//! Scenarios S14 and S29 of the security page, and what TLS is otherwise to do.

use std::sync::Arc;

use hookswitch_egress::{
    Client, InsecureTls, NotSent, Policy, PolicySettings, RedirectRule, RedirectStop, Refusal, RefusalClass,
    SendError, TlsRule,
    testing::{DialScript, ScriptedDialer, ScriptedResolver},
};
use hookswitch_testkit::{Authority, Flaw, Reply, Step, TestServer};

use crate::support::{PUBLIC, get, in_5s, network_of, policy, send_get, settings};

const NAME: &str = "api.example.com";

/// A client that trusts the authority and reaches one server under [`NAME`].
fn client_of(authority: &Authority, server: &TestServer, policy: Policy) -> Client {
    let resolver = ScriptedResolver::new().with(NAME, &[PUBLIC]);
    Client::builder(policy, Arc::new(resolver))
        .dial(Arc::new(network_of(server)))
        .extra_roots(vec![authority.root()])
        .build()
        .unwrap()
}

#[tokio::test]
async fn s14_https_is_never_left_for_http() {
    let authority = Authority::new();
    let plain = TestServer::answering("plain").await;
    let server = TestServer::start_tls(authority.server(&[NAME], Flaw::None), |_| {
        Reply::redirect(307, "http://api.example.com/")
    })
    .await;
    let resolver = ScriptedResolver::new().with(NAME, &[PUBLIC]);
    let dialer = ScriptedDialer::new()
        .with(&format!("{PUBLIC}:80"), DialScript::To(plain.address()))
        .with(&format!("{PUBLIC}:443"), DialScript::To(server.address()));
    let client = Client::builder(policy(&[]), Arc::new(resolver))
        .dial(Arc::new(dialer))
        .extra_roots(vec![authority.root()])
        .build()
        .unwrap();
    for rule in [RedirectRule::Follow { max_hops: 5 }, RedirectRule::SameOrigin307And308 { max_hops: 3 }] {
        let mut request = get(&client, "https://api.example.com/");
        request.redirects = rule;
        let response = client.send(request, in_5s()).await.unwrap();
        assert_eq!(response.redirect_stop, Some(RedirectStop::Downgrade));
    }
    assert_eq!(plain.connections(), 0);
}

#[tokio::test]
async fn s29_bad_certificates_are_refused_before_the_request() {
    let authority = Authority::new();
    for (flaw, good) in
        [(Flaw::None, true), (Flaw::Expired, false), (Flaw::WrongName, false), (Flaw::SelfSigned, false)]
    {
        let server = TestServer::start_tls(authority.server(&[NAME], flaw), |_| Reply::ok("secret")).await;
        let client = client_of(&authority, &server, policy(&[]));
        match send_get(&client, "https://api.example.com/").await {
            Ok(_) => assert!(good, "{flaw:?} passed"),
            Err(error) => {
                assert!(matches!(error, SendError::NotSent(NotSent::Tls(_))), "{flaw:?}: {error}");
                assert!(!good && error.is_connect_error() && server.requests().is_empty());
            }
        }
        let bare = Client::builder(policy(&[]), Arc::new(ScriptedResolver::new().with(NAME, &[PUBLIC])))
            .dial(Arc::new(network_of(&server)))
            .build()
            .unwrap();
        assert_eq!(send_get(&bare, "https://api.example.com/").await.unwrap_err().code(), "tls_failed");
    }
}

#[tokio::test]
async fn s29_the_switch_works_for_one_request_where_the_operator_allows_it() {
    let authority = Authority::new();
    let server =
        TestServer::start_tls(authority.server(&[NAME], Flaw::SelfSigned), |_| Reply::ok("hello")).await;
    let strict = client_of(&authority, &server, policy(&[]));
    let mut request = get(&strict, "https://api.example.com/");
    request.tls = TlsRule::Insecure;
    let error = strict.send(request.clone(), in_5s()).await.unwrap_err();
    assert_eq!(error.refusal().map(Refusal::class), Some(RefusalClass::InsecureTls));
    let allowed = PolicySettings { insecure_tls: InsecureTls::Allowed, ..settings(&[]) };
    strict.set_policy(Policy::new(allowed));
    assert_eq!(strict.send(request, in_5s()).await.unwrap().body, "hello");
    // Its connection is kept apart from those that were verified.
    let error = send_get(&strict, "https://api.example.com/").await.unwrap_err();
    assert_eq!(error.code(), "tls_failed");
}

#[tokio::test]
async fn the_server_is_asked_for_by_its_canonical_name_and_speaks_http_1() {
    let authority = Authority::new();
    let server = TestServer::start_tls(authority.server(&[NAME], Flaw::None), |_| Reply::ok("hello")).await;
    let client = client_of(&authority, &server, policy(&[]));
    send_get(&client, "https://API.example.com./").await.unwrap();
    assert_eq!(server.server_names(), vec![NAME]);
    assert_eq!(server.requests()[0].header("host"), Some(NAME));
}

/// Keep-alive and resumption, counted by the server.
#[tokio::test]
async fn connections_are_kept_and_sessions_resumed() {
    let authority = Authority::new();
    let server = TestServer::start_tls(authority.server(&[NAME], Flaw::None), |request| {
        let reply = Reply::ok("hello");
        if request.target == "/close" { reply.then(Step::Close) } else { reply }
    })
    .await;
    let client = client_of(&authority, &server, policy(&[]));
    for _ in 0..50 {
        send_get(&client, "https://api.example.com/").await.unwrap();
    }
    assert_eq!((server.connections(), server.handshakes()), (1, (1, 0, 0)));
    for closed in 1..=10 {
        send_get(&client, "https://api.example.com/close").await.unwrap();
        server.wait_until(|server| server.closed_connections() == closed).await;
    }
    send_get(&client, "https://api.example.com/").await.unwrap();
    let (full, resumed, failed) = server.handshakes();
    assert_eq!((full, failed), (1, 0));
    assert_eq!(resumed, server.connections() - 1);
    let counted = client.counters().snapshot();
    assert_eq!((counted.tls_full_handshakes, counted.tls_resumed_handshakes), (1, resumed as u64));
    println!(
        "keep-alive: 61 requests, {} connections, {full} full and {resumed} resumed handshakes",
        server.connections()
    );
}
