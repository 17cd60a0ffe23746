//! Receivers that fail: sent again with pauses, the session's later events held back, given up, switched off.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use hookswitch_testkit::Reply;
use hyper::Method;
use serde_json::{Value, json};

use crate::place::{Place, types_of};

#[tokio::test]
async fn a_failure_is_tried_again_and_holds_back_its_session_only() {
    let failures = Arc::new(AtomicUsize::new(2));
    let left = Arc::clone(&failures);
    let script = move |request: &hookswitch_testkit::RecordedRequest| {
        let is_unlucky = request.text().contains("\"order\":13");
        let fails = is_unlucky
            && left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok();
        if fails { Reply::status(503, "busy") } else { Reply::ok("{}") }
    };
    let place = Place::open(script, "").await;
    let webhook = place.webhook(json!({})).await;
    place.make_tools().await;
    let unlucky = place.session(json!({"metadata": {"order": 13}})).await;
    place.told(1).await;
    place.end(&unlucky).await;
    let lucky = place.session(json!({})).await;
    place.end(&lucky).await;
    let requests = place.told(6).await;
    let of = |session: &str| {
        let mine: Vec<_> =
            requests.iter().filter(|request| request.text().contains(session)).cloned().collect();
        types_of(&mine)
    };
    let again = ["session.started", "session.started", "session.started", "session.ended"];
    assert_eq!(
        (of(&unlucky), of(&lucky)),
        (again.map(str::to_owned).to_vec(), again[2..].to_vec().iter().map(ToString::to_string).collect())
    );
    let path = format!("/v1/event-webhooks/{}", webhook["id"].as_str().unwrap());
    let done = |list: &Value| list["data"].as_array().unwrap().iter().all(|one| one["status"] == "delivered");
    let listed = place.until(&format!("{path}/deliveries"), done).await;
    let first = listed["data"].as_array().unwrap().iter().find(|one| one["attempt_count"] == 3).unwrap();
    let statuses: Vec<&Value> =
        first["attempts"].as_array().unwrap().iter().map(|one| &one["status"]).collect();
    assert_eq!(statuses, [&json!(503), &json!(503), &json!(200)]);
    assert_eq!(first["attempts"][0]["error"], "HTTP 503");
    let shown = place.get(&path).await;
    assert_eq!((&shown["enabled"], &shown["failing_since"]), (&json!(true), &Value::Null));
}

#[tokio::test]
async fn what_never_gets_through_is_given_up_and_the_webhook_switched_off() {
    let settings = "event_retry_for = \"0s\"\nevent_disable_after = \"1s\"\n";
    let place = Place::open(|_| Reply::status(500, "no"), settings).await;
    let webhook = place.webhook(json!({"event_types": ["session.started"]})).await;
    let path = format!("/v1/event-webhooks/{}", webhook["id"].as_str().unwrap());
    place.post("/v1/sessions", json!({"tools": []})).await;
    let failed = format!("{path}/deliveries?status=failed");
    let list = place.until(&failed, |list| list["data"][0].is_object()).await;
    let given_up = list["data"][0].clone();
    assert!(given_up["ended_at"].is_string() && given_up["next_attempt_at"].is_null(), "{given_up}");
    let since = place.get(&path).await;
    assert!(since["enabled"] == true && since["failing_since"].is_string(), "{since}");
    // A second of nothing but failures.
    tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
    place.post("/v1/sessions", json!({"tools": []})).await;
    let shown = place.until(&path, |webhook| webhook["enabled"] == false).await;
    assert_eq!(shown["disabled_because"], "failing");
    let before = place.events.requests().len();
    place.post("/v1/sessions", json!({"tools": []})).await;
    let event = given_up["event_id"].as_str().unwrap();
    let again = format!("{path}/deliveries/{event}/redeliver");
    assert_eq!(place.send(Method::POST, &again, Some(&json!({}))).await.status, 422, "it is switched off");
    let on = place.send(Method::PATCH, &path, Some(&json!({"enabled": true}))).await.body;
    assert_eq!((&on["disabled_because"], &on["failing_since"]), (&Value::Null, &Value::Null));
    place.post(&again, json!({})).await;
    let requests = place.told(before + 1).await;
    assert_eq!(requests[before].header("webhook-id"), Some(event), "nothing of the time that it was off");
}

#[tokio::test]
async fn a_receiver_that_is_gone_ends_it_at_once() {
    let place = Place::open(|_| Reply::status(410, ""), "").await;
    let webhook = place.webhook(json!({})).await;
    let path = format!("/v1/event-webhooks/{}", webhook["id"].as_str().unwrap());
    place.post("/v1/sessions", json!({"tools": []})).await;
    let shown = place.until(&path, |webhook| webhook["enabled"] == false).await;
    assert_eq!(shown["disabled_because"], "gone");
    assert_eq!(place.events.requests().len(), 1);
}
