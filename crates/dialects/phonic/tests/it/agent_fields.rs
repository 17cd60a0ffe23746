//! Fields of agents.

use hookswitch_model::Mode;
use hookswitch_model::key::Permission;
use serde_json::{Value, json};

use crate::house::{House, with};

async fn made(house: &House, more: Value) -> Value {
    let made = house.post("/v1/agents", with(json!({"name": "desk"}), more)).await.expect(201);
    house.get(&format!("/v1/agents/{}", made["id"].as_str().unwrap())).await.ok()["agent"].clone()
}

async fn refused(house: &House, more: Value) -> Vec<String> {
    house.post("/v1/agents", with(json!({"name": "u"}), more)).await.refused(400)
}

#[tokio::test]
async fn defaults_are_all_there() {
    let house = House::open().await;
    let mut agent = made(&house, json!({"system_prompt": "Hello"})).await;
    agent["id"] = json!("agent_1");
    agent["project"]["id"] = json!("proj_1");
    let expected = json!({"id": "agent_1", "name": "desk", "project": {"id": "proj_1", "name": "main"},
        "phone_number": null, "phone_numbers": [], "timezone": "UTC", "voice_id": "grant", "additional_voice_ids": [],
        "audio_format": "pcm_44100", "audio_speed": 1.2, "background_noise_level": 0, "background_noise": null,
        "generate_welcome_message": false, "is_welcome_message_interruptible": true, "websocket_timeout_sec": 60,
        "listen_only_inbound_enabled": false, "listen_only_inbound_message": null, "welcome_message": null,
        "system_prompt": "Hello", "template_variables": {}, "tools": [], "built_in_tool_configs": {}, "tasks": [],
        "generate_no_input_poke_text": false, "no_input_poke_sec": null, "no_input_poke_text": "Are you still there?",
        "no_input_end_conversation_sec": 180, "default_language": "en", "additional_languages": [],
        "multilingual_mode": "request", "push_to_talk": false, "intelligence_level": "standard",
        "boosted_keywords": [], "pronunciation_dictionary": [], "min_words_to_interrupt": 1,
        "configuration_endpoint": null, "inbound_rollout": 1, "inbound_rollout_forward_phone_number": null,
        "vad_prebuffer_duration_ms": 500, "vad_min_speech_duration_ms": 50, "vad_min_silence_duration_ms": 800,
        "vad_threshold": 0.38, "enable_redaction": false, "enable_assistant_backchannel": false,
        "assistant_backchannel_aggressiveness": 0.1, "mcp_server_ids": [], "observability_integrations": [],
        "is_disabled": false});
    assert_eq!(agent, expected);
}

#[tokio::test]
async fn other_fields_come_back() {
    let house = House::open().await;
    let fields = json!({"voice_id": "sam", "audio_format": "pcm_24000", "audio_speed": 1.0, "background_noise": "office",
        "tasks": [{"name": "n", "description": "d"}], "no_input_poke_sec": 30, "boosted_keywords": ["Acme"],
        "pronunciation_dictionary": [{"word": "a", "pronunciation": "b"}], "languages": ["en"], "phonic_model": "phonic-1",
        "enable_watermarking": true, "data_retention_policy": {"zero_data_retention": true}, "slug": "desk"});
    let agent = made(&house, fields.clone()).await;
    for (name, value) in fields.as_object().unwrap() {
        assert_eq!(agent[name], *value, "{name}");
    }
    let changed =
        house.patch("/v1/agents/desk", json!({"background_noise": null, "voice_id": "kim"})).await.ok();
    assert_eq!(
        (&changed["agent"]["background_noise"], &changed["agent"]["voice_id"]),
        (&Value::Null, &json!("kim"))
    );
    assert_eq!(changed["agent"]["audio_format"], "pcm_24000");
    assert_eq!(
        refused(&house, json!({"push_to_talk": "no", "audio_format": "mp3", "vad_threshold": 2})).await,
        ["audio_format", "push_to_talk", "vad_threshold"]
    );
}

#[tokio::test]
async fn prompts_and_zone() {
    let house = House::open().await;
    let agent = made(
        &house,
        json!({"system_prompt": "Hi {{name}}", "welcome_message": "W", "timezone": "Europe/Berlin"}),
    )
    .await;
    assert_eq!((&agent["system_prompt"], &agent["welcome_message"]), (&json!("Hi {{name}}"), &json!("W")));
    let uuid = agent["id"].as_str().unwrap().strip_prefix("agent_").unwrap().parse().unwrap();
    let stored =
        house.registry().get_agent(house.scope, hookswitch_model::AgentId::from_uuid(uuid)).await.unwrap();
    assert_eq!(stored.draft.prompt.as_deref(), Some("Hi {{name}}"));
    assert_eq!(stored.draft.timezone.as_deref(), Some("Europe/Berlin"));
    assert_eq!(refused(&house, json!({"timezone": "Mars/Base"})).await, ["timezone"]);
    assert_eq!(
        refused(&house, json!({"system_prompt": 1, "welcome_message": []})).await,
        ["system_prompt", "welcome_message"]
    );
    let changed = house.patch("/v1/agents/desk", json!({"welcome_message": null})).await.ok();
    assert_eq!(changed["agent"]["welcome_message"], Value::Null);
}

