//! How answers are read (contract: 3.3).

use hookswitch_model::Outcome;
use hookswitch_testkit::{RecordedRequest, Reply};
use serde_json::{Value, json};

use crate::house::House;

/// Each path of the receiver is one answer.
fn script(request: &RecordedRequest) -> Reply {
    match request.target.split('?').next().unwrap_or_default() {
        "/json" => Reply::with(200, &[("content-type", "text/plain")], r#"{"a":[1]}"#),
        "/text" => Reply::with(200, &[], "You are booked"),
        "/empty" => Reply::with(204, &[], ""),
        "/words" => Reply::with(422, &[], r#"{"error":"Day is taken"}"#),
        "/message" => Reply::with(404, &[], r#"{"message":"No such day"}"#),
        "/nested" => Reply::with(400, &[], r#"{"error":{"message":"Bad day"}}"#),
        "/plain" => Reply::with(409, &[], "Somebody has it"),
        "/bare" => Reply::with(410, &[], ""),
        "/long" => Reply::with(400, &[], "x".repeat(1000)),
        "/broken" => Reply::with(500, &[], "oh"),
        "/hangs" => Reply::silence(),
        _ => Reply::reset(),
    }
}

async fn told(house: &House, method: &str, path: &str) -> (Option<Outcome>, Value) {
    let name = format!("{}_{}", method.to_ascii_lowercase(), &path[1..]);
    let body = house.webhook(json!({"name": name, "endpoint_method": method, "endpoint_timeout_ms": 1000,
        "endpoint_url": house.receiver.url(path)}));
    let id = house.tool(body).await;
    let answer = house.run(&id, &name, json!({})).await;
    (answer.outcome, Value::clone(&answer.told))
}

#[tokio::test]
async fn successes() {
    let house = House::answering(script).await;
    for method in ["GET", "POST"] {
        for (path, expected) in [
            ("/json", json!({"a": [1]})),
            ("/text", json!("You are booked")),
            ("/empty", json!({"ok": true})),
        ] {
            assert_eq!(told(&house, method, path).await, (Some(Outcome::Done), expected), "{method} {path}");
        }
    }
}

#[tokio::test]
async fn client_errors_have_the_receivers_words() {
    let house = House::answering(script).await;
    for (path, words) in [
        ("/words", "HTTP 422: Day is taken".to_owned()),
        ("/message", "HTTP 404: No such day".to_owned()),
        ("/nested", "HTTP 400: Bad day".to_owned()),
        ("/plain", "HTTP 409: Somebody has it".to_owned()),
        ("/bare", "HTTP 410: Gone".to_owned()),
        ("/long", format!("HTTP 400: {}", "x".repeat(300))),
    ] {
        let expected = (Some(Outcome::Failed), json!({"error": words, "done": false}));
        assert_eq!(told(&house, "POST", path).await, expected, "{path}");
    }
}

#[tokio::test]
async fn server_errors() {
    let house = House::answering(script).await;
    let post = json!({"error": "HTTP 500: oh", "done": "unknown"});
    assert_eq!(told(&house, "POST", "/broken").await, (Some(Outcome::Unknown), post));
    let get = json!({"error": "HTTP 500: oh", "done": false});
    assert_eq!(told(&house, "GET", "/broken").await, (Some(Outcome::Failed), get));
}

#[tokio::test]
async fn timeouts() {
    let house = House::answering(script).await;
    let soft = json!({"error": "tool timed out"});
    assert_eq!(told(&house, "POST", "/hangs").await, (Some(Outcome::Unknown), soft.clone()));
    assert_eq!(told(&house, "GET", "/hangs").await, (Some(Outcome::Failed), soft));
}

#[tokio::test]
async fn no_host_names_for_the_model() {
    let house = House::answering(script).await;
    let (_, value) = told(&house, "POST", "/reset").await;
    let text = value.to_string();
    assert!(text.contains("\"done\"") && !text.contains("127.0.0.1"), "{text}");
}
