//! Rate limits from outside: each dialect refuses in its own shape, and nobody is kept from a live call.

use hookswitch_testkit::Reply;
use hyper::Method;
use serde_json::{Value, json};

use crate::house::{Answer, House};
use crate::server::KEY;

async fn house(limits: &str) -> House {
    House::start_with(|_| Reply::json("{}"), &format!("rate_limits = {limits}\n")).await
}

/// Asks until it is refused; gives the refusal.
async fn refused(house: &House, path: &str) -> Answer {
    for _ in 0..20 {
        let answer = house.send(Method::GET, path, None).await;
        if answer.status == 429 {
            return answer;
        }
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
    }
    panic!("{path} lets everything in");
}

/// What a refusal must show.
type IsRight = fn(&Value) -> bool;

#[tokio::test]
async fn each_dialect_refuses_in_its_own_shape() {
    let all = ["native", "pyai", "burki", "phonic", "bland"].map(|name| format!("\"{name}=1/3\"")).join(", ");
    let house = house(&format!("[{all}]")).await;
    let rows: [(&str, IsRight); 5] = [
        ("/v1/tools", |body| body["code"] == "rate_limited" && body["status"] == 429),
        ("/pyai/v1/tools", |body| {
            body["error"]["code"] == "rate_limit_exceeded" && body["error"]["type"] == "rate_limit_error"
        }),
        ("/burki/api/v1/tools", |body| *body == json!({"detail": "Rate limit exceeded"})),
        ("/phonic/v1/tools", |body| *body == json!({"error": {"message": "Rate limit exceeded"}})),
        ("/bland/v1/tools", |body| {
            body["errors"][0]["error"] == "RATE_LIMITED"
                && body["status"] == "error"
                && body["data"].is_null()
        }),
    ];
    for (path, is_right) in rows {
        let answer = refused(&house, path).await;
        assert!(is_right(&answer.body), "{path}: {}", answer.body);
        let header = |name: &str| answer.headers[name].to_str().unwrap().parse::<i64>().unwrap();
        assert_eq!(
            (header("retry-after"), header("x-ratelimit-limit"), header("x-ratelimit-remaining")),
            (1, 3, 0)
        );
        assert!(header("x-ratelimit-reset") > 1_600_000_000, "{path}");
    }
    let me = house.send(Method::GET, "/pyai/v1/me", None).await;
    assert!(me.status == 429 || me.body["limits"]["rps"] == 1, "{}", me.body);
}

#[tokio::test]
async fn calls_of_a_session_are_not_counted() {
    let house = house("[\"native=1/2\"]").await;
    let tool = json!({"name": "look", "description": "d", "kind": "webhook", "effect": "read",
        "webhook": {"method": "GET", "url": house.receiver_url("/look")}});
    assert_eq!(house.send(Method::POST, "/v1/tools", Some(&tool)).await.status, 201);
    let start = json!({"tools": ["look"]});
    let session = house.send(Method::POST, "/v1/sessions", Some(&start)).await.body;
    let path = format!("/v1/sessions/{}/calls", session["id"].as_str().unwrap());
    let call = json!({"name": "look", "arguments": {}});
    for _ in 0..20 {
        let answer = house.send(Method::POST, &path, Some(&call)).await;
        assert_eq!((answer.status, &answer.body["outcome"]), (200, &json!("done")), "{}", answer.body);
    }
    refused(&house, "/v1/tools").await;
}

#[tokio::test]
async fn limits_are_switched_off_and_per_key() {
    let house = house("[\"pyai=off\", \"bland=1/2\"]").await;
    for _ in 0..120 {
        assert_eq!(house.send(Method::GET, "/pyai/v1/models", None).await.status, 200);
    }
    let me = house.send(Method::GET, "/pyai/v1/me", None).await.body;
    assert_eq!((&me["limits"]["rps"], &me["limits"]["concurrency"]), (&Value::Null, &Value::Null));
    refused(&house, "/bland/v1/tools").await;
    let new = json!({"name": "second"});
    let second = house.send(Method::POST, "/v1/keys", Some(&new)).await.body;
    let second = second["secret"].as_str().unwrap();
    assert_ne!(second, KEY);
    let other = house.send_as(&[("authorization", second)], Method::GET, "/bland/v1/tools", None).await;
    assert_eq!(other.status, 200, "another key has a limit of its own");
}

#[tokio::test]
async fn a_project_holds_as_many_conversations_as_it_may() {
    let house = house("[]").await;
    let most = json!({"max_active_conversations": 1});
    let set = house.send(Method::PATCH, "/phonic/v1/projects/main", Some(&most)).await;
    assert_eq!(set.status, 200, "{}", set.body);
    let start = json!({"tools": []});
    let first = house.send(Method::POST, "/v1/sessions", Some(&start)).await;
    assert_eq!(first.status, 201, "{}", first.body);
    let second = house.send(Method::POST, "/v1/sessions", Some(&start)).await;
    assert_eq!((second.status, &second.body["code"]), (429, &json!("too_many_at_once")));
    let end = format!("/v1/sessions/{}/end", first.body["id"].as_str().unwrap());
    house.send(Method::POST, &end, Some(&json!({}))).await;
    assert_eq!(house.send(Method::POST, "/v1/sessions", Some(&start)).await.status, 201);
}
