//! Making, showing, deleting: every field, every limit (bland: 2.1, 2.2).

use hookswitch_model::Mode;
use hookswitch_model::key::Permission;
use serde_json::{Value, json};

use crate::house::House;

/// Every field of the page in one tool.
fn whole(house: &House) -> Value {
    json!({
        "name": "BookAppointment", "description": "Books one appointment", "speech": "One moment, I am booking that.",
        "method": "POST", "timeout": 99_999_999, "url": house.url("/book/{{input.id}}?lang={{language}}"),
        "headers": {"Authorization": "Bearer {{SECRET.crm_key}}", "X-Plain": "v", "X-Number": 7},
        "body": {"slot": "{{input}}"}, "query": {"phone": "{{phone_number}}", "n": 3, "list": [1]},
        "input_schema": {"type": "object", "example": {"date": "2026-03-16", "time": "5:00 PM"},
            "required": ["date", "time"], "properties": {"date": "YYYY-MM-DD", "time": "HH:MM (AM|PM)"}},
        "response": {"confirmation_message": "$.message"},
        "response_data": [{"name": "id", "data": "a.id", "context": "The id is {{id}}"}, {"name": "", "data": "x"}],
        "label": "Booking", "public": true,
    })
}

#[tokio::test]
async fn every_field_comes_back_flat_and_nested() {
    let house = House::open().await;
    let body = whole(&house);
    let made = house.post("/v1/tools", body.clone()).await.ok();
    let keys: Vec<&String> = made.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["status", "tool_id", "name", "data", "errors"]);
    let id = made["tool_id"].as_str().unwrap();
    assert!(id.starts_with("TL-") && made["name"] == "BookAppointment" && made["errors"].is_null());
    let record = house.record(id).await;
    for (field, value) in body.as_object().unwrap() {
        assert_eq!(&record[field], value, "{field}");
        if field != "label" {
            assert_eq!(&record["tool"][field], value, "nested {field}");
        }
    }
    assert_eq!((&record["type"], &record["tool_id"]), (&json!("custom_tool"), &json!(id)));
    assert!(record["created_at"].as_str().unwrap().ends_with('Z'));
}

#[tokio::test]
async fn unset_fields_are_absent_and_defaults_are_shown() {
    let house = House::open().await;
    let body =
        json!({"name": " Get Rental Information ", "description": "d", "url": "https://api.example.com/x"});
    let id = house.post("/v1/tools", body).await.ok()["tool_id"].as_str().unwrap().to_owned();
    let record = house.record(&id).await;
    let keys: Vec<&String> = record.as_object().unwrap().keys().collect();
    let flat = [
        "tool_id",
        "type",
        "label",
        "public",
        "created_at",
        "name",
        "description",
        "method",
        "timeout",
        "url",
        "tool",
    ];
    assert_eq!(keys, flat);
    let nested: Vec<&String> = record["tool"].as_object().unwrap().keys().collect();
    assert_eq!(nested, ["name", "description", "method", "timeout", "url", "public"]);
    assert_eq!(record["name"], "Get Rental Information");
    assert_eq!((&record["method"], &record["timeout"]), (&json!("GET"), &json!(10000)));
    assert_eq!((&record["label"], &record["public"]), (&Value::Null, &json!(false)));
    // With and without the prefix, with and without a slash at the end.
    for path in [format!("/v1/tools/{}", &id[3..]), format!("/v1/tools/{id}/")] {
        assert_eq!(house.get(&path).await.ok()["tool"], record);
    }
}

#[tokio::test]
async fn the_nested_form_makes_a_tool_too() {
    let house = House::open().await;
    let body = json!({"tool": {"name": "Lookup", "description": "d", "url": house.url("/x")}, "label": "L"});
    let id = house.post("/v1/tools/", body).await.ok()["tool_id"].as_str().unwrap().to_owned();
    let record = house.record(&id).await;
    assert_eq!((&record["name"], &record["label"]), (&json!("Lookup"), &json!("L")));
}

