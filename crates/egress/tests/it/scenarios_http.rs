//! Scenarios S13 to S17, S25 to S28 and S31 to S33 of the security page.

use std::{process::Command, time::Duration};

use hookswitch_egress::{
    MaybeSent, NotSent, RedirectRule, RedirectStop, RefusalClass, SendError,
    testing::{ScriptedAnswer, ScriptedResolver},
};
use hookswitch_testkit::{Reply, TestServer};
use tokio::time::Instant;

use crate::support::{PUBLIC, client_of, get, in_5s, network_of, policy, scripted, send_get};

#[tokio::test]
async fn s13_redirects_to_metadata_are_not_followed() {
    for status in [301, 302, 303, 307, 308] {
        let server =
            TestServer::start(move |_| Reply::redirect(status, "http://169.254.169.254/latest/meta-data/"))
                .await;
        let client = client_of(&server);
        for (rule, refused) in [
            (RedirectRule::None, false),
            (RedirectRule::SameOrigin307And308 { max_hops: 3 }, status >= 307),
            (RedirectRule::Follow { max_hops: 5 }, true),
        ] {
            let mut request = get(&client, &server.url("/"));
            request.redirects = rule;
            let response = client.send(request, in_5s()).await.unwrap();
            assert_eq!(response.status, status);
            match response.redirect_stop.unwrap() {
                RedirectStop::Refused(refusal) if refused => {
                    assert!(matches!(refusal.class(), RefusalClass::Address(_)));
                }
                stop => assert_eq!((stop, refused), (RedirectStop::NotFollowed, false)),
            }
        }
    }
}

// S14, the downgrade, needs TLS: `scenarios_tls.rs`.

/// Runs in a process of its own, since a process has one environment.
#[tokio::test]
async fn s15_proxy_variables_are_ignored() {
    const CHILD: &str = "HOOKSWITCH_TEST_CHILD_OF_S15";
    if let Ok(proxy) = std::env::var(CHILD) {
        assert_eq!(std::env::var("HTTP_PROXY"), Ok(proxy));
        let server = TestServer::answering("direct").await;
        let response = send_get(&client_of(&server), &server.url("/")).await.unwrap();
        assert_eq!(response.body, "direct");
        return;
    }
    let proxy = TestServer::answering("proxied").await;
    let url = proxy.url("");
    let child = tokio::task::spawn_blocking(move || {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["scenarios_http::s15_proxy_variables_are_ignored", "--exact"]).env(CHILD, &url);
        for name in ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
            command.env(name, &url);
        }
        command.env("NO_PROXY", "").output().unwrap()
    });
    let output = child.await.unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
    assert_eq!(proxy.connections(), 0);
}

#[tokio::test]
async fn s16_a_kept_connection_is_not_used_under_another_policy() {
    let server = TestServer::answering("hello").await;
    let client = client_of(&server);
    let url = server.url("/");
    send_get(&client, &url).await.unwrap();
    let request = get(&client, &url);
    assert_eq!(client.idle_connections(), 1);
    client.set_policy(policy(&[]));
    assert_eq!(client.idle_connections(), 0);
    server.wait_until(|server| server.closed_connections() == 1).await;
    assert!(client.send(request, in_5s()).await.unwrap_err().is_refusal());
    client.set_policy(policy(&[&server.allow_entry()]));
    assert!(!send_get(&client, &url).await.unwrap().timings.reused);
    assert_eq!((server.connections(), server.requests().len()), (2, 2));
}

#[tokio::test]
async fn s16_a_busy_connection_is_not_kept_for_another_policy() {
    let server = TestServer::start(|_| Reply::ok("late").after(Duration::from_millis(50))).await;
    let client = client_of(&server);
    let url = server.url("/");
    let (response, ()) = tokio::join!(send_get(&client, &url), async {
        server.wait_until(|server| server.requests().len() == 1).await;
        client.set_policy(policy(&[&server.allow_entry()]));
    });
    assert!(response.is_ok());
    assert_eq!(client.idle_connections(), 0);
    send_get(&client, &url).await.unwrap();
    assert_eq!(server.connections(), 2);
}

#[tokio::test]
async fn s17_alternative_services_are_ignored() {
    let elsewhere = TestServer::answering("elsewhere").await;
    let value = format!("h2=\"{0}\", http/1.1=\"{0}\"; ma=86400; persist=1", elsewhere.address());
    let server = TestServer::start(move |_| {
        Reply::with(200, &[("alt-svc", &value), ("strict-transport-security", "max-age=86400")], "here")
    })
    .await;
    let client = client_of(&server);
    for _ in 0..3 {
        assert_eq!(send_get(&client, &server.url("/")).await.unwrap().body, "here");
    }
    assert_eq!((server.requests().len(), elsewhere.connections()), (3, 0));
}

#[tokio::test]
async fn s25_an_endless_body_meets_the_cap() {
    let server = TestServer::start(|_| Reply::endless_body()).await;
    let error = send_get(&client_of(&server), &server.url("/")).await.unwrap_err();
    assert_eq!(error, SendError::MaybeSent(MaybeSent::BodyTooLarge));
    server.wait_until(|server| server.closed_connections() == 1).await;
}

