//! Literal secrets in URLs and templates: sealed at rest, sent as they were meant, hidden in answers, kept over changes
//! (burki: 3.10).

use serde_json::{Value, json};

use crate::house::{House, texts};

/// A text that stands in every place for secrets; a URL must encode its blank.
const CANARY: &str = "canary 77b2e0";
/// The same as it stands in a URL.
const IN_URL: &str = "canary%2077b2e0";

fn is_at_rest(house: &House, text: &str) -> bool {
    let files = std::fs::read_dir(house.folder()).unwrap();
    files
        .map(|entry| std::fs::read(entry.unwrap().path()).unwrap())
        .any(|bytes| bytes.windows(text.len()).any(|window| window == text.as_bytes()))
}

fn configuration(house: &House) -> Value {
    json!({"url": house.url(&format!("/x?api_key={IN_URL}&page=${{id}}")), "method": "POST",
        "request_template": {"id": "${id}", "auth": {"client_secret": CANARY, "keyboard": "qwerty"}}})
}

#[tokio::test]
async fn literal_secrets_are_sealed_sent_and_hidden() {
    let house = House::new().await;
    let (tool, session) = house.ready("order", configuration(&house), texts(&["id"])).await;
    let answer = house.call(session, "order", json!({"id": "7"})).await;
    assert_eq!(answer.outcome, Some(hookswitch_model::Outcome::Done), "{answer:?}");
    let sent = house.receiver.requests().pop().unwrap();
    assert_eq!(sent.target, format!("/x?api_key={IN_URL}&page=7"));
    let body: Value = serde_json::from_slice(&sent.body).unwrap();
    assert_eq!(body, json!({"id": "7", "auth": {"client_secret": CANARY, "keyboard": "qwerty"}}));
    house.engine.flush().await.unwrap();
    for text in [CANARY, IN_URL] {
        assert!(!is_at_rest(&house, text), "{text} is in the database in clear");
    }
    let path = format!("/api/v1/tools/{tool}");
    let shown = house.get(&path).await.expect(200);
    let seen = &shown["configuration"];
    assert!(seen["url"].as_str().unwrap().ends_with("/x?api_key=[REDACTED]&page=${id}"), "{shown}");
    assert_eq!(
        seen["request_template"],
        json!({"id": "${id}", "auth": {"client_secret": "[REDACTED]", "keyboard": "qwerty"}})
    );
    assert!(!shown.to_string().contains("tool_literal"), "{shown}");
}

#[tokio::test]
async fn they_are_kept_over_changes_and_saving_the_same_changes_nothing() {
    let house = House::new().await;
    let (tool, _) = house.ready("order", configuration(&house), texts(&["id"])).await;
    let path = format!("/api/v1/tools/{tool}");
    let version = async || house.registry().tool_by_number(house.scope, tool).await.unwrap().version;
    let first = version().await;
    let shown = house.get(&path).await.expect(200);
    let seen = shown["configuration"].clone();
    house.patch(&path, json!({"configuration": seen})).await.expect(200);
    assert_eq!(version().await, first, "what was shown, written back");
    house.patch(&path, json!({"configuration": configuration(&house)})).await.expect(200);
    assert_eq!(version().await, first, "the same literals again");
    let mut other = seen.clone();
    other["request_template"]["auth"]["client_secret"] = json!("another one");
    house.patch(&path, json!({"configuration": other})).await.expect(200);
    let assistant = house.assistant("Second desk").await;
    house.assign(tool, assistant).await;
    let session = house.session(assistant).await;
    house.call(session, "order", json!({"id": "8"})).await;
    let sent = house.receiver.requests().pop().unwrap();
    assert_eq!(sent.target, format!("/x?api_key={IN_URL}&page=8"));
    assert!(sent.text().contains("another one") && !sent.text().contains(CANARY), "{}", sent.text());
    let unknown = json!({"configuration": {"url": house.url("/x?token=[REDACTED]"), "method": "GET"}});
    house.patch(&path, unknown).await.expect(400);
}

#[tokio::test]
async fn copies_have_them_and_copies_for_others_do_not() {
    let house = House::new().await;
    let (tool, _) = house.ready("order", configuration(&house), texts(&["id"])).await;
    house.patch(&format!("/api/v1/tools/{tool}"), json!({"is_public": true})).await.expect(200);
    let copy =
        house.post(&format!("/api/organization/tools/{tool}/duplicate"), Value::Null).await.expect(200);
    let copy = copy["tool_id"].as_i64().or_else(|| copy["tool"]["id"].as_i64()).unwrap();
    let assistant = house.assistant("Copies").await;
    house.assign(copy, assistant).await;
    let session = house.session(assistant).await;
    house.call(session, "order", json!({"id": "7"})).await;
    let sent = house.receiver.requests().pop().unwrap();
    assert!(sent.target.contains(IN_URL) && sent.text().contains(CANARY), "a copy has its secrets");
    let stranger = house.stranger().await;
    let path = format!("/api/tools/public/{tool}/duplicate");
    let answer = house.send_as(&stranger, http::Method::POST, &path, None).await.expect(200);
    let missing = answer["missing_secrets"].to_string();
    assert!(missing.contains("configuration.url") && missing.contains("client_secret"), "{answer}");
}
