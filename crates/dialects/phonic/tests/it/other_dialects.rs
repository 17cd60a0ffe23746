//! Tools made elsewhere: shown, changed and run, with all that this API does not know of them kept.

use hookswitch_model::Dialect;
use hookswitch_model::draft::{SignatureScheme, ToolDraft};
use serde_json::{Value, json};

use crate::house::{House, with};

fn native(house: &House, more: Value) -> Value {
    with(
        json!({"name": "Book Slot", "description": "d", "kind": "webhook",
            "webhook": {"url": format!("{}/{{{{input.id}}}}", house.receiver.url("/slots")), "method": "PUT",
                "headers": {"Authorization": "Bearer {{secret.crm}}", "X-Lang": "{{vars.lang}}"}, "signature": "standard"},
            "parameters": [
                {"name": "id", "schema": {"type": "string"}, "required": true, "place": "path"},
                {"name": "note", "schema": {"type": "string", "maxLength": 5}, "description": "n", "send_as": "Note"},
                {"name": "tenant", "source": {"static": "acme"}}],
            "effect": "idempotent", "tags": ["x"], "result": "$.a", "timeout_ms": 500,
            "extras": {"pyai": {"k": 1}}}),
        more,
    )
}

#[tokio::test]
async fn a_native_tool_is_shown() {
    let house = House::open().await;
    let id = house.foreign(Dialect::Native, native(&house, json!({}))).await;
    let shown = house.shown(&id).await;
    assert_eq!(shown["type"], "custom_webhook");
    assert_eq!((&shown["name"], &shown["endpoint_method"]), (&json!("Book Slot"), &json!("PUT")));
    assert_eq!(
        shown["parameters"]["properties"]["note"],
        json!({"type": "string", "maxLength": 5, "description": "n"})
    );
    assert!(shown["parameters"]["properties"].get("tenant").is_none(), "not the model's to give");
    assert_eq!(shown["parameter_locations"], json!({"id": "url_path", "note": "request_body"}));
    assert_eq!(shown["endpoint_headers"]["X-Lang"], "{{vars.lang}}");
    assert_eq!(house.get("/v1/tools/Book%20Slot").await.ok()["tool"], shown);
    assert_eq!(house.get("/v1/tools").await.ok()["tools"], json!([shown]));
}

#[tokio::test]
async fn what_was_got_can_be_given_back() {
    let house = House::open().await;
    let id = house.foreign(Dialect::Native, native(&house, json!({}))).await;
    let before = house.stored(&id).await.draft;
    let whole = house.shown(&id).await;
    house.patch(&format!("/v1/tools/{id}"), whole).await.ok();
    assert_eq!(house.stored(&id).await.draft, before);
}

#[tokio::test]
async fn changes_leave_what_this_api_does_not_know() {
    let house = House::open().await;
    let id = house.foreign(Dialect::Native, native(&house, json!({}))).await;
    let before = house.stored(&id).await.draft;
    let path = format!("/v1/tools/{id}");
    let body = json!({"description": "other", "endpoint_headers": {"Authorization": "Bearer {{secret.crm}}", "X-New": "{{input.note}}"},
        "endpoint_timeout_ms": 2000, "forbid_speech_after_tool_call": true});
    house.patch(&path, body).await.ok();
    let after = house.stored(&id).await;
    let mut expected = before.clone();
    expected.description = "other".to_owned();
    expected.timeout_ms = Some(hookswitch_model::Millis(2000));
    expected.speech.forbid_speech_after = true;
    let headers = &mut expected.webhook.as_mut().unwrap().headers;
    headers.shift_remove("X-Lang");
    headers.insert("X-New".to_owned(), hookswitch_model::secret::Sealable::Text("{{input.note}}".to_owned()));
    assert_eq!((after.draft, after.dialect), (expected, Dialect::Native));
}

#[tokio::test]
async fn parameters_of_a_native_tool_keep_their_places_and_fixed_ones() {
    let house = House::open().await;
    let id = house.foreign(Dialect::Native, native(&house, json!({}))).await;
    let before = house.stored(&id).await.draft;
    let mut whole = house.shown(&id).await;
    whole["parameters"]["properties"]["note"]["maxLength"] = json!(9);
    house.patch(&format!("/v1/tools/{id}"), json!({"parameters": whole["parameters"]})).await.ok();
    let after = house.stored(&id).await.draft;
    let (before, after) = (before.parameters.unwrap(), after.parameters.unwrap());
    assert_eq!((&after[0], &after[2]), (&before[0], &before[2]));
    assert_eq!((after[1].send_as.as_deref(), after[1].place), (Some("Note"), None));
    assert_eq!(after[1].schema.as_ref().unwrap()["maxLength"], 9);
}