#[tokio::test]
async fn s25_a_dripping_body_meets_the_deadline() {
    for reply in [Reply::dripping_body, Reply::dripping_headers] {
        let server = TestServer::start(move |_| reply(Duration::from_millis(10))).await;
        let client = client_of(&server);
        let started = Instant::now();
        let request = get(&client, &server.url("/"));
        let error = client.send(request, started + Duration::from_millis(300)).await.unwrap_err();
        assert_eq!(error, SendError::MaybeSent(MaybeSent::Timeout));
        assert!(error.is_timeout());
        let took = started.elapsed();
        assert!((300..1000).contains(&took.as_millis()), "{took:?}");
        server.wait_until(|server| server.closed_connections() == 1).await;
    }
}

#[tokio::test]
async fn s26_a_gzip_bomb_meets_the_cap() {
    let server = TestServer::start(|_| Reply::gzip_bomb(16 * 1024 * 1024)).await;
    let client = client_of(&server);
    let error = send_get(&client, &server.url("/")).await.unwrap_err();
    assert_eq!(error, SendError::MaybeSent(MaybeSent::BodyTooLarge));
    // Also where the cap on the size is far away: by its ratio.
    let mut request = get(&client, &server.url("/"));
    request.max_body = usize::MAX;
    let error = client.send(request, in_5s()).await.unwrap_err();
    assert_eq!(error, SendError::MaybeSent(MaybeSent::BodyTooLarge));
}

#[tokio::test]
async fn s27_heads_have_limits() {
    for (reply, fits) in [
        (Reply::huge_header(1024 * 1024), false),
        (Reply::huge_header(60 * 1024), true),
        (Reply::many_headers(10_000), false),
        (Reply::many_headers(90), true),
    ] {
        let server = TestServer::start(move |_| reply.clone()).await;
        match send_get(&client_of(&server), &server.url("/")).await {
            Ok(response) => assert!(fits, "{} headers passed", response.headers.len()),
            Err(error) => assert!(!fits && error.code() == "bad_response", "{error}"),
        }
    }
}

#[tokio::test]
async fn s28_ambiguous_answers_are_refused() {
    for reply in [
        Reply::chunked_and_length(),
        Reply::folded_header(),
        Reply::bare_carriage_return(),
        Reply::raw("HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\nok!"),
        Reply::raw("HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 2\r\n\r\nok"),
        Reply::raw("HTTP/1.1 200 OK\r\ncontent-length: -2\r\n\r\nok"),
        Reply::raw("HTTP/1.1 200 OK\r\ncontent-length : 2\r\n\r\nok"),
        Reply::raw("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\nok\r\n0\r\n\r\n"),
        Reply::raw("HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n"),
        Reply::raw("just a body\r\n\r\n"),
    ] {
        let shown = format!("{reply:?}");
        let server = TestServer::start(move |_| reply.clone()).await;
        let error = send_get(&client_of(&server), &server.url("/")).await.unwrap_err();
        assert!(matches!(error, SendError::MaybeSent(MaybeSent::BadResponse(_))), "{shown}: {error:?}");
    }
}

#[test]
fn s31_paths_and_sockets_are_no_urls() {
    let policy = policy(&["localhost", "127.0.0.1"]);
    for text in [
        "unix:/var/run/docker.sock",
        "http+unix://%2Fvar%2Frun%2Fdocker.sock/info",
        "http://unix:/var/run/docker.sock:/info",
        "file:///etc/passwd",
        "file://localhost/etc/passwd",
        "/etc/passwd",
        "./tool.sock",
        "C:\\tool",
        "\\\\host\\share",
        "http://%2Fvar%2Frun%2Fdocker.sock/",
    ] {
        assert!(policy.check_url(text).is_err(), "{text} passed");
    }
}

#[tokio::test]
async fn s32_what_passed_at_registration_is_refused_at_the_call() {
    let server = TestServer::answering("hello").await;
    let resolver = ScriptedResolver::new().with("api.example.com", &[PUBLIC]);
    let dialer = network_of(&server);
    let client = scripted(policy(&[]), &resolver, &dialer);
    let request = get(&client, "http://api.example.com/");
    let reached = client.reachable(&request.url, request.tls, in_5s()).await.unwrap();
    assert_eq!(reached.peer.ip().to_string(), PUBLIC);
    resolver.set("api.example.com", vec![ScriptedAnswer::Addresses(vec!["10.0.0.1".parse().unwrap()])]);
    let error = client.send(request, in_5s()).await.unwrap_err();
    assert!(error.is_refusal());
    assert_eq!(dialer.dialled().len(), 1);
    assert!(server.requests().is_empty());
}

/// Requests, warm-ups and dry runs of every caller pass the same door: there is no other one.
#[tokio::test]
async fn s33_every_way_out_is_the_same_client() {
    let resolver = ScriptedResolver::new().with("api.example.com", &["127.0.0.1"]);
    let dialer = hookswitch_egress::testing::ScriptedDialer::new();
    let client = scripted(policy(&[]), &resolver, &dialer);
    let request = get(&client, "https://api.example.com/oauth/token");
    let (url, tls, freshness) = (request.url.clone(), request.tls, request.freshness);
    let refused = |error: NotSent| matches!(error, NotSent::Refused(_));
    assert!(client.send(request, in_5s()).await.unwrap_err().is_refusal());
    assert!(refused(client.warm(&url, tls, freshness).await.unwrap_err()));
    assert!(refused(client.reachable(&url, tls, in_5s()).await.unwrap_err()));
    assert_eq!(dialer.dialled(), vec![]);
    assert_eq!(client.counters().snapshot().refused, 3);
}
