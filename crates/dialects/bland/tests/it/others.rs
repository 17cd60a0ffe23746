//! Tools of other dialects: listed, shown, changed and run, and still theirs (semantics: One registry, several dialects).

use hookswitch_model::Dialect;
use serde_json::{Value, json};

use crate::house::House;

fn text(id: hookswitch_model::ToolId) -> String {
    format!("TL-{}", id.uuid())
}

async fn draft_of(house: &House, id: hookswitch_model::ToolId) -> Value {
    serde_json::to_value(house.registry().get_tool(house.scope, id).await.unwrap().draft).unwrap()
}

fn native(house: &House) -> Value {
    json!({"name": "native_book", "description": "Books", "kind": "webhook", "display_name": "Book",
        "webhook": {"url": house.url("/n/{{id}}"), "method": "POST", "signature": "none",
            "headers": {"Authorization": "Bearer sk-native-12345", "X-Plain": "v"}},
        "parameters": [{"name": "id", "schema": {"type": "string"}, "required": true},
            {"name": "note", "description": "Why", "place": "query"}, {"name": "fixed", "source": {"static": 7}}],
        "effect": "idempotent", "act_arguments": ["id"], "speech": {"line": "One moment"}, "extract": {"m": "$.message"},
        "extras": {"pyai": {"kept": true}}})
}

