//! Scenarios S1 to S12 of the security page: names and what they resolve to.

use std::{io, time::Duration};

use hookswitch_egress::{
    AddressClass, DnsError, Nat64, NotSent, Policy, PolicySettings, Refusal, RefusalClass, SendError,
    testing::{DialScript, ScriptedAnswer, ScriptedDialer, ScriptedResolver},
};
use hookswitch_testkit::TestServer;

use crate::support::{PUBLIC, builder, in_5s, network_of, policy, scripted, send_get};

/// Resolves one name to these addresses and sends a request to it; gives the outcome and what was dialled.
async fn outcome_of(addresses: &[&str], nat64: Nat64) -> (Result<u16, SendError>, Vec<String>) {
    let server = TestServer::answering("hello").await;
    let resolver = ScriptedResolver::new().with("api.example.com", addresses);
    let dialer = network_of(&server).with("[64:ff9b::5db8:d822]:80", DialScript::To(server.address()));
    let policy = Policy::new(PolicySettings { nat64, ..PolicySettings::default() });
    let client = scripted(policy, &resolver, &dialer);
    let outcome = send_get(&client, "http://api.example.com/").await;
    let dialled = dialer.dialled().iter().map(ToString::to_string).collect();
    (outcome.map(|response| response.status.as_u16()), dialled)
}

async fn assert_refused(addresses: &[&str], class: AddressClass, nat64: Nat64) {
    let (outcome, dialled) = outcome_of(addresses, nat64).await;
    let error = outcome.unwrap_err();
    assert_eq!(error.refusal().map(Refusal::class), Some(RefusalClass::Address(class)));
    assert!(error.is_refusal() && !error.may_have_been_sent());
    assert_eq!(dialled, Vec::<String>::new());
}

#[tokio::test]
async fn s01_one_public_address_is_dialled_exactly_there() {
    let server = TestServer::answering("hello").await;
    let resolver = ScriptedResolver::new().with("api.example.com", &[PUBLIC]);
    let dialer = network_of(&server);
    let client = scripted(policy(&[]), &resolver, &dialer);
    let response = send_get(&client, "http://API.example.com./a?b=1").await.unwrap();
    assert_eq!(response.body, "hello");
    assert_eq!(response.peer.to_string(), format!("{PUBLIC}:80"));
    assert_eq!(dialer.dialled(), vec![format!("{PUBLIC}:80").parse().unwrap()]);
    assert_eq!(resolver.asked(), vec!["api.example.com"]);
    let requests = server.requests();
    assert_eq!(requests[0].header("host"), Some("api.example.com"));
    assert_eq!(requests[0].target, "/a?b=1");
}

#[tokio::test]
async fn s02_a_private_address_beside_a_public_one() {
    assert_refused(&[PUBLIC, "10.0.0.5"], AddressClass::Private, Nat64::Refused).await;
}

#[tokio::test]
async fn s03_ipv6_loopback_beside_a_public_address() {
    assert_refused(&[PUBLIC, "::1"], AddressClass::Loopback, Nat64::Refused).await;
}

#[tokio::test]
async fn s04_a_public_name_of_loopback() {
    assert_refused(&["127.0.0.1"], AddressClass::Loopback, Nat64::Refused).await;
}

// S5, the chain of aliases, runs against a real DNS exchange in `hickory.rs`.

#[tokio::test]
async fn s06_rebinding_between_two_requests() {
    let server =
        TestServer::start(|_| hookswitch_testkit::Reply::ok("x").then(hookswitch_testkit::Step::Close)).await;
    let addresses = |text: &str| ScriptedAnswer::Addresses(vec![text.parse().unwrap()]);
    let resolver = ScriptedResolver::new()
        .with_script("api.example.com", vec![addresses(PUBLIC), addresses("127.0.0.1")]);
    let dialer = network_of(&server);
    let client = scripted(policy(&[]), &resolver, &dialer);
    assert!(send_get(&client, "http://api.example.com/").await.is_ok());
    assert_eq!(resolver.asked().len(), 1);
    server.wait_until(|server| server.closed_connections() == 1).await;
    let error = send_get(&client, "http://api.example.com/").await.unwrap_err();
    assert!(error.is_refusal());
    assert_eq!(resolver.asked().len(), 2);
    assert!(dialer.dialled().iter().all(|address| !address.ip().is_loopback()));
}

#[tokio::test]
async fn s07_rebinding_between_attempts() {
    let server = TestServer::start(|_| hookswitch_testkit::Reply::reset()).await;
    let addresses = |text: &str| ScriptedAnswer::Addresses(vec![text.parse().unwrap()]);
    let script = vec![addresses(PUBLIC), addresses(PUBLIC), addresses("169.254.169.254")];
    let resolver = ScriptedResolver::new().with_script("api.example.com", script);
    let dialer = network_of(&server);
    let client = scripted(policy(&[]), &resolver, &dialer);
    for _ in 0..2 {
        assert!(send_get(&client, "http://api.example.com/").await.unwrap_err().is_connection_lost());
    }
    assert!(send_get(&client, "http://api.example.com/").await.unwrap_err().is_refusal());
    assert_eq!((resolver.asked().len(), dialer.dialled().len()), (3, 2));
}

#[tokio::test]
async fn s08_nat64_around_a_private_address() {
    assert_refused(&["64:ff9b::a00:1"], AddressClass::EmbeddedIpv4, Nat64::Carried).await;
}

