//! Tests of tools (bland: 2.5).

use std::time::Duration;

use hookswitch_testkit::Reply;
use serde_json::{Value, json};

use crate::house::House;

async fn answering() -> House {
    House::answering(|request| match request.target.as_str() {
        "/500" => Reply::status(500, r#"{"error":"on fire"}"#),
        "/422" => Reply::status(422, "no such slot"),
        "/text" => Reply::ok("plain words"),
        "/empty" => Reply::status(204, ""),
        "/slow" => Reply::silence(),
        "/moved" => Reply::redirect(302, "/ok"),
        "/late" => Reply::json("{}").after(Duration::from_millis(5)),
        _ => Reply::json(r#"{"message":"Booked","t":[{"x":1},{"x":2}]}"#),
    })
    .await
}

async fn test(house: &House, id: &str, body: Value) -> Value {
    let answer = house.post(&format!("/v1/tools/{id}/test"), body).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let keys: Vec<&String> = answer.body.as_object().unwrap().keys().collect();
    let expected = [
        "status",
        "message",
        "response",
        "status_code",
        "duration_ms",
        "variables",
        "mappings",
        "request",
        "unset_variables",
        "timed_out",
        "data",
        "errors",
    ];
    assert_eq!(keys, expected, "the same keys whatever happened");
    answer.body
}

#[tokio::test]
async fn a_test_sends_the_request_once_and_shows_it() {
    let house = answering().await;
    let id = house
        .tool(json!({"headers": {"Authorization": "Bearer sk-12345678"},
        "body": {"slot": "{{input}}", "who": "{{name}}", "call": "{{call_id}}", "number": "{{phone_number}}"},
        "response": {"confirmation_message": "$.message", "none": "$.nope"},
        "response_data": [{"name": "xs", "data": "t[*].x"}, {"name": "nothing"}]}))
        .await;
    let body = json!({"input": {"date": "2026-03-16"}, "request_data": {"Name": "Ada"}});
    let answer = test(&house, &id, body).await;
    assert_eq!((&answer["status"], &answer["message"]), (&json!("success"), &json!("Tool test completed.")));
    assert_eq!((&answer["response"]["message"], &answer["status_code"]), (&json!("Booked"), &json!(200)));
    assert_eq!(answer["variables"], json!({"confirmation_message": "Booked", "none": null, "xs": [1, 2]}));
    let outcome = |name: &str| {
        let mappings = answer["mappings"].as_array().unwrap();
        mappings.iter().find(|mapping| mapping["name"] == name).unwrap()["outcome"].clone()
    };
    assert_eq!((outcome("confirmation_message"), outcome("none")), (json!("set"), json!("empty")));
    assert_eq!((outcome("xs"), outcome("nothing")), (json!("set"), json!("skipped_invalid")));
    assert_eq!((&answer["timed_out"], &answer["errors"]), (&json!(false), &Value::Null));
    assert_eq!(answer["unset_variables"], json!(["phone_number"]));
    assert!(answer["duration_ms"].as_f64().unwrap() > 0.0);
    let request = &answer["request"];
    assert_eq!((&request["method"], &request["url"]), (&json!("POST"), &json!(house.url("/book"))));
    assert_eq!(request["headers"]["authorization"], "[REDACTED]");
    assert_eq!(
        (&request["body"]["slot"], &request["body"]["who"]),
        (&json!({"date": "2026-03-16"}), &json!("Ada"))
    );
    let call = request["body"]["call"].as_str().unwrap();
    assert!(call.starts_with("test-") && call.len() == 41, "{call}");
    assert_eq!(house.receiver.requests().len(), 1);
}

#[tokio::test]
async fn a_webhook_that_fails_is_an_error_of_the_test() {
    let house = answering().await;
    let rows = [
        ("/500", "Tool test failed: HTTP 500: on fire", json!(500), json!({"error": "on fire"})),
        ("/422", "Tool test failed: HTTP 422: no such slot", json!(422), json!("no such slot")),
        ("/moved", "Tool test failed: webhook redirected", json!(302), Value::Null),
    ];
    for (path, message, status, response) in rows {
        let id = house.tool(json!({"name": format!("T{path}"), "url": house.url(path)})).await;
        let answer = test(&house, &id, json!({"input": {}})).await;
        assert_eq!((&answer["status"], &answer["message"]), (&json!("error"), &json!(message)), "{path}");
        assert_eq!((&answer["status_code"], &answer["response"]), (&status, &response), "{path}");
        assert_eq!(
            answer["errors"],
            json!([{"error": "TOOL_TEST_FAILED", "code": "TOOL_TEST_FAILED", "message": message}])
        );
    }
    let id = house.tool(json!({"url": house.url("/slow"), "timeout": 150})).await;
    let answer = test(&house, &id, json!({})).await;
    assert_eq!((&answer["timed_out"], &answer["status_code"]), (&json!(true), &Value::Null));
    assert_eq!(answer["errors"][0]["code"], "TOOL_TEST_FAILED");
}

#[tokio::test]
async fn answers_are_json_text_or_nothing() {
    let house = answering().await;
    for (path, response) in [("/text", json!("plain words")), ("/empty", Value::Null), ("/late", json!({}))] {
        let id = house.tool(json!({"name": format!("T{path}"), "url": house.url(path)})).await;
        let answer = test(&house, &id, json!({"input": {}})).await;
        assert_eq!((&answer["status"], &answer["response"]), (&json!("success"), &response), "{path}");
    }
}

#[tokio::test]
async fn input_that_does_not_fit_sends_nothing() {
    let house = answering().await;
    let id = house.tool(json!({"input_schema": {"n": "integer", "required": ["n"]}})).await;
    let path = format!("/v1/tools/{id}/test");
    for input in [json!({}), json!({"n": "x"}), json!([1]), json!("n")] {
        let answer = house.post(&path, json!({"input": input})).await;
        assert_eq!(answer.refused(400), ["INVALID_INPUT"], "{input}");
    }
    for body in [json!([]), json!({"input": {"n": 1}, "request_data": 3})] {
        assert_eq!(house.post(&path, body).await.refused(400), ["INVALID_PARAMETER"]);
    }
    assert_eq!(house.receiver.requests().len(), 0);
    // What the model would send as text is read as it would be in a call.
    test(&house, &id, json!({"input": "{\"n\": \"3\"}"})).await;
    assert_eq!(house.receiver.requests().len(), 1);
    let absent = "/v1/tools/TL-5da8347d-0ab7-415d-b156-a7fc5c6074dc/test";
    assert_eq!(house.post(absent, json!({})).await.refused(404), ["TOOL_NOT_FOUND"]);
}