#[tokio::test]
async fn a_tool_of_another_dialect_is_listed_shown_and_run() {
    let house = House::open().await;
    let id = house.foreign(Dialect::Native, native(&house)).await;
    let context = json!({"name": "context", "kind": "context", "context": {"text": "x"}});
    let context = house.foreign(Dialect::Native, context).await;
    let list = house.get("/v1/tools").await.ok();
    assert_eq!(list["tools"].as_array().unwrap().len(), 1);
    let record = &list["tools"][0];
    for (field, value) in [
        ("tool_id", json!(text(id))),
        ("name", json!("native_book")),
        ("label", json!("Book")),
        ("method", json!("POST")),
        ("timeout", json!(5000)),
        ("speech", json!("One moment")),
        ("response", json!({"m": "$.message"})),
        ("headers", json!({"Authorization": "Bearer sk-native-12345", "X-Plain": "v"})),
        (
            "input_schema",
            json!({"type": "object", "properties": {"id": {"type": "string"}, "note": {"description": "Why"}},
            "required": ["id"]}),
        ),
    ] {
        assert_eq!(record[field], value, "{field}");
    }
    assert_eq!(house.get(&format!("/v1/tools/{}", text(context))).await.refused(404), ["TOOL_NOT_FOUND"]);
    let test = house
        .post(&format!("/v1/tools/{}/test", text(id)), json!({"input": {"id": "a b", "note": "n"}}))
        .await
        .ok();
    assert_eq!((&test["status"], &test["variables"]), (&json!("success"), &json!({"m": "Booked"})));
    let session = house.call(json!({"tools": [text(id)]})).await;
    house.run(session, "native_book", json!({"id": "x", "note": "n"})).await;
    let sent = house.receiver.requests().pop().unwrap();
    assert_eq!((sent.target.as_str(), sent.text().as_str()), ("/n/x?note=n", r#"{"fixed":7}"#));
}

#[tokio::test]
async fn writing_back_what_was_read_changes_nothing_of_it() {
    let house = House::open().await;
    let drafts = [
        (Dialect::Native, native(&house)),
        (
            Dialect::Phonic,
            json!({"name": "phonic_tool", "description": "", "kind": "webhook", "webhook": {"url": house.url("/p/{id}"),
            "headers": {"X-Plain": {"literal": "{{not a template}}"}, "Authorization": {"literal": "secret-123"}},
            "variables": {"url_syntax": "single", "prefixes": [], "bare": ["input"]}, "signature": "project"},
            "parameters": [{"name": "id", "required": true, "place": "path", "schema": {"type": "string"}}]}),
        ),
        (
            Dialect::Burki,
            json!({"name": "burki_tool", "description": "b", "kind": "webhook", "webhook": {"url": house.url("/b"),
            "method": "PUT", "body": {"a": "${x}"}, "variables": {"syntax": "dollar", "prefixes": [], "bare": ["input"]},
            "answer": {"mapping": {"id": "data.id"}}}, "input_schema": {"type": "object", "properties": {"x": {"type": "integer"}}},
            "max_tries": 5, "answer_context": ["kept"], "answer_variable": "mine"}),
        ),
    ];
    for (dialect, draft) in drafts {
        let id = house.foreign(dialect, draft).await;
        let before = draft_of(&house, id).await;
        let path = format!("/v1/tools/{}", text(id));
        let record = house.record(&text(id)).await;
        house.post(&path, record.clone()).await.ok();
        assert_eq!(draft_of(&house, id).await, before, "{dialect:?}");
        // One field more changes that one alone.
        let mut changed = record;
        changed["speech"] = json!("Said now");
        house.post(&path, changed).await.ok();
        let mut expected = before;
        expected["speech"] = draft_of(&house, id).await["speech"].clone();
        assert_eq!(expected["speech"]["line"], "Said now");
        assert_eq!(draft_of(&house, id).await, expected, "{dialect:?}");
    }
}

#[tokio::test]
async fn a_changed_schema_keeps_places_and_sources() {
    let house = House::open().await;
    let id = house.foreign(Dialect::Native, native(&house)).await;
    let schema = json!({"properties": {"id": "string", "fixed": "integer", "when": "YYYY-MM-DD"}, "required": ["id", "when"]});
    house.post(&format!("/v1/tools/{}", text(id)), json!({"input_schema": schema})).await.ok();
    let parameters = draft_of(&house, id).await["parameters"].clone();
    let expected = json!([{"name": "id", "schema": {"type": "string"}, "required": true},
        {"name": "fixed", "required": false, "source": {"static": 7}},
        {"name": "when", "schema": {"description": "YYYY-MM-DD"}, "required": true}]);
    assert_eq!(parameters, expected);
    let strict = json!({"name": "strict", "kind": "webhook", "webhook": {"url": house.url("/s")},
        "input_schema": {"type": "object", "properties": {"a": {"type": "string"}}}});
    let strict = house.foreign(Dialect::Native, strict).await;
    let schema = json!({"day": "monday, friday", "n": "integer"});
    house.post(&format!("/v1/tools/{}", text(strict)), json!({"input_schema": schema})).await.ok();
    assert_eq!(house.record(&text(strict)).await["input_schema"], schema, "as it was written");
    let stored = draft_of(&house, strict).await["input_schema"].clone();
    assert_eq!(
        stored["properties"],
        json!({"day": {"description": "monday, friday"}, "n": {"type": "integer"}})
    );
}

#[tokio::test]
async fn what_another_dialect_changes_is_what_is_shown() {
    let house = House::open().await;
    let id = house.tool(json!({"timeout": 99_999_999, "speech": "s", "response_data": [{"name": "a", "data": "x", "context": "c"}],
        "url": house.url("/x?k={{secret.id.SEC-5da8347d-0ab7-415d-b156-a7fc5c6074dc}}"), "public": true})).await;
    let tool = house
        .registry()
        .get_tool(house.scope, hookswitch_model::ToolId::from_uuid(id[3..].parse().unwrap()))
        .await
        .unwrap();
    let mut draft = tool.draft.clone();
    draft.timeout_ms = Some(hookswitch_model::time::Millis(700));
    draft.extract.insert("b".to_owned(), "$.y".to_owned());
    draft.webhook.as_mut().unwrap().url = house.url("/other");
    let by = house.registry().authenticate("hs_live_bland_tests_0000000000000001").await.unwrap().key.id;
    house.registry().update_tool(house.scope, tool.id, None, draft, by).await.unwrap();
    let record = house.record(&id).await;
    assert_eq!((&record["timeout"], &record["url"]), (&json!(700), &json!(house.url("/other"))));
    assert_eq!((&record["response"], record.get("response_data")), (&json!({"a": "x", "b": "$.y"}), None));
    assert_eq!((&record["speech"], &record["public"]), (&json!("s"), &json!(true)));
}
