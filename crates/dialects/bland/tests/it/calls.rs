//! Send Call and what is shown of a call (bland: 2.6, 3.1).

use serde_json::{Value, json};

use crate::house::{House, session_id};

fn inline(house: &House, name: &str) -> Value {
    json!({"name": name, "description": "Books", "url": house.url("/inline"), "method": "POST",
        "headers": {"Authorization": "Bearer sk-inline-123456"}, "body": {"in": "{{input}}", "who": "{{name}}"},
        "response_data": [{"name": "said", "data": "message", "context": "It said {{said}}"}]})
}

async fn functions(house: &House, call: &Value) -> Vec<(String, String)> {
    let view = house.engine.get_session(house.scope, session_id(call)).await.unwrap();
    view.tools.into_iter().map(|tool| (tool.function, tool.description)).collect()
}

#[tokio::test]
async fn a_call_becomes_a_session_with_its_tools() {
    let house = House::open().await;
    let example = json!({"date": "2026-03-16"});
    let stored = house.tool(json!({"name": "Get Rental  Info!", "input_schema": {"example": example}})).await;
    let body = json!({"phone_number": "4155550100", "task": "t", "from": "+12125550100", "request_data": {"name": "Ada"},
        "metadata": {"order": 7}, "tools": [stored, inline(&house, "InlineLookup"), &stored[3..]],
        "temperature": null, "interruption_threshold": null, "voice": "maya", "unknown": {"a": 1}, "dynamic_data": null});
    let made = house.post("/v1/calls", body).await.ok();
    let id = made["call_id"].clone();
    assert_eq!(
        made,
        json!({"status": "success", "message": "Call successfully queued.", "call_id": id, "batch_id": null,
        "data": null, "errors": null})
    );
    let described = format!("Books one appointment\nExample: {example}");
    let expected =
        [("Get_Rental_Info_".to_owned(), described), ("InlineLookup".to_owned(), "Books".to_owned())];
    assert_eq!(functions(&house, &id).await, expected);
    let session = session_id(&id);
    let told = house.run(session, "InlineLookup", json!({"n": 1})).await;
    assert_eq!(told.told.as_ref(), &json!({"said": "Booked", "_context": ["It said Booked"]}));
    let sent = house.receiver.requests().pop().unwrap();
    assert_eq!((sent.target.as_str(), sent.text().as_str()), ("/inline", r#"{"in":{"n":1},"who":"Ada"}"#));
    assert_eq!(sent.header("authorization"), Some("Bearer sk-inline-123456"));
    // An inline tool is no tool of the organisation, and takes its name from nobody.
    assert_eq!(house.get("/v1/tools").await.ok()["tools"].as_array().unwrap().len(), 1);
    house.tool(json!({"name": "InlineLookup"})).await;

    let shown = house.get(&format!("/v1/calls/{}", id.as_str().unwrap())).await.ok();
    assert!(shown.get("status").is_none() && shown.get("errors").is_none(), "a bare object");
    for (field, value) in [
        ("call_id", &id),
        ("c_id", &id),
        ("completed", &json!(false)),
        ("inbound", &json!(false)),
        ("from", &json!("+12125550100")),
        ("to", &json!("+14155550100")),
        ("metadata", &json!({"order": 7})),
        ("request_data", &json!({"name": "Ada"})),
        ("transcripts", &json!([])),
        ("batch_id", &Value::Null),
    ] {
        assert_eq!(&shown[field], value, "{field}");
    }
    let variables = json!({"call_id": id, "phone_number": "+14155550100", "from": "+12125550100", "to": "+14155550100",
        "short_from": "2125550100", "short_to": "4155550100", "timezone": "America/Los_Angeles", "country": "US",
        "state": "CA", "input": {"n": 1}, "name": "Ada", "said": "Booked", "data": {"message": "Booked"}});
    assert_eq!(shown["variables"], variables);
    let call = &shown["tool_calls"][0];
    assert_eq!((&call["name"], &call["outcome"]), (&json!("InlineLookup"), &json!("done")));
    assert_eq!((&call["status_code"], &call["response"]), (&json!(200), &json!({"message": "Booked"})));
    assert_eq!(call["mappings"], json!([{"name": "said", "path": "message", "outcome": "set"}]));
    assert_eq!((&call["timed_out"], &call["error"]), (&json!(false), &Value::Null));
    assert_eq!(call["request"]["headers"]["authorization"], "[REDACTED]");
    assert!(
        call["tool_id"].as_str().unwrap().starts_with("TL-") && call["duration_ms"].as_f64().unwrap() > 0.0
    );
    assert!(!shown.to_string().contains("sk-inline"));

    house.engine.end_session(house.scope, session).await.unwrap();
    let shown = house.get(&format!("/v1/calls/{}/", id.as_str().unwrap())).await.ok();
    assert_eq!((&shown["completed"], &shown["queue_status"]), (&json!(true), &json!("complete")));
    assert!(shown["end_at"].is_string() && shown["call_length"].is_number());
}

#[tokio::test]
async fn a_call_with_its_own_tools_survives_a_restart() {
    let house = House::open().await;
    let id =
        house.call(json!({"tools": [inline(&house, "InlineLookup")], "request_data": {"name": "Ada"}})).await;
    house.run(id, "InlineLookup", json!({"n": 1})).await;
    let house = house.restarted().await;
    let told = house.run(id, "InlineLookup", json!({"n": 2})).await;
    assert_eq!(told.told.as_ref(), &json!({"said": "Booked", "_context": ["It said Booked"]}));
    let sent = house.receiver.requests();
    assert_eq!((sent.len(), sent[1].text().as_str()), (2, r#"{"in":{"n":2},"who":"Ada"}"#));
    let shown = house.get(&format!("/v1/calls/{}", id.uuid())).await.ok();
    assert_eq!(shown["tool_calls"].as_array().unwrap().len(), 2);
    // Its tools go with its content.
    house.engine.erase_session(house.scope, id).await.unwrap();
    let shown = house.get(&format!("/v1/calls/{}", id.uuid())).await.ok();
    assert_eq!(
        (&shown["variables"], &shown["request_data"]),
        (&json!({"call_id": id.uuid().to_string()}), &json!({}))
    );
    let tool = shown["tool_calls"][0]["tool_id"].as_str().unwrap();
    assert_eq!(house.get(&format!("/v1/tools/{tool}")).await.refused(404), ["TOOL_NOT_FOUND"]);
}

#[tokio::test]
async fn a_stored_tool_is_pinned_as_it_is_now() {
    let house = House::open().await;
    let id = house.tool(json!({"body": {"v": 1}})).await;
    let session = house.call(json!({"tools": [id]})).await;
    house.post(&format!("/v1/tools/{id}"), json!({"body": {"v": 2}})).await.ok();
    house.run(session, "BookAppointment", json!({})).await;
    assert_eq!(house.receiver.requests().pop().unwrap().text(), r#"{"v":1}"#);
}

#[tokio::test]
async fn bad_calls_start_nothing() {
    let house = House::open().await;
    let id = house.tool(json!({})).await;
    let number = "+15550001111";
    let call = |tools: Value| json!({"phone_number": number, "task": "t", "tools": tools});
    let mut nameless = inline(&house, "x");
    nameless.as_object_mut().unwrap().shift_remove("name");
    let without_url = json!({"name": "Lookup", "description": "d", "input_schema": {}});
    let rows = [
        (
            json!({"task": "t"}),
            "MISSING_PARAMETER",
            "Invalid parameters. Error: [\"Missing required parameter: phone_number.\"]",
        ),
        (call(json!("x")), "INVALID_TOOLS", "Tools must be an array"),
        (call(json!([7])), "INVALID_TOOLS", "Unable to parse dynamic data/tools."),
        (
            call(json!(["KB-x"])),
            "INVALID_TOOLS",
            "Invalid tools: tools[0]: knowledge bases are not supported",
        ),
        (
            call(json!([id, "TL-5da8347d-0ab7-415d-b156-a7fc5c6074dc"])),
            "INVALID_TOOLS",
            "Invalid tools: tools[1]: tool TL-5da8347d-0ab7-415d-b156-a7fc5c6074dc not found",
        ),
        (
            call(json!([nameless])),
            "INVALID_TOOLS",
            "Invalid tools: tools[0]: Missing required parameter: name.",
        ),
        (
            call(json!([without_url])),
            "INVALID_TOOLS",
            "Invalid tools: tools[0]: Missing required parameter: url.",
        ),
        (
            call(json!([inline(&house, "Play")])),
            "INVALID_TOOLS",
            "Invalid tools: tools[0]: Invalid tool name \"Play\": \"play\" is a reserved word.",
        ),
        (
            call(json!([id, inline(&house, "BookAppointment")])),
            "INVALID_TOOLS",
            "Invalid tools: tools[1]: the name \"BookAppointment\" is there twice",
        ),
        (
            json!({"phone_number": number, "task": "t", "dynamic_data": [{}]}),
            "INVALID_PARAMETER",
            "Invalid dynamic data: not supported",
        ),
    ];
    for (body, code, message) in rows {
        let answer = house.post("/v1/calls", body.clone()).await;
        assert_eq!((answer.refused(400), answer.message()), (vec![code.to_owned()], message), "{body}");
    }
    let zone = json!({"phone_number": number, "task": "t", "timezone": "Mars/Olympus", "tools": [inline(&house, "Ok_tool")]});
    let answer = house.post("/v1/calls", zone).await;
    assert_eq!(answer.refused(400), ["INVALID_PARAMETER"]);
    assert_eq!(answer.body["errors"][0]["field"], "timezone");
    let blocked = json!({"name": "Lookup", "description": "d", "url": "https://10.0.0.1/x"});
    let answer = house.post("/v1/calls", call(json!([blocked]))).await;
    assert_eq!(answer.body["errors"][0]["field"], "tools[0].url");
    assert_eq!(house.get("/v1/me").await.ok()["total_calls"], 0);
}

#[tokio::test]
async fn without_a_call_engine_calls_are_refused() {
    let house = House::without_calls().await;
    let answer = house.post("/v1/calls", json!({"phone_number": "+15550001111", "task": "t"})).await;
    assert_eq!(
        (answer.refused(400), answer.message()),
        (vec!["NO_CALL_ENGINE".to_owned()], "Unable to queue call.")
    );
}

#[tokio::test]
async fn calls_that_are_not_there() {
    let house = House::open().await;
    for id in ["5da8347d-0ab7-415d-b156-a7fc5c6074dc", "x", "sess_x"] {
        assert_eq!(house.get(&format!("/v1/calls/{id}")).await.refused(404), ["CALL_NOT_FOUND"], "{id}");
    }
}