#[tokio::test]
async fn template_variables() {
    let house = House::open().await;
    let given = json!({"name": {"default_value": "you", "is_boosted_keyword": true}, "day": {"default_value": "Monday"}});
    let agent = made(&house, json!({ "template_variables": given })).await;
    assert_eq!(
        agent["template_variables"],
        json!({"name": {"default_value": "you", "is_boosted_keyword": true},
        "day": {"default_value": "Monday", "is_boosted_keyword": false}})
    );
    assert_eq!(
        refused(&house, json!({"template_variables": {"a": "x", "b": {"default_value": 1}}})).await,
        ["template_variables.a", "template_variables.b.default_value"]
    );
}

#[tokio::test]
async fn built_in_tool_configs() {
    let house = House::open().await;
    let given = json!({"keypad_input": {"speech_before_tool_call": "required"}, "tool_choose_not_to_respond": {"respond_after_sec": 5}});
    let agent = made(&house, json!({ "built_in_tool_configs": given })).await;
    assert_eq!(
        agent["built_in_tool_configs"],
        json!({"tool_keypad_input": {"speech_before_tool_call": "required"},
        "tool_choose_not_to_respond": {"respond_after_sec": 5}})
    );
    assert_eq!(
        refused(&house, json!({"built_in_tool_configs": {"x": {}}})).await,
        ["built_in_tool_configs.x"]
    );
}

#[tokio::test]
async fn phone_numbers_are_never_bought() {
    let house = House::open().await;
    let agent = made(&house, json!({"phone_number": "assign-automatically"})).await;
    assert_eq!((&agent["phone_number"], &agent["phone_numbers"]), (&Value::Null, &json!([])));
    let body = json!({"phone_number": "custom", "custom_phone_numbers": ["+15550001111", "+15550002222"]});
    let changed = house.patch("/v1/agents/desk", body).await.ok();
    assert_eq!(changed["agent"]["phone_numbers"], json!(["+15550001111", "+15550002222"]));
    assert_eq!(changed["agent"]["phone_number"], "+15550001111");
    let changed = house.patch("/v1/agents/desk", json!({"phone_number": null})).await.ok();
    assert_eq!(changed["agent"]["phone_numbers"], json!([]));
    assert_eq!(refused(&house, json!({"phone_number": "custom"})).await, ["custom_phone_numbers"]);
    assert_eq!(
        refused(&house, json!({"phone_number": "custom", "custom_phone_numbers": ["1"]})).await,
        ["custom_phone_numbers[0]"]
    );
    assert_eq!(refused(&house, json!({"phone_number": "+15550001111"})).await, ["phone_number"]);
}

#[tokio::test]
async fn configuration_endpoint() {
    let house = House::open().await;
    let url = house.receiver.url("/config");
    let given = json!({"url": url, "headers": {"Authorization": "s3cr3t", "X-A": "1"}});
    let agent = made(&house, json!({ "configuration_endpoint": given })).await;
    let shown = json!({"url": url, "headers": {"Authorization": "s3cr3t", "X-A": "1"}, "timeout_ms": 3000});
    assert_eq!(agent["configuration_endpoint"], shown);
    let uuid = agent["id"].as_str().unwrap().strip_prefix("agent_").unwrap().parse().unwrap();
    let stored =
        house.registry().get_agent(house.scope, hookswitch_model::AgentId::from_uuid(uuid)).await.unwrap();
    assert!(!serde_json::to_string(&stored.draft).unwrap().contains("s3cr3t"), "sealed at rest");
    let key = house.key_with(&[Permission::ToolsRead, Permission::ToolsWrite], Mode::Live).await;
    let seen = house.send(&key, "GET", "/v1/agents/desk", None).await.ok()["agent"]["configuration_endpoint"]
        .clone();
    assert_eq!(seen["headers"], json!({"Authorization": "[REDACTED]", "X-A": "1"}));
    // Written back with another value beside it, the secret stays.
    let back = json!({"url": url, "headers": {"authorization": "[REDACTED]", "X-A": "2"}, "timeout_ms": 100});
    house.patch("/v1/agents/desk", json!({ "configuration_endpoint": back })).await.ok();
    let after = house.get("/v1/agents/desk").await.ok()["agent"]["configuration_endpoint"].clone();
    assert_eq!(after["headers"], json!({"authorization": "s3cr3t", "X-A": "2"}));
    for (wrong, key) in [
        (json!({}), "configuration_endpoint.url"),
        (json!({"url": "http://example.com/"}), "configuration_endpoint.url"),
        (json!({"url": "https://127.0.0.1/"}), "configuration_endpoint.url"),
        (json!({"url": url, "timeout_ms": 0}), "configuration_endpoint.timeout_ms"),
        (json!({"url": url, "headers": {"Host": "x"}}), "configuration_endpoint.headers.Host"),
        (json!({"url": url, "headers": {"X-A": "[REDACTED]"}}), "configuration_endpoint.headers[\"X-A\"]"),
        (json!("x"), "configuration_endpoint"),
    ] {
        assert_eq!(refused(&house, json!({ "configuration_endpoint": wrong })).await, [key], "{wrong}");
    }
    let cleared = house.patch("/v1/agents/desk", json!({"configuration_endpoint": null})).await.ok();
    assert_eq!(cleared["agent"]["configuration_endpoint"], Value::Null);
}