#[tokio::test]
async fn s09_nat64_around_a_public_address() {
    let (outcome, dialled) = outcome_of(&["64:ff9b::5db8:d822"], Nat64::Carried).await;
    assert_eq!((outcome, dialled), (Ok(200), vec!["[64:ff9b::5db8:d822]:80".to_owned()]));
    assert_refused(&["64:ff9b::5db8:d822"], AddressClass::EmbeddedIpv4, Nat64::Refused).await;
}

#[tokio::test(start_paused = true)]
async fn s10_four_ways_to_have_no_address() {
    let error = |error| vec![ScriptedAnswer::Error(error)];
    let resolver = ScriptedResolver::new()
        .with_script("empty.example.com", vec![ScriptedAnswer::Addresses(Vec::new())])
        .with_script("servfail.example.com", error(DnsError::ServerFailure))
        .with_script("silent.example.com", vec![ScriptedAnswer::Silence]);
    let client = scripted(policy(&[]), &resolver, &ScriptedDialer::new());
    let started = tokio::time::Instant::now();
    for (name, dns_error, code) in [
        ("empty.example.com", DnsError::NoAnswers, "dns_no_answers"),
        ("unknown.example.com", DnsError::NotFound, "dns_not_found"),
        ("servfail.example.com", DnsError::ServerFailure, "dns_server_failure"),
        ("silent.example.com", DnsError::Timeout, "dns_timeout"),
    ] {
        let error = send_get(&client, &format!("http://{name}/")).await.unwrap_err();
        assert_eq!(error, SendError::NotSent(NotSent::Dns(dns_error)));
        assert_eq!(error.code(), code);
        assert!(error.is_connect_error() && !error.is_timeout());
    }
    // The DNS budget of 2 s, not the request's 5 s.
    assert_eq!(started.elapsed().as_secs(), 2);
    assert_eq!(client.counters().snapshot().dns_failures, 4);
}

#[tokio::test]
async fn s11_two_hundred_answers_are_all_checked() {
    let mut answers: Vec<String> = (0..200).map(|n| format!("93.184.1.{n}")).collect();
    let texts: Vec<&str> = answers.iter().map(String::as_str).collect();
    let (outcome, dialled) = outcome_of(&texts, Nat64::Refused).await;
    assert_eq!(outcome, Err(SendError::NotSent(NotSent::ConnectFailed(io::ErrorKind::NetworkUnreachable))));
    assert!(dialled.len() <= 8, "{dialled:?}");
    answers.push("192.168.0.1".to_owned());
    let texts: Vec<&str> = answers.iter().map(String::as_str).collect();
    assert_refused(&texts, AddressClass::Private, Nat64::Refused).await;
    let too_many: Vec<String> = (0..1025_u32).map(|n| format!("93.{}.{}.1", n >> 8, n & 255)).collect();
    let texts: Vec<&str> = too_many.iter().map(String::as_str).collect();
    let (outcome, _) = outcome_of(&texts, Nat64::Refused).await;
    assert_eq!(outcome, Err(SendError::NotSent(NotSent::Dns(DnsError::TooManyAnswers))));
}

#[tokio::test]
async fn s12_a_peer_that_is_not_the_checked_address() {
    let server = TestServer::answering("secret").await;
    let resolver = ScriptedResolver::new().with("api.example.com", &[PUBLIC]);
    let elsewhere = DialScript::Misled(server.address(), "127.0.0.1:80".parse().unwrap());
    let dialer = ScriptedDialer::new().with(&format!("{PUBLIC}:80"), elsewhere);
    let client = scripted(policy(&[]), &resolver, &dialer);
    let error = send_get(&client, "http://api.example.com/").await.unwrap_err();
    assert_eq!(error, SendError::NotSent(NotSent::PeerMismatch));
    server.wait_until(|server| server.closed_connections() == 1).await;
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn the_next_address_is_tried_when_one_does_not_answer() {
    let server = TestServer::answering("hello").await;
    let resolver = ScriptedResolver::new().with("api.example.com", &["93.184.1.1", "2606:4700::1", PUBLIC]);
    let dialer = network_of(&server).with("93.184.1.1:80", DialScript::Silence);
    let client = scripted(policy(&[]), &resolver, &dialer);
    let response = send_get(&client, "http://api.example.com/").await.unwrap();
    assert_eq!(response.peer.ip().to_string(), PUBLIC);
    assert_eq!(dialer.dialled().len(), 3);
}

#[tokio::test]
async fn localhost_resolves_only_where_an_entry_names_it() {
    let server = TestServer::answering("hello").await;
    let port = server.address().port();
    let closed = builder(&[&format!("127.0.0.1:{port}")]).build().unwrap();
    assert!(closed.policy().check_url(&format!("http://localhost:{port}/")).is_err());
    let open = builder(&[&format!("localhost:{port}")]).build().unwrap();
    let response = send_get(&open, &format!("http://localhost:{port}/")).await.unwrap();
    assert_eq!(response.body, "hello");
    assert_eq!(open.counters().snapshot().dns_lookups, 0);
}

#[tokio::test(start_paused = true)]
async fn connecting_has_a_timeout_of_its_own() {
    let resolver = ScriptedResolver::new().with("api.example.com", &[PUBLIC]);
    let dialer = ScriptedDialer::new().with(&format!("{PUBLIC}:80"), DialScript::Silence);
    let client = scripted(policy(&[]), &resolver, &dialer);
    let started = tokio::time::Instant::now();
    let request = crate::support::get(&client, "http://api.example.com/");
    let error = client.send(request, in_5s()).await.unwrap_err();
    assert_eq!(error, SendError::NotSent(NotSent::ConnectTimeout));
    assert_eq!(started.elapsed(), Duration::from_secs(2));
}
