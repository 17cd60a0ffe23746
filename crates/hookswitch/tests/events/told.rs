//! What is told, to whom, in which order, signed by whom.

use hookswitch_testkit::Reply;
use hyper::Method;
use serde_json::{Value, json};

use crate::place::{Place, body_of, types_of, verify};

#[tokio::test]
async fn a_session_is_told_in_order_signed_and_under_the_ids_of_its_events() {
    let place = Place::open(|_| Reply::ok("{}"), "").await;
    let webhook = place.webhook(json!({})).await;
    place.make_tools().await;
    let session = place.session(json!({})).await;
    place.call(&session, "book_table", "monday").await;
    place.call(&session, "find_table", "monday").await;
    place.end(&session).await;
    let requests = place.told(6).await;
    let expected = ["session.started", "call.started", "call.answered", "call.started", "call.answered"];
    let types = types_of(&requests);
    assert_eq!((&types[..5], types[5].as_str()), (&expected.map(str::to_owned)[..], "session.ended"));
    verify(webhook["signing_secret"].as_str().unwrap(), &requests);
    for (index, request) in requests.iter().enumerate() {
        let body = body_of(request);
        assert_eq!(body["data"]["seq"], json!(index + 1));
        assert_eq!(
            (&body["data"]["session_id"], &body["data"]["metadata"]["order"]),
            (&json!(session), &json!(7))
        );
        let id = format!("evt_{}_{}", session.trim_start_matches("sess_"), index + 1);
        assert_eq!(
            (request.header("webhook-id"), body["id"].as_str()),
            (Some(id.as_str()), Some(id.as_str()))
        );
    }
    assert_eq!(body_of(&requests[1])["data"]["details"]["arguments"], json!({"day": "monday"}));
    assert_eq!(body_of(&requests[2])["data"]["details"]["outcome"], "done");
    let path = format!("/v1/event-webhooks/{}/deliveries", webhook["id"].as_str().unwrap());
    let all_done = |list: &Value| {
        let data = list["data"].as_array().unwrap();
        data.len() == 6 && data.iter().all(|one| one["status"] == "delivered")
    };
    let listed = place.until(&path, all_done).await;
    let newest = &listed["data"][0];
    assert_eq!((&newest["seq"], &newest["attempt_count"]), (&json!(6), &json!(1)));
    assert_eq!(newest["attempts"][0]["status"], 200);
    let first_page = place.get(&format!("{path}?limit=4")).await;
    let cursor = first_page["next_cursor"].as_str().unwrap();
    let second = place.get(&format!("{path}?limit=4&cursor={cursor}")).await;
    let seqs = |page: &Value| -> Vec<u64> {
        page["data"].as_array().unwrap().iter().map(|one| one["seq"].as_u64().unwrap()).collect()
    };
    assert_eq!((seqs(&first_page), seqs(&second)), (vec![6, 5, 4, 3], vec![2, 1]));
    let event = newest["event_id"].as_str().unwrap();
    let again = place.post(&format!("{path}/{event}/redeliver"), json!({})).await;
    assert_eq!(again["status"], "waiting");
    let requests = place.told(7).await;
    assert_eq!(requests[6].header("webhook-id"), Some(event));
    assert_eq!(requests[6].body, requests[5].body, "the same message");
}

#[tokio::test]
async fn only_wanted_events_of_the_own_mode_are_told() {
    let place = Place::open(|_| Reply::ok("{}"), "").await;
    place.webhook(json!({"event_types": ["session.ended"]})).await;
    let off = place.webhook(json!({"url": place.events.url("/off"), "enabled": false})).await;
    place.make_tools().await;
    let test = place.post("/v1/keys", json!({"name": "t", "mode": "test"})).await;
    let test_key = test["secret"].as_str().unwrap();
    let body = json!({"tools": []});
    let other = place.send_as(test_key, Method::POST, "/v1/sessions", Some(&body)).await.body;
    let path = format!("/v1/sessions/{}/end", other["id"].as_str().unwrap());
    place.send_as(test_key, Method::POST, &path, Some(&json!({}))).await;
    let session = place.session(json!({})).await;
    place.call(&session, "book_table", "monday").await;
    place.end(&session).await;
    let requests = place.told(1).await;
    assert_eq!(types_of(&requests), ["session.ended"]);
    assert_eq!(body_of(&requests[0])["data"]["session_id"], json!(session));
    let path = format!("/v1/event-webhooks/{}", off["id"].as_str().unwrap());
    let foreign = place.send_as(test_key, Method::GET, &path, None).await;
    let absent = "/v1/event-webhooks/ewh_00000000000000000000000000";
    let nobody = place.send_as(test_key, Method::GET, absent, None).await;
    assert_eq!((foreign.status, &foreign.body["code"]), (404, &nobody.body["code"]));
    let none = place.get(&format!("{path}/deliveries")).await;
    assert_eq!(none["data"], json!([]));
}

#[tokio::test]
async fn both_secrets_sign_after_a_rotation_and_none_is_shown_again() {
    let place = Place::open(|_| Reply::ok("{}"), "").await;
    let made = place.webhook(json!({"description": "CRM"})).await;
    let old = made["signing_secret"].as_str().unwrap();
    let path = format!("/v1/event-webhooks/{}", made["id"].as_str().unwrap());
    let rotated = place.post(&format!("{path}/rotate-signing-secret"), json!({})).await;
    let new = rotated["signing_secret"].as_str().unwrap();
    assert_ne!(old, new);
    let shown = place.get(&path).await;
    assert!(shown.get("signing_secret").is_none() && shown["description"] == "CRM");
    // The master key moves on: what is sealed goes with it.
    place.post("/v1/master-key/rotate", json!({})).await;
    place.post("/v1/sessions", json!({"tools": []})).await;
    let requests = place.told(1).await;
    verify(new, &requests);
    verify(old, &requests);
    let deleted = place.send(Method::DELETE, &path, None).await;
    assert_eq!(deleted.status, 204);
    assert_eq!(place.send(Method::GET, &path, None).await.status, 404);
}

#[tokio::test]
async fn addresses_and_bodies_are_checked() {
    let place = Place::open(|_| Reply::ok("{}"), "").await;
    for (body, status) in [
        (json!({"url": "http://169.254.169.254/latest"}), 422),
        (json!({"url": "ftp://a.example"}), 422),
        (json!({"url": "https://a.example", "event_types": ["nothing"]}), 400),
        (json!({"url": "https://a.example", "description": "x".repeat(501)}), 422),
        (json!({"event_types": []}), 400),
        (json!({"url": "https://a.example", "secret": "x"}), 400),
    ] {
        let answer = place.send(Method::POST, "/v1/event-webhooks", Some(&body)).await;
        assert_eq!(answer.status, status, "{body}: {}", answer.body);
    }
    let made = place.webhook(json!({})).await;
    let path = format!("/v1/event-webhooks/{}", made["id"].as_str().unwrap());
    let private = json!({"url": "http://10.0.0.1/"});
    assert_eq!(place.send(Method::PATCH, &path, Some(&private)).await.status, 422);
    let change = json!({"event_types": ["call.answered"], "enabled": false});
    let changed = place.send(Method::PATCH, &path, Some(&change)).await.body;
    assert_eq!((&changed["enabled"], &changed["url"]), (&json!(false), &made["url"]));
    for _ in 0..19 {
        place.webhook(json!({})).await;
    }
    let body = json!({"url": place.events.url("/x")});
    assert_eq!(
        place.send(Method::POST, "/v1/event-webhooks", Some(&body)).await.status,
        422,
        "20 are enough"
    );
}
