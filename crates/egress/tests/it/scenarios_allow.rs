//! Scenarios S18, S19 and S30 of the security page: what the operator opens, and what nobody can.

use hookswitch_egress::{AddressClass, Policy, PolicySettings, RefusalClass, testing::ScriptedResolver};
use hookswitch_testkit::TestServer;

use crate::support::{builder, client_of, network_of, policy, scripted, send_get, settings};

#[tokio::test]
async fn s18_one_address_and_port() {
    let policy = policy(&["10.1.2.3/32:8443"]);
    assert!(policy.check_url("https://10.1.2.3:8443/").is_ok());
    for url in [
        "https://10.1.2.3/",
        "https://10.1.2.4:8443/",
        "http://169.254.169.254:8443/",
        "http://169.254.169.254/",
    ] {
        assert!(policy.check_url(url).is_err(), "{url}");
    }
    // A public name that resolves there passes at that port, too.
    let address = "10.1.2.3".parse().unwrap();
    assert!(policy.check_address(address, 8443, "api.example.com").is_ok());
    assert!(policy.check_address(address, 443, "api.example.com").is_err());
}

#[tokio::test]
async fn s19_names_match_in_one_canonical_form() {
    let server = TestServer::answering("hello").await;
    for entry in ["bücher.internal:8080", "xn--bcher-kva.internal:8080", "BÜCHER.Internal.:8080"] {
        let resolver = ScriptedResolver::new().with("xn--bcher-kva.internal", &["10.0.0.7"]);
        let dialer = network_of(&server)
            .with("10.0.0.7:8080", hookswitch_egress::testing::DialScript::To(server.address()));
        let client = scripted(policy(&[entry]), &resolver, &dialer);
        for host in
            ["bücher.internal", "BÜCHER.INTERNAL.", "xn--bcher-kva.internal.", "XN--BCHER-KVA.internal"]
        {
            let response = send_get(&client, &format!("http://{host}:8080/")).await.unwrap();
            assert_eq!(response.body, "hello");
        }
        assert_eq!(client.counters().snapshot().connections_opened, 1, "one pool key for one host");
    }
}

#[tokio::test]
async fn s30_our_own_listener_is_no_target() {
    let server = TestServer::answering("ourselves").await;
    let entries = [server.allow_entry(), "127.0.0.0/8".to_owned()];
    let entries: Vec<&str> = entries.iter().map(String::as_str).collect();
    let client = builder(&entries).build().unwrap();
    assert!(send_get(&client, &server.url("/")).await.is_ok());
    let port = server.address().port();
    for listener in [server.address(), ([0, 0, 0, 0], port).into(), ([0_u16; 8], port).into()] {
        let own = Policy::new(PolicySettings { own_listeners: vec![listener], ..settings(&entries) });
        let refusal = own.check_url(&server.url("/")).unwrap_err();
        assert_eq!(refusal.class(), RefusalClass::Address(AddressClass::OwnListener), "{listener}");
        assert_eq!(refusal.opening_entry(), None);
        let address = "127.0.0.1".parse().unwrap();
        assert!(own.check_address(address, port, "tools.example.com").is_err());
        assert!(own.check_address(address, 1, "tools.example.com").is_err(), "no entry for this port");
    }
}

#[tokio::test]
async fn a_client_reaches_what_was_allowed_and_nothing_beside_it() {
    let (open, closed) = (TestServer::answering("open").await, TestServer::answering("closed").await);
    let client = client_of(&open);
    assert_eq!(send_get(&client, &open.url("/")).await.unwrap().body, "open");
    assert!(client.policy().check_url(&closed.url("/")).is_err());
}
