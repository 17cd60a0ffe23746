//! An update merges (bland: 2.4), and keeps what it does not name.

use hookswitch_model::Mode;
use hookswitch_model::key::Permission;
use serde_json::{Value, json};

use crate::house::House;

const ALL: [Permission; 3] = [Permission::ToolsRead, Permission::ToolsWrite, Permission::ToolsSecrets];

#[tokio::test]
async fn an_update_changes_what_it_names() {
    let house = House::open().await;
    let start = json!({"name": "A", "speech": "s", "headers": {"H": "1"}, "timeout": 5, "label": "l", "public": true});
    let rows = [
        (json!({}), json!({})),
        (json!({"description": "n"}), json!({"description": "n"})),
        (json!({"headers": {"K": "2"}}), json!({"headers": {"K": "2"}})),
        (json!({"speech": null}), json!({"speech": null})),
        (json!({"tool": {"speech": "t"}}), json!({"speech": "t"})),
        (json!({"speech": "a", "tool": {"speech": "b"}}), json!({"speech": "a"})),
        (json!({"speech": null, "tool": {"speech": "b"}}), json!({"speech": null})),
        (json!({"timeout": null}), json!({"timeout": 10000})),
        (json!({"timeout": "2500"}), json!({"timeout": "2500"})),
        (json!({"method": null}), json!({"method": "GET"})),
        (json!({"method": "put"}), json!({"method": "PUT"})),
        (json!({"label": null, "public": null}), json!({"label": null, "public": false})),
        (json!({"headers": null}), json!({"headers": null})),
        (
            json!({"unknown": 1, "tool_id": "TL-x", "type": "y", "created_at": 1, "staging_tool": {}}),
            json!({}),
        ),
        (
            json!({"response": {}, "query": {}, "headers": {}}),
            json!({"response": {}, "query": {}, "headers": {}}),
        ),
    ];
    for (index, (body, expected)) in rows.into_iter().enumerate() {
        let mut more = start.clone();
        more["name"] = json!(format!("A {index}"));
        let id = house.tool(more).await;
        let mut record = house.record(&id).await;
        let saved = house.post(&format!("/v1/tools/{id}"), body.clone()).await.ok();
        assert_eq!(
            saved,
            json!({"status": "success", "tool_id": id, "name": record["name"], "data": null, "errors": null})
        );
        for (field, value) in expected.as_object().unwrap() {
            for place in ["", "/tool"] {
                let Some(Value::Object(members)) = record.pointer_mut(place) else { panic!() };
                match value {
                    Value::Null if field != "label" => drop(members.shift_remove(field)),
                    _ if place == "/tool" && field == "label" => {}
                    value => drop(members.insert(field.clone(), value.clone())),
                }
            }
        }
        assert_eq!(house.record(&id).await, record, "{body}");
    }
}

#[tokio::test]
async fn required_fields_cannot_be_cleared_and_names_stay_unique() {
    let house = House::open().await;
    let id = house.tool(json!({})).await;
    house.tool(json!({"name": "Other"})).await;
    let path = format!("/v1/tools/{id}");
    for field in ["name", "description", "url"] {
        assert_eq!(
            house.post(&path, json!({field: null})).await.refused(400),
            ["MISSING_PARAMETER"],
            "{field}"
        );
    }
    assert_eq!(house.post(&path, json!({"name": "Other"})).await.refused(400), ["DUPLICATE_NAME"]);
    assert_eq!(house.post(&path, json!({"name": "play"})).await.refused(400), ["RESERVED_NAME"]);
    assert_eq!(house.record(&id).await["name"], "BookAppointment");
}

#[tokio::test]
async fn a_whole_record_written_back_changes_one_field() {
    let house = House::open().await;
    let id = house.tool(json!({"speech": "s", "headers": {"X-Api-Key": "sk-1234567890"}})).await;
    // What a client does: reads, drops the id, overlays one field, posts everything with the nested form as it was.
    let mut body = house.record(&id).await;
    body.as_object_mut().unwrap().shift_remove("tool_id");
    body["description"] = json!("changed");
    house.post(&format!("/v1/tools/{id}"), body.clone()).await.ok();
    let record = house.record(&id).await;
    assert_eq!(
        (&record["description"], &record["tool"]["description"]),
        (&json!("changed"), &json!("changed"))
    );
    assert_eq!((&record["speech"], &record["headers"]), (&body["speech"], &body["headers"]));
    // A whole answer of GET, too.
    let answer = house.get(&format!("/v1/tools/{id}")).await.ok();
    house.post(&format!("/v1/tools/{id}"), answer).await.ok();
    assert_eq!(house.record(&id).await, record);
}

