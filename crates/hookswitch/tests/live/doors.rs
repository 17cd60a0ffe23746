//! Who may open a socket: keys, tokens, pages, versions.

use hyper::Method;
use serde_json::{Value, json};

use crate::house::{House, fine};
use crate::server::KEY;
use crate::socket::Socket;

const PAGE: &str = "https://app.example.com";

async fn token(house: &House, session: &str, role: &str, origins: Value) -> String {
    let path = format!("/v1/sessions/{session}/tokens");
    let made = house.post(&path, json!({"role": role, "allowed_origins": origins, "ttl_seconds": 60})).await;
    assert_eq!((&made["role"], &made["session_id"]), (&json!(role), &json!(session)));
    made["token"].as_str().unwrap().to_owned()
}

async fn refused(house: &House, session: &str, headers: &[(&str, &str)]) -> u16 {
    match Socket::open(house.address(), session, headers).await {
        Ok(_) => panic!("opened with {headers:?}"),
        Err(status) => status,
    }
}

async fn open(house: &House, session: &str, headers: &[(&str, &str)]) -> Socket {
    Socket::open(house.address(), session, headers).await.unwrap_or_else(|status| panic!("{status}"))
}

#[tokio::test]
async fn a_token_opens_one_session_in_one_role() {
    let house = House::start(fine).await;
    house.client_tool("show", json!({})).await;
    let (session, other) = (house.session(&["show"]).await, house.session(&[]).await);
    let token = token(&house, &session, "app", json!([])).await;
    let bearer = format!("Bearer {token}");
    let header = [("authorization", bearer.as_str())];
    let mut app = open(&house, &session, &header).await;
    app.hello(json!({})).await;
    assert_eq!(app.welcome["role"], "app");
    assert_eq!(refused(&house, &other, &header).await, 404);
    let mut runtime = open(&house, &session, &header).await;
    runtime.send(json!({"type": "hello", "role": "runtime"})).await;
    assert_eq!(runtime.rest().await.1.0, 4003);
    // It is no key.
    let (status, _) = raw(&house, &token, &format!("/v1/sessions/{session}")).await;
    assert_eq!(status, 401);
    assert_eq!(refused(&house, &session, &[("authorization", "Bearer hs_live_link_nobody")]).await, 401);
    assert_eq!(refused(&house, &session, &[]).await, 401);
}

async fn raw(house: &House, key: &str, path: &str) -> (u16, Vec<u8>) {
    use http_body_util::{BodyExt as _, Empty};
    use hyper_util::client::legacy::Client;
    let client = Client::builder(hyper_util::rt::TokioExecutor::new()).build_http::<Empty<bytes::Bytes>>();
    let request = hyper::Request::get(format!("http://{}{path}", house.address()))
        .header("authorization", format!("Bearer {key}"))
        .body(Empty::new())
        .unwrap();
    let response = client.request(request).await.unwrap();
    let status = response.status().as_u16();
    (status, response.into_body().collect().await.unwrap().to_bytes().to_vec())
}

#[tokio::test]
async fn web_pages_need_a_token_that_names_them() {
    let house = House::start(fine).await;
    let session = house.session(&[]).await;
    let token = token(&house, &session, "runtime", json!([PAGE])).await;
    let protocols = format!("hookswitch.v1, hookswitch.token.{token}");
    let with = |origin: &'static str| [("sec-websocket-protocol", protocols.as_str()), ("origin", origin)];
    let mut page = open(&house, &session, &with(PAGE)).await;
    page.hello(json!({"reports": {"turns": true}})).await;
    for origin in
        ["https://evil.example.com", "https://app.example.com.evil.com", "null", "http://app.example.com"]
    {
        assert_eq!(refused(&house, &session, &with(origin)).await, 403, "{origin}");
    }
    // The token is for that page; a program that names none is not it.
    assert_eq!(refused(&house, &session, &with(PAGE)[..1]).await, 403);
    // A page with a key, even the right one, is a leak.
    let key = format!("Bearer {KEY}");
    assert_eq!(refused(&house, &session, &[("authorization", &key), ("origin", PAGE)]).await, 403);
    // A token that names no page is for programs.
    let token = token_without_pages(&house, &session).await;
    let bearer = format!("Bearer {token}");
    assert_eq!(refused(&house, &session, &[("authorization", &bearer), ("origin", PAGE)]).await, 403);
    open(&house, &session, &[("authorization", &bearer)]).await;
}

async fn token_without_pages(house: &House, session: &str) -> String {
    token(house, session, "app", json!([])).await
}

#[tokio::test]
async fn versions_are_negotiated() {
    let house = House::start(fine).await;
    let session = house.session(&[]).await;
    let key = format!("Bearer {KEY}");
    let header = ("authorization", key.as_str());
    assert_eq!(refused(&house, &session, &[header, ("sec-websocket-protocol", "hookswitch.v9")]).await, 400);
    let offers = "hookswitch.v9, hookswitch.v1";
    let mut socket = open(&house, &session, &[header, ("sec-websocket-protocol", offers)]).await;
    socket.hello(json!({"version": 1})).await;
    assert_eq!(socket.welcome["version"], 1);
    let mut socket = open(&house, &session, &[header]).await;
    socket.send(json!({"type": "hello", "version": 2})).await;
    let (frames, close) = socket.rest().await;
    assert_eq!((&frames[0]["code"], close.0), (&json!("unsupported_version"), 4004));
    let mut socket = open(&house, &session, &[header]).await;
    socket.send(json!({"type": "ping"})).await;
    let (frames, close) = socket.rest().await;
    assert_eq!((&frames[0]["code"], close.0), (&json!("no_hello"), 1008));
}

#[tokio::test]
async fn what_cannot_be_opened_is_said_with_a_status() {
    let house = House::start(fine).await;
    let session = house.session(&[]).await;
    let (status, problem) = house.send(Method::GET, &format!("/v1/sessions/{session}/socket"), None).await;
    assert_eq!((status, &problem["errors"][0]["code"]), (400, &json!("not_a_websocket")));
    house.post(&format!("/v1/sessions/{session}/end"), json!({})).await;
    let key = format!("Bearer {KEY}");
    assert_eq!(refused(&house, &session, &[("authorization", &key)]).await, 409);
    let nobody = "sess_01kqf3v4r8e6t9x2b5m7n0p1qs";
    assert_eq!(refused(&house, nobody, &[("authorization", &key)]).await, 404);
    let (status, _) = house
        .send(Method::POST, &format!("/v1/sessions/{session}/tokens"), Some(json!({"role": "app"})))
        .await;
    assert_eq!(status, 409);
}

#[tokio::test]
async fn a_revoked_key_takes_its_sockets_and_tokens_with_it() {
    let house = House::start(fine).await;
    let session = house.session(&[]).await;
    let made = house.post("/v1/keys", json!({"name": "of an app", "permissions": ["sessions"]})).await;
    let (secret, id) = (made["secret"].as_str().unwrap(), made["id"].as_str().unwrap());
    let bearer = format!("Bearer {secret}");
    let mut runtime = open(&house, &session, &[("authorization", &bearer)]).await;
    runtime.hello(json!({})).await;
    house.post(&format!("/v1/keys/{id}/revoke"), json!({})).await;
    assert_eq!(runtime.rest().await.1.0, 4003);
    assert_eq!(refused(&house, &session, &[("authorization", &bearer)]).await, 401);
}
