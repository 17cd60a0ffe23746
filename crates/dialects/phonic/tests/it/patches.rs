//! Changes: merged, cleared, checked as a whole.

use serde_json::{Value, json};

use crate::house::{House, parameter, plain};

async fn refused(house: &House, id: &str, body: Value) -> Vec<String> {
    house.patch(&format!("/v1/tools/{id}"), body).await.refused(400)
}

async fn changed(house: &House, id: &str, body: Value) -> Value {
    assert_eq!(house.patch(&format!("/v1/tools/{id}"), body).await.ok(), json!({"success": true}));
    house.shown(id).await
}

fn in_body(name: &str) -> Value {
    parameter(name, json!({"location": "request_body"}))
}

#[tokio::test]
async fn absent_keys_stay() {
    let house = House::open().await;
    let id =
        house.tool(house.webhook(json!({"endpoint_timeout_ms": 9000, "parameters": [in_body("a")]}))).await;
    let before = house.shown(&id).await;
    assert_eq!(changed(&house, &id, json!({})).await, before);
    let after = changed(&house, &id, json!({"description": "other", "uninterruptible": true})).await;
    for (key, value) in before.as_object().unwrap() {
        match key.as_str() {
            "description" => assert_eq!(after[key], "other"),
            "uninterruptible" => assert_eq!(after[key], true),
            _ => assert_eq!(after[key], *value, "{key}"),
        }
    }
    assert_eq!(house.stored(&id).await.version, 2, "nothing changed is nothing saved");
}

#[tokio::test]
async fn the_type_is_fixed() {
    let house = House::open().await;
    let id = house.tool(house.webhook(json!({}))).await;
    changed(&house, &id, json!({"type": "custom_webhook"})).await;
    assert_eq!(refused(&house, &id, json!({"type": "custom_context"})).await, ["type"]);
}

#[tokio::test]
async fn nulls_clear_what_can_be_cleared() {
    let house = House::open().await;
    let id = house.tool(house.webhook(json!({"endpoint_headers": {"X-A": "1"}}))).await;
    assert_eq!(changed(&house, &id, json!({"endpoint_headers": null})).await["endpoint_headers"], json!({}));
    let keys = refused(
        &house,
        &id,
        json!({"name": null, "description": null, "endpoint_timeout_ms": null,
        "parameters": null, "allow_tool_chaining": null, "endpoint_url": null, "execution_mode": null}),
    )
    .await;
    assert_eq!(keys.len(), 7, "{keys:?}");
    changed(&house, &id, json!({"phone_number": null, "context": null, "respond_after_sec": null})).await;
    let body = plain(
        "built_in_transfer_to_phone_number",
        json!({"phone_number": "+15551234567", "dtmf": "1", "post_transfer_message": "Hi"}),
    );
    let id = house.tool(body).await;
    let shown =
        changed(&house, &id, json!({"phone_number": null, "dtmf": null, "post_transfer_message": null}))
            .await;
    for field in ["phone_number", "dtmf", "post_transfer_message"] {
        assert_eq!(shown[field], Value::Null, "{field}");
    }
}

#[tokio::test]
async fn headers_are_replaced_as_a_whole() {
    let house = House::open().await;
    let headers = json!({"X-A": "1", "X-B": "2", "Authorization": "Bearer t"});
    let id = house.tool(house.webhook(json!({ "endpoint_headers": headers }))).await;
    let given = json!({"X-B": "3", "X-C": null, "authorization": "[REDACTED]"});
    let shown = changed(&house, &id, json!({ "endpoint_headers": given })).await;
    assert_eq!(shown["endpoint_headers"], json!({"X-B": "3", "authorization": "Bearer t"}));
    let keys = refused(&house, &id, json!({"endpoint_headers": {"X-New": "[REDACTED]"}})).await;
    assert_eq!(keys, ["endpoint_headers[\"X-New\"]"]);
}

#[tokio::test]
async fn placements_of_names_that_remain_are_kept() {
    let house = House::open().await;
    let schema = |names: &[&str]| {
        let properties: serde_json::Map<String, Value> =
            names.iter().map(|name| ((*name).to_owned(), json!({"type": "string"}))).collect();
        json!({"type": "object", "properties": properties})
    };
    let places = json!({"a": "request_body", "b": "query_string"});
    let id = house
        .tool(house.webhook(json!({"parameters": schema(&["a", "b"]), "parameter_locations": places})))
        .await;
    assert_eq!(
        refused(&house, &id, json!({"parameters": schema(&["b", "c"])})).await,
        ["parameter_locations.c"]
    );
    let shown = changed(
        &house,
        &id,
        json!({"parameters": schema(&["b", "c"]), "parameter_locations": {"c": "request_body"}}),
    )
    .await;
    assert_eq!(shown["parameter_locations"], json!({"b": "query_string", "c": "request_body"}));
    let shown = changed(&house, &id, json!({"parameter_locations": {"b": "request_body"}})).await;
    assert_eq!(shown["parameter_locations"], json!({"b": "request_body", "c": "request_body"}));
    // To a list and back: the form is that of the change.
    let list = json!([parameter("b", json!({"location": "query_string"}))]);
    let shown = changed(&house, &id, json!({ "parameters": list })).await;
    assert_eq!(shown["parameters"], list);
    assert!(shown.get("parameter_locations").is_none());
    assert_eq!(
        refused(&house, &id, json!({"parameter_locations": {"b": "request_body"}})).await,
        ["parameter_locations"]
    );
    let shown = changed(&house, &id, json!({"parameters": schema(&["b"])})).await;
    assert_eq!(shown["parameter_locations"], json!({"b": "query_string"}));
}