#[tokio::test]
async fn one_schema_stays_one_schema() {
    let house = House::open().await;
    let schema = json!({"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]});
    let draft = json!({"name": "weather", "kind": "webhook", "input_schema": schema,
        "webhook": {"url": house.receiver.url("/w"), "method": "POST", "signature": "none"}});
    let id = house.foreign(Dialect::Pyai, draft).await;
    let shown = house.shown(&id).await;
    assert_eq!(
        (&shown["parameters"], &shown["parameter_locations"]),
        (&schema, &json!({"city": "request_body"}))
    );
    let other = json!({"type": "object", "properties": {"city": {"type": "string", "minLength": 2}}});
    house.patch(&format!("/v1/tools/{id}"), json!({ "parameters": other })).await.ok();
    let stored = house.stored(&id).await.draft;
    assert_eq!((stored.input_schema, stored.parameters), (Some(other), None));
    assert_eq!(stored.webhook.unwrap().signature, SignatureScheme::None);
    house.run(&id, "weather", json!({"city": "Lahore"})).await;
    assert_eq!(house.receiver.requests()[0].text(), r#"{"city":"Lahore"}"#, "its own request form");
    // Where a place is named, the parameters get places of their own.
    house
        .patch(&format!("/v1/tools/{id}"), json!({"parameter_locations": {"city": "query_string"}}))
        .await
        .ok();
    assert_eq!(house.shown(&id).await["parameter_locations"], json!({"city": "query_string"}));
    house.run(&id, "weather", json!({"city": "Lahore"})).await;
    assert_eq!(house.receiver.requests()[1].target, "/w?city=Lahore");
}

#[tokio::test]
async fn loose_shapes_are_shown_as_schemas() {
    let house = House::open().await;
    let draft = json!({"name": "loose", "kind": "webhook", "loose_input": {"example": {"speech": "s", "day": "Monday"}, "type": "object", "properties": {"day": "string"}},
        "webhook": {"url": house.receiver.url("/w"), "method": "POST", "signature": "none"}});
    let id = house.foreign(Dialect::Bland, draft).await;
    let before = house.stored(&id).await.draft;
    let shown = house.shown(&id).await;
    assert_eq!(shown["parameters"]["type"], "object", "{shown}");
    house.patch(&format!("/v1/tools/{id}"), shown).await.ok();
    assert_eq!(house.stored(&id).await.draft, before);
}

#[tokio::test]
async fn kinds_without_a_type_here_are_not_shown() {
    let house = House::open().await;
    let hosted = json!({"name": "clock", "kind": "hosted", "hosted": {"function": "datetime"}});
    let id = house.foreign(Dialect::Native, hosted).await;
    let hold = json!({"name": "hold", "kind": "call_control", "call_control": {"operation": "play_hold"}});
    house.foreign(Dialect::Native, hold).await;
    assert_eq!(house.get("/v1/tools").await.ok(), json!({"tools": []}));
    for path in [format!("/v1/tools/{id}"), "/v1/tools/clock".to_owned(), "/v1/tools/hold".to_owned()] {
        house.get(&path).await.refused(404);
        house.patch(&path, json!({"description": "x"})).await.refused(404);
        house.delete(&path).await.refused(404);
    }
    // Its name is taken all the same.
    house.post("/v1/tools", house.webhook(json!({"name": "clock"}))).await.refused(409);
}

#[tokio::test]
async fn a_change_made_elsewhere_wins_over_what_is_kept_for_the_way_back() {
    let house = House::open().await;
    let schema = json!({"type": "object", "description": "kept", "properties": {"a": {"type": "string"}}, "required": ["a"]});
    let body = house.webhook(json!({"parameters": schema, "parameter_locations": {"a": "request_body"}}));
    let id = house.tool(body).await;
    let mut draft: ToolDraft = house.stored(&id).await.draft;
    let first = &mut draft.parameters.as_mut().unwrap()[0];
    first.name = "b".to_owned();
    first.required = false;
    house.save(&id, draft).await;
    let shown = house.shown(&id).await;
    let expected = json!({"type": "object", "description": "kept", "properties": {"b": {"type": "string"}}, "required": []});
    assert_eq!(shown["parameters"], expected);
}
