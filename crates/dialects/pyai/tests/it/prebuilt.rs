//! Prebuilt tools: readable, bindable, not to be changed.

use http::Method;
use serde_json::{Value, json};

use crate::house::{House, text};

#[tokio::test]
async fn they_are_shown_and_not_changed() {
    let house = House::open().await;
    for (name, execution, effect) in [
        ("datetime", "hosted", "read"),
        ("transfer_to_human", "engine", "action"),
        ("send_dtmf", "engine", "action"),
        ("play_hold", "engine", "action"),
        ("collect", "engine", "action"),
        ("end_call", "engine", "action"),
    ] {
        let path = format!("/v1/tools/tool_prebuilt_{name}");
        let shown = house.get(&path).await.expect(200);
        for (field, value) in [
            ("id", json!(format!("tool_prebuilt_{name}"))),
            ("object", json!("tool")),
            ("name", json!(name)),
            ("kind", json!("prebuilt")),
            ("org_id", Value::Null),
            ("webhook_url", Value::Null),
            ("execution", json!(execution)),
            ("side_effect", json!(effect)),
            ("status", json!("active")),
        ] {
            assert_eq!(shown[field], value, "{name}: {field}");
        }
        house.post(&path, json!({"description": "x"})).await.problem(403, "prebuilt_read_only", None);
        house.patch(&path, json!({"status": "disabled"})).await.problem(403, "prebuilt_read_only", None);
        house.delete(&path).await.problem(403, "prebuilt_read_only", None);
        let rotated = house.post(&format!("{path}/rotate-secret"), json!({})).await;
        rotated.problem(403, "prebuilt_read_only", None);
    }
    house.get("/v1/tools/tool_prebuilt_weather").await.problem(404, "tool_not_found", None);
}

#[tokio::test]
async fn a_bound_clock_runs_in_a_session_under_its_short_name() {
    let house = House::open().await;
    let agent = house.agent_with(json!([{"tool_id": "tool_prebuilt_datetime"}])).await;
    let bound = house.get(&format!("/v1/agents/{agent}/tools")).await.expect(200);
    assert_eq!(bound["data"][0]["tool_id"], "tool_prebuilt_datetime");
    assert_eq!(bound["data"][0]["name"], "datetime");
    let session = house.session(&agent).await;
    let answer = house.call(session, "datetime", json!({"timezone": "Europe/Berlin"})).await;
    let members: Vec<&String> = answer.told.as_object().unwrap().keys().collect();
    assert_eq!(members, ["iso", "date", "time", "weekday", "timezone", "unix"]);
    assert_eq!(answer.told["timezone"], "Europe/Berlin");
    let answer = house.call(session, "datetime", json!({"timezone": "Mars/Base"})).await;
    assert_eq!(*answer.told, json!({"error": "unknown timezone"}));
    let answer = house.call(session, "datetime", json!({})).await;
    assert_eq!(answer.told["timezone"], "UTC");
    let calls = house.get("/v1/tools/calls?tool_id=tool_prebuilt_datetime").await.expect(200);
    assert_eq!(calls["data"].as_array().unwrap().len(), 3);
    assert_eq!(
        (&calls["data"][0]["tool_id"], &calls["data"][0]["tool_name"]),
        (&json!("tool_prebuilt_datetime"), &json!("datetime"))
    );
    // The organisation's copy is the prebuilt tool, by whichever id it is asked for.
    let copy = hookswitch_registry::built_in_id(house.scope(), "datetime");
    let shown = house.get(&format!("/v1/tools/{copy}")).await.expect(200);
    assert_eq!(shown["id"], "tool_prebuilt_datetime");
    house.delete(&format!("/v1/tools/{copy}")).await.problem(403, "prebuilt_read_only", None);
    let list = house.get("/v1/tools").await.expect(200);
    assert_eq!(list["data"].as_array().unwrap().len(), 6, "the copy is not listed a second time");
    house.post("/v1/tools", json!({"name": "prebuilt:datetime"})).await.problem(
        409,
        "name_conflict",
        Some("name"),
    );
}

#[tokio::test]
async fn an_own_tool_of_the_name_stands_beside_it() {
    let house = House::open().await;
    let own = house.tool(json!({"name": "datetime", "webhook_url": "https://app.example.com/clock"})).await;
    let bindings = json!([{"tool_id": own["id"]}, {"tool_id": "tool_prebuilt_datetime"}]);
    let agent = house.agent_with(bindings).await;
    let session = house.session(&agent).await;
    let shown = house.engine.get_session(house.scope(), session).await.unwrap();
    let functions: Vec<&str> = shown.tools.iter().map(|tool| tool.function.as_str()).collect();
    assert_eq!(functions, ["datetime", "datetime_2"]);
}

#[tokio::test]
async fn a_transfer_is_bound_with_where_it_may_go() {
    let house = House::open().await;
    let agent = house.agent_with(json!([])).await;
    let path = format!("/v1/agents/{agent}/tools");
    let bind = |config: Value| json!([{"tool_id": "tool_prebuilt_transfer_to_human", "config": config}]);
    for config in [
        json!({}),
        json!({"destination": "+15551234567"}),
        json!({"destination": ["sip:desk@example.com", "+4930123456"]}),
    ] {
        let bound = house.put(&path, bind(config.clone())).await.expect(200);
        assert_eq!(bound["data"][0]["config"], config);
    }
    let refused = house.put(&path, bind(json!({"destination": "my mother"}))).await;
    refused.problem(400, "invalid_tool_config", Some("config.destination"));
    for name in ["send_dtmf", "play_hold", "collect", "end_call"] {
        house.put(&path, json!([{"tool_id": format!("tool_prebuilt_{name}")}])).await.expect(200);
    }
}

#[tokio::test]
async fn every_organisation_and_mode_has_its_own_copy() {
    let house = House::open().await;
    let (other, test) = (house.other_org().await, house.key_with(hookswitch_model::Mode::Test, &[]).await);
    house.agent_with(json!([{"tool_id": "tool_prebuilt_datetime"}])).await;
    for key in [other, test] {
        let made =
            house.send_as(&key, Method::POST, "/v1/agents", Some(json!({"name": "B"}))).await.expect(201);
        let path = format!("/v1/agents/{}/tools", text(&made, "agent_id"));
        let body = json!([{"tool_id": "tool_prebuilt_datetime"}]);
        house.send_as(&key, Method::PUT, &path, Some(body)).await.expect(200);
        let copy = hookswitch_registry::built_in_id(house.scope(), "datetime");
        let foreign = house.send_as(&key, Method::GET, &format!("/v1/tools/{copy}"), None).await;
        foreign.problem(404, "tool_not_found", None);
    }
}