#[tokio::test]
async fn the_method_changes_what_may_stand_where() {
    let house = House::open().await;
    let list = json!([in_body("a"), parameter("q", json!({"location": "query_string"}))]);
    let id = house.tool(house.webhook(json!({ "parameters": list }))).await;
    assert_eq!(refused(&house, &id, json!({"endpoint_method": "GET"})).await, ["parameters[0].location"]);
    let query = json!([parameter("a", json!({})), parameter("q", json!({"location": "query_string"}))]);
    let shown = changed(&house, &id, json!({"endpoint_method": "GET", "parameters": query})).await;
    assert_eq!(shown["parameters"][0]["location"], "query_string");
    let shown = changed(&house, &id, json!({"endpoint_method": "POST"})).await;
    assert_eq!(shown["parameters"][0]["location"], "query_string", "placements stay");
    let schema = json!({"type": "object", "properties": {"a": {"type": "string"}}});
    let body = house
        .webhook(json!({"name": "o", "parameters": schema, "parameter_locations": {"a": "request_body"}}));
    let id = house.tool(body).await;
    assert_eq!(refused(&house, &id, json!({"endpoint_method": "GET"})).await, ["parameter_locations.a"]);
}

#[tokio::test]
async fn the_call_comes_along_in_the_form_of_the_method() {
    let house = House::open().await;
    let id = house.tool(house.webhook(json!({"endpoint_method": "GET"}))).await;
    house.run(&id, "book", json!({})).await;
    changed(&house, &id, json!({"endpoint_method": "POST"})).await;
    house.run(&id, "book", json!({})).await;
    let sent = house.receiver.requests();
    assert!(sent[0].target.starts_with("/book?conversation_id=conv_") && sent[0].body.is_empty());
    assert_eq!((sent[1].target.as_str(), sent[1].text().as_str()), ("/book", r#"{"call_info":null}"#));
}

#[tokio::test]
async fn rules_hold_for_the_result() {
    let house = House::open().await;
    let body = plain(
        "built_in_transfer_to_phone_number",
        json!({"phone_number": "+15551234567", "post_transfer_message": "Hi"}),
    );
    let id = house.tool(body).await;
    assert_eq!(
        refused(&house, &id, json!({"use_agent_phone_number": false})).await,
        ["post_transfer_message"]
    );
    changed(&house, &id, json!({"use_agent_phone_number": false, "post_transfer_message": null})).await;
    let id = house.tool(house.webhook(json!({"name": "b", "uninterruptible": true}))).await;
    assert_eq!(refused(&house, &id, json!({"execution_mode": "async"})).await, ["uninterruptible"]);
    let id = house
        .tool(house.webhook(json!({"name": "c", "execution_mode": "async", "wait_for_response": true})))
        .await;
    assert_eq!(refused(&house, &id, json!({"execution_mode": "sync"})).await, ["wait_for_response"]);
}

#[tokio::test]
async fn placeholders_follow_the_url() {
    let house = House::open().await;
    let list = json!([parameter("id", json!({"location": "url_path"}))]);
    let body = house.webhook(json!({"endpoint_url": house.receiver.url("/o/{id}"), "parameters": list}));
    let id = house.tool(body).await;
    assert_eq!(
        refused(&house, &id, json!({"endpoint_url": house.receiver.url("/o")})).await,
        ["parameters[0].location"]
    );
    changed(&house, &id, json!({"endpoint_url": house.receiver.url("/o?id={id}")})).await;
    house.run(&id, "book", json!({"id": "a/b"})).await;
    assert_eq!(house.receiver.requests()[0].target, "/o?id=a%2Fb");
}

#[tokio::test]
async fn older_clients_send_the_type_and_the_whole_tool() {
    let house = House::open().await;
    let id = house
        .tool(house.webhook(json!({"parameters": [in_body("a")], "endpoint_headers": {"X-Key": "k"}})))
        .await;
    let whole = house.shown(&id).await;
    assert_eq!(changed(&house, &id, whole.clone()).await, whole);
    assert_eq!(house.stored(&id).await.version, 1);
}
