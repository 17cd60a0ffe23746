//! Redirects that are followed: method, body and headers by rule.

use hookswitch_egress::{MaybeSent, NotSent, RedirectRule, RedirectStop, SendError};
use hookswitch_testkit::{Reply, TestServer};
use http::{HeaderValue, Method};

use crate::support::{builder, client_of, get, in_5s, post};

const FOLLOW: RedirectRule = RedirectRule::Follow { max_hops: 5 };
const SAME_ORIGIN: RedirectRule = RedirectRule::SameOrigin307And308 { max_hops: 3 };

/// Redirects `/` to `/end` with a status of choice.
async fn redirecting(status: u16) -> TestServer {
    TestServer::start(move |request| match request.target.as_str() {
        "/end" => Reply::ok("end"),
        _ => Reply::redirect(status, "/end"),
    })
    .await
}

#[tokio::test]
async fn method_and_body_follow_the_status() {
    for (status, rule, method, body) in [
        (301, FOLLOW, "GET", ""),
        (302, FOLLOW, "GET", ""),
        (303, FOLLOW, "GET", ""),
        (307, FOLLOW, "POST", "data"),
        (308, FOLLOW, "POST", "data"),
        (307, SAME_ORIGIN, "POST", "data"),
        (308, SAME_ORIGIN, "POST", "data"),
    ] {
        let server = redirecting(status).await;
        let client = client_of(&server);
        let mut request = post(&client, &server.url("/"), "data");
        request.redirects = rule;
        request.headers.insert("content-type", HeaderValue::from_static("text/plain"));
        let response = client.send(request, in_5s()).await.unwrap();
        assert_eq!((response.body, response.redirects), ("end".into(), 1));
        let last = server.requests().pop().unwrap();
        assert_eq!((last.method.as_str(), last.text().as_str()), (method, body), "{status}");
        assert_eq!(last.header("content-type").is_some(), method == "POST");
    }
}

#[tokio::test]
async fn head_stays_head_and_the_strict_rule_leaves_302_alone() {
    let server = redirecting(302).await;
    let client = client_of(&server);
    let mut request = get(&client, &server.url("/"));
    request.method = Method::HEAD;
    request.redirects = FOLLOW;
    // The scripted server writes a body even to HEAD, so only the second request's method counts.
    let _ = client.send(request, in_5s()).await;
    assert!(server.requests().iter().all(|request| request.method == "HEAD"));
    let mut request = post(&client, &server.url("/"), "data");
    request.redirects = SAME_ORIGIN;
    let response = client.send(request, in_5s()).await.unwrap();
    assert_eq!(response.redirect_stop, Some(RedirectStop::NotFollowed));
}

#[tokio::test]
async fn hops_are_counted() {
    let server = TestServer::start(|_| Reply::redirect(307, "/again")).await;
    let client = client_of(&server);
    for (rule, hops) in [(FOLLOW, 5), (SAME_ORIGIN, 3), (RedirectRule::Follow { max_hops: 0 }, 0)] {
        let before = server.requests().len();
        let mut request = get(&client, &server.url("/"));
        request.redirects = rule;
        let response = client.send(request, in_5s()).await.unwrap();
        assert_eq!((response.redirect_stop, response.redirects), (Some(RedirectStop::TooMany), hops));
        assert_eq!(server.requests().len() - before, usize::from(hops) + 1);
    }
}

#[tokio::test]
async fn credentials_stay_at_their_origin() {
    let end = TestServer::answering("end").await;
    let location = end.url("/end");
    let server = TestServer::start(move |_| Reply::redirect(307, &location)).await;
    let client = builder(&[&server.allow_entry(), &end.allow_entry()]).build().unwrap();
    let mut request = post(&client, &server.url("/"), "data");
    for (name, value) in [
        ("authorization", "Bearer x"),
        ("cookie", "a=b"),
        ("x-api-key", "k"),
        ("webhook-signature", "v1,x"),
        ("x-plain", "kept"),
        ("idempotency-key", "act_1"),
        ("webhook-id", "exec_1"),
        ("webhook-timestamp", "1"),
    ] {
        request.headers.insert(name, HeaderValue::from_static(value));
    }
    let mut marked = HeaderValue::from_static("hidden");
    marked.set_sensitive(true);
    request.headers.insert("x-marked", marked);
    let mut strict = request.clone();
    request.redirects = FOLLOW;
    client.send(request, in_5s()).await.unwrap();
    assert_eq!(server.requests()[0].header("authorization"), Some("Bearer x"));
    let arrived = &end.requests()[0];
    let ours = ["webhook-signature", "webhook-id", "webhook-timestamp", "idempotency-key"];
    for name in ["authorization", "cookie", "x-api-key", "x-marked"].into_iter().chain(ours) {
        assert_eq!(arrived.header(name), None, "{name}");
    }
    assert_eq!(arrived.header("x-plain"), Some("kept"));
    assert_eq!(arrived.header("host"), Some(end.address().to_string().as_str()));
    strict.redirects = SAME_ORIGIN;
    let response = client.send(strict, in_5s()).await.unwrap();
    assert_eq!(response.redirect_stop, Some(RedirectStop::CrossOrigin));
    assert_eq!(end.requests().len(), 1);
}

#[tokio::test]
async fn odd_locations_stop() {
    for location in [
        "",
        "http://",
        "\\\\evil.example.com",
        "//user@evil.example.com/",
        "http://8.8.2056/",
        "ftp://a/",
        "http:/x",
    ] {
        let server = TestServer::start(move |_| Reply::redirect(307, location)).await;
        let client = client_of(&server);
        let mut request = get(&client, &server.url("/"));
        request.redirects = FOLLOW;
        let response = client.send(request, in_5s()).await.unwrap();
        assert!(
            matches!(response.redirect_stop, Some(RedirectStop::BadLocation | RedirectStop::Refused(_))),
            "{location}: {:?}",
            response.redirect_stop
        );
    }
}

#[tokio::test]
async fn a_hop_that_can_not_connect_may_have_been_sent_before() {
    let gone = TestServer::answering("gone").await;
    let (location, entry) = (gone.url("/"), gone.allow_entry());
    gone.stop().await;
    let server = TestServer::start(move |_| Reply::redirect(307, &location)).await;
    let client = builder(&[&server.allow_entry(), &entry]).build().unwrap();
    let mut request = post(&client, &server.url("/"), "data");
    request.redirects = FOLLOW;
    let error = client.send(request, in_5s()).await.unwrap_err();
    assert_eq!(error, SendError::MaybeSent(MaybeSent::Redirected(NotSent::ConnectRefused)));
    assert!(error.may_have_been_sent() && !error.is_connect_error());
}
