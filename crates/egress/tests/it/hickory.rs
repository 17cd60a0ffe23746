//! The resolver of a running server against a real DNS exchange.

use std::{net::IpAddr, sync::Arc, time::Duration};

use hookswitch_egress::{
    AddressClass, Client, DnsError, HickoryResolver, Refusal, RefusalClass, Resolver as _,
};
use hookswitch_testkit::{DnsReply, DnsServer, TestServer};
use tokio::time::timeout;

use crate::support::{PUBLIC, network_of, policy, send_get};

fn addresses(texts: &[&str]) -> Vec<IpAddr> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

async fn scripted_dns() -> (DnsServer, HickoryResolver) {
    let server = DnsServer::start(|name| match name {
        "both.example.com" => DnsReply::Addresses(addresses(&[PUBLIC, "2606:4700::1"])),
        "alias.example.com" => {
            DnsReply::Aliases(vec!["one.example.net", "two.example.org"], addresses(&["169.254.169.254"]))
        }
        "cdn.example.com" => DnsReply::Aliases(vec!["edge.example.net"], addresses(&[PUBLIC])),
        "many.example.com" => DnsReply::Addresses((0..200).map(|n| IpAddr::from([93, 184, 1, n])).collect()),
        "empty.example.com" => DnsReply::Empty,
        "servfail.example.com" => DnsReply::ServerFailure,
        "silent.example.com" => DnsReply::Silence,
        _ => DnsReply::NotFound,
    })
    .await;
    let resolver = HickoryResolver::with_servers(&[server.address()]).unwrap();
    (server, resolver)
}

#[tokio::test]
async fn all_answers_of_both_families_come_back() {
    let (_server, resolver) = scripted_dns().await;
    let mut found = resolver.lookup("both.example.com").await.unwrap();
    found.sort();
    assert_eq!(found, addresses(&[PUBLIC, "2606:4700::1"]));
    assert_eq!(resolver.lookup("many.example.com").await.unwrap().len(), 200, "over TCP");
}

#[tokio::test]
async fn four_ways_to_have_no_address_are_told_apart() {
    let (_server, resolver) = scripted_dns().await;
    for (name, error) in [
        ("nowhere.example.com", DnsError::NotFound),
        ("empty.example.com", DnsError::NoAnswers),
        ("servfail.example.com", DnsError::ServerFailure),
    ] {
        assert_eq!(resolver.lookup(name).await, Err(error), "{name}");
    }
    // The client's budget ends what the resolver would go on trying.
    let silent = timeout(Duration::from_millis(300), resolver.lookup("silent.example.com")).await;
    assert!(!matches!(silent, Ok(Ok(_) | Err(DnsError::NotFound))), "{silent:?}");
}

#[tokio::test]
async fn search_domains_play_no_part() {
    let (server, resolver) = scripted_dns().await;
    assert_eq!(resolver.lookup("nowhere.example.com").await, Err(DnsError::NotFound));
    assert!(server.asked().iter().all(|name| name == "nowhere.example.com"), "{:?}", server.asked());
}

#[tokio::test]
async fn s05_a_chain_of_aliases_counts_by_its_addresses() {
    let (dns, resolver) = scripted_dns().await;
    let server = TestServer::answering("hello").await;
    let dialer = network_of(&server);
    let client =
        Client::builder(policy(&[]), Arc::new(resolver)).dial(Arc::new(dialer.clone())).build().unwrap();
    let error = send_get(&client, "http://alias.example.com/").await.unwrap_err();
    let class = error.refusal().map(Refusal::class);
    assert_eq!(class, Some(RefusalClass::Address(AddressClass::Metadata)));
    assert_eq!(dialer.dialled(), vec![]);
    assert_eq!(send_get(&client, "http://cdn.example.com/").await.unwrap().body, "hello");
    assert!(!dns.asked().is_empty());
}

#[test]
fn the_system_configuration_is_read() {
    // On a machine without name servers this says so instead of panicking.
    if let Err(error) = HickoryResolver::from_system() {
        assert_eq!(error, DnsError::ServerFailure);
    }
}