#[tokio::test]
async fn what_is_wrong_is_said_with_its_code() {
    let house = House::open().await;
    let base = json!({"name": "Lookup", "description": "d", "url": "https://api.example.com/x"});
    let rows = [
        (json!({"name": null}), "MISSING_PARAMETER", "name"),
        (json!({"description": " "}), "MISSING_PARAMETER", "description"),
        (json!({"url": null}), "MISSING_PARAMETER", "url"),
        (json!({"name": "x".repeat(129)}), "INVALID_PARAMETER", "name"),
        (json!({"name": "a\nb"}), "INVALID_PARAMETER", "name"),
        (json!({"name": 5}), "INVALID_PARAMETER", "name"),
        (json!({"name": "PlayMusic"}), "RESERVED_NAME", "name"),
        (json!({"name": "press  buttons"}), "RESERVED_NAME", "name"),
        (json!({"description": "x".repeat(5001)}), "INVALID_PARAMETER", "description"),
        (json!({"url": "http://api.example.com/x"}), "INVALID_URL", "url"),
        (json!({"url": "ftp://api.example.com/x"}), "INVALID_URL", "url"),
        (json!({"url": "https://"}), "INVALID_URL", "url"),
        (json!({"url": "https://u:p@api.example.com/"}), "INVALID_URL", "url"),
        (json!({"url": "https://{{input.h}}/x"}), "INVALID_URL", "url"),
        (json!({"url": "https://api.example.com{{input.h}}"}), "INVALID_URL", "url"),
        (json!({"url": "https://127.0.0.1/x"}), "INVALID_URL", "url"),
        (json!({"url": "https://169.254.169.254/x"}), "INVALID_URL", "url"),
        (json!({"url": "https://api.example.com:22/x"}), "INVALID_URL", "url"),
        (json!({"url": format!("https://api.example.com/{}", "x".repeat(2048))}), "INVALID_URL", "url"),
        (json!({"url": 5}), "INVALID_PARAMETER", "url"),
        (json!({"method": "BREW"}), "INVALID_PARAMETER", "method"),
        (json!({"method": 1}), "INVALID_PARAMETER", "method"),
        (json!({"headers": [1]}), "INVALID_PARAMETER", "headers"),
        (json!({"headers": "not json"}), "INVALID_PARAMETER", "headers"),
        (json!({"headers": {"X": {"a": 1}}}), "INVALID_PARAMETER", "headers[\"X\"]"),
        (json!({"headers": {"Host": "x"}}), "INVALID_PARAMETER", "headers[\"Host\"]"),
        (
            json!({"headers": {"webhook-signature": "x"}}),
            "INVALID_PARAMETER",
            "headers[\"webhook-signature\"]",
        ),
        (json!({"headers": {"no blanks": "x"}}), "INVALID_PARAMETER", "headers[\"no blanks\"]"),
        (json!({"headers": {"X": "a\r\nb"}}), "INVALID_PARAMETER", "headers[\"X\"]"),
        (
            json!({"headers": {"Authorization": "[REDACTED]"}}),
            "INVALID_PARAMETER",
            "headers[\"Authorization\"]",
        ),
        (json!({"method": "POST", "body": "x".repeat(256 * 1024)}), "INVALID_PARAMETER", "body"),
        (json!({"method": "POST", "body": {"a": "{{a..b}}"}}), "INVALID_PARAMETER", "body"),
        (json!({"query": 1}), "INVALID_PARAMETER", "query"),
        (json!({"query": {"": 1}}), "INVALID_PARAMETER", "query"),
        (json!({"query": {"x".repeat(257): 1}}), "INVALID_PARAMETER", "query"),
        (json!({"input_schema": [1]}), "INVALID_PARAMETER", "input_schema"),
        (json!({"input_schema": "x"}), "INVALID_PARAMETER", "input_schema"),
        (json!({"input_schema": {"a": "x".repeat(65_536)}}), "INVALID_PARAMETER", "input_schema"),
        (json!({"speech": "x".repeat(1001)}), "INVALID_PARAMETER", "speech"),
        (json!({"speech": "{{SECRET.x}}"}), "INVALID_PARAMETER", "speech"),
        (json!({"description": "{{secret.x}}"}), "INVALID_PARAMETER", "description"),
        (json!({"label": "x".repeat(129)}), "INVALID_PARAMETER", "label"),
        (json!({"response": {"a": "$["}}), "INVALID_PARAMETER", "response.a"),
        (json!({"response": {"a": 1}}), "INVALID_PARAMETER", "response.a"),
        (json!({"response": []}), "INVALID_PARAMETER", "response"),
        (json!({"response_data": {}}), "INVALID_PARAMETER", "response_data"),
        (
            json!({"response_data": [{"name": "a", "data": "$[?"}]}),
            "INVALID_PARAMETER",
            "response_data[0].data",
        ),
        (json!({"response_data": [1]}), "INVALID_PARAMETER", "response_data[0]"),
        (json!({"timeout": 0}), "INVALID_PARAMETER", "timeout"),
        (json!({"timeout": "soon"}), "INVALID_PARAMETER", "timeout"),
        (json!({"public": "yes"}), "INVALID_PARAMETER", "public"),
    ];
    for (change, code, field) in rows {
        let mut body = base.clone();
        body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        let answer = house.post("/v1/tools", body).await;
        let shown: String = change.to_string().chars().take(80).collect();
        assert_eq!(answer.status, 400, "{shown}");
        assert_eq!(answer.refused(400), [code], "{shown}");
        let at = answer.body["errors"][0]["field"].as_str().unwrap();
        assert!(at == field || at.starts_with(&format!("{field}.")), "{shown}: {at}");
    }
    let names: serde_json::Map<String, Value> = (0..65).map(|n| (format!("X-{n}"), json!("v"))).collect();
    for field in ["headers", "query"] {
        let mut body = base.clone();
        body[field] = Value::Object(names.clone());
        assert_eq!(house.post("/v1/tools", body).await.refused(400), ["INVALID_PARAMETER"], "{field}");
    }
    assert_eq!(house.get("/v1/tools").await.ok()["tools"], json!([]));
}