#[tokio::test]
async fn header_secrets_are_shown_to_who_may_read_them() {
    let house = House::open().await;
    house.registry();
    let headers = json!({"Authorization": "Bearer sk-1234567890", "X-Api-Key": "{{SECRET.crm_key}}",
        "Cookie": "Basic {{SECRET.a}}", "X-Token": "t-{{input.x}}-12345", "X-Plain": "v", "Idempotency-Key": "k"});
    let id = house.tool(json!({"headers": headers})).await;
    assert_eq!(house.record(&id).await["headers"], headers);
    let path = format!("/v1/tools/{id}");
    let limited = house.key_with(&ALL[..2], Mode::Live).await;
    let shown = house.send(&limited, "GET", &path, None).await.ok()["tool"].clone();
    let redacted = json!({"Authorization": "[REDACTED]", "X-Api-Key": "{{SECRET.crm_key}}", "Cookie": "Basic {{SECRET.a}}",
        "X-Token": "[REDACTED]", "X-Plain": "v", "Idempotency-Key": "k"});
    assert_eq!(shown["headers"], redacted);
    assert_eq!(shown["tool"]["headers"], redacted);
    // Written back by who could not read them, they stay as they are.
    let mut back = shown;
    back["speech"] = json!("new");
    back["headers"]["X-Plain"] = json!("w");
    house.send(&limited, "POST", &path, Some(back.to_string().into_bytes())).await.ok();
    let record = house.record(&id).await;
    let mut expected = headers;
    expected["X-Plain"] = json!("w");
    assert_eq!((&record["headers"], &record["speech"]), (&expected, &json!("new")));
    let answer = house.post(&path, json!({"headers": {"X-New-Key": "[REDACTED]"}})).await;
    assert_eq!(answer.refused(400), ["INVALID_PARAMETER"]);
    assert_eq!(answer.body["errors"][0]["field"], "headers[\"X-New-Key\"]");
    // A replaced map replaces all of it.
    house.post(&path, json!({"headers": {"X-Token": "[REDACTED]"}})).await.ok();
    assert_eq!(house.record(&id).await["headers"], json!({"X-Token": "t-{{input.x}}-12345"}));
}

#[tokio::test]
async fn a_body_stays_with_a_tool_that_gets() {
    let house = House::open().await;
    let id = house.tool(json!({"body": {"a": "{{input.a}}"}})).await;
    let path = format!("/v1/tools/{id}");
    house.post(&path, json!({"method": "GET"})).await.ok();
    assert_eq!(house.record(&id).await["body"], json!({"a": "{{input.a}}"}));
    house.post(&format!("{path}/test"), json!({"input": {"a": 1}})).await.ok();
    let sent = house.receiver.requests().pop().unwrap();
    assert_eq!((sent.method.as_str(), sent.body.len(), sent.header("content-type")), ("GET", 0, None));
    house.post(&path, json!({"method": "POST"})).await.ok();
    house.post(&format!("{path}/test"), json!({"input": {"a": 1}})).await.ok();
    assert_eq!(house.receiver.requests().pop().unwrap().text(), r#"{"a":1}"#);
}

#[tokio::test]
async fn changes_at_the_same_time_lose_nothing() {
    let house = House::open().await;
    let id = house.tool(json!({})).await;
    let path = format!("/v1/tools/{id}");
    let (a, b, c) = tokio::join!(
        house.post(&path, json!({"speech": "s"})),
        house.post(&path, json!({"label": "l"})),
        house.post(&path, json!({"query": {"q": 1}})),
    );
    assert_eq!((a.status, b.status, c.status), (200, 200, 200));
    let record = house.record(&id).await;
    assert_eq!(
        (&record["speech"], &record["label"], &record["query"]),
        (&json!("s"), &json!("l"), &json!({"q": 1}))
    );
}
