//! Processes that wait for calls: made when the session starts, replaced, forgotten.

use hyper::Method;
use serde_json::json;

use super::desk::Desk;

/// Says which process it is in: the module's own random number, made when it was loaded.
const WHO: &str = "import uuid\nME = uuid.uuid4().hex\ndef who():\n    return {'me': ME}\n";

#[tokio::test(flavor = "multi_thread")]
async fn a_session_finds_its_code_loaded_and_every_call_a_fresh_process() {
    let desk = Desk::open().await;
    let tool = desk.tool("who", WHO, json!({"effect": "read"})).await;
    let session = desk.session(&[&tool]).await;
    let mut seen = Vec::new();
    for _ in 0..4 {
        desk.until_metric("python_spares", 1.0).await;
        let answer = desk.call(&session, "who", json!({})).await;
        let record = desk.record(&answer).await;
        assert_eq!(record["code"]["warm"], true, "{record}");
        seen.push(answer["result"]["me"].as_str().unwrap().to_owned());
    }
    seen.dedup();
    assert_eq!(seen.len(), 4, "a process served two calls");
    desk.post(&format!("/v1/sessions/{session}/end"), &json!({})).await;
    desk.until_no_spares().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_tool_is_never_served_by_a_process_that_loaded_the_old_one() {
    let desk = Desk::open().await;
    let tool = desk.tool("who", "def who():\n    return {'v': 1}\n", json!({"effect": "read"})).await;
    let old = desk.session(&[&tool]).await;
    desk.until_metric("python_spares", 1.0).await;
    let draft = json!({"name": "who", "kind": "python", "effect": "read", "python": {"code": "def who():\n    return {'v': 2}\n"}});
    let saved = desk.house.send(Method::PUT, &format!("/v1/tools/{tool}"), Some(&draft)).await;
    assert_eq!(saved.status, 200, "{}", saved.body);
    let new = desk.session(&[&tool]).await;
    assert_eq!(desk.call(&new, "who", json!({})).await["result"], json!({"v": 2}));
    // A session keeps the version that it began with, but in processes made after the change.
    let answer = desk.call(&old, "who", json!({})).await;
    assert_eq!(answer["result"], json!({"v": 1}));
    assert_eq!(desk.record(&answer).await["code"]["warm"], false);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rotated_secret_replaces_what_waits() {
    let desk = Desk::open().await;
    let put = |value: &str| json!({ "value": value });
    let secret = desk.house.send(Method::PUT, "/v1/secrets/crm", Some(&put("first-value-1"))).await;
    assert!(secret.status < 300, "{}", secret.body);
    let code = "import uuid\nME = uuid.uuid4().hex\ndef who(token):\n    print(token)\n    return {'me': ME, 'token': token}\n";
    let parameters = json!([{"name": "token", "source": {"secret": "crm"}}]);
    let tool = desk.tool("who", code, json!({"effect": "read", "parameters": parameters})).await;
    let session = desk.session(&[&tool]).await;
    desk.until_metric("python_spares", 1.0).await;
    let made = desk.metric("python_spares_made_total").await;
    let secret = desk.house.send(Method::PUT, "/v1/secrets/crm", Some(&put("second-value-2"))).await;
    assert!(secret.status < 300, "{}", secret.body);
    // The one that waited has gone without a call, and another waits.
    desk.until_metric("python_spares_made_total", made + 1.0).await;
    desk.until_metric("python_spares", 1.0).await;
    let answer = desk.call(&session, "who", json!({})).await;
    // The value reached the code and nothing else.
    assert_eq!(answer["result"]["token"], "[REDACTED]", "{answer}");
    let record = desk.record(&answer).await;
    assert_eq!(record["code"]["stdout"], "[REDACTED]\n", "{record}");
    assert!(!desk.house.log().contains("second-value-2"));
}