#[tokio::test]
async fn messages_name_what_is_meant() {
    let house = House::open().await;
    let reserved = json!({"name": "PlayMusic", "description": "d", "url": "https://api.example.com/"});
    let answer = house.post("/v1/tools", reserved).await;
    assert_eq!(answer.message(), "Invalid tool name \"PlayMusic\": \"play\" is a reserved word.");
    let plain = json!({"name": "x", "description": "d", "url": "http://api.example.com/"});
    assert_eq!(house.post("/v1/tools", plain).await.message(), "url must begin with https://");
    let nothing = house.post("/v1/tools", json!({})).await;
    assert_eq!(nothing.refused(400), ["MISSING_PARAMETER"; 3]);
}

#[tokio::test]
async fn text_that_holds_an_object_is_read_as_that_object() {
    let house = House::open().await;
    let schema = r#"{"date":"YYYY-MM-DD"}"#;
    let more = json!({"headers": "{\"X-A\":\"1\"}", "query": "{\"q\":2}", "input_schema": schema});
    let record = house.record(&house.tool(more).await).await;
    assert_eq!((&record["headers"], &record["query"]), (&json!({"X-A": "1"}), &json!({"q": 2})));
    assert_eq!(record["input_schema"], schema);
}

#[tokio::test]
async fn names_are_unique_in_the_organisation() {
    let house = House::open().await;
    house.tool(json!({})).await;
    let again = json!({"name": "BookAppointment", "description": "d", "url": "https://api.example.com/"});
    let answer = house.post("/v1/tools", again.clone()).await;
    assert_eq!(answer.refused(400), ["DUPLICATE_NAME"]);
    // A test key has a world of its own.
    let key = house.key_with(&[Permission::ToolsRead, Permission::ToolsWrite], Mode::Test).await;
    let made = house.send(&key, "POST", "/v1/tools", Some(again.to_string().into_bytes())).await.ok();
    let path = format!("/v1/tools/{}", made["tool_id"].as_str().unwrap());
    assert_eq!(house.get(&path).await.refused(404), ["TOOL_NOT_FOUND"]);
    assert_eq!(house.send(&key, "GET", "/v1/tools", None).await.ok()["tools"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_deleted_tool_is_gone() {
    let house = House::open().await;
    let id = house.tool(json!({})).await;
    let path = format!("/v1/tools/{id}");
    let gone = house.delete(&path).await.ok();
    let expected =
        json!({"status": "success", "message": "Tool has been deleted.", "data": null, "errors": null});
    assert_eq!(gone, expected);
    for answer in [house.delete(&path).await, house.get(&path).await, house.post(&path, json!({})).await] {
        assert_eq!(answer.refused(404), ["TOOL_NOT_FOUND"]);
        assert_eq!(answer.message(), "Tool not found.");
    }
    house.tool(json!({})).await;
}
