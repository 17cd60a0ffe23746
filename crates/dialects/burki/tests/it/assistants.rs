//! Assistants (burki: 2.8).

use serde_json::{Value, json};

use crate::house::House;

#[tokio::test]
async fn an_assistant_comes_back_as_it_was_sent() {
    let house = House::new().await;
    let body = json!({"name": "Front desk", "llm_provider": "openai",
        "llm_settings": {"temperature": 0.5, "system_prompt": "Be kind.", "welcome_message": "Hello!"},
        "phone_numbers": ["+15550100"], "webhook_headers": {"X-Any": "sk-1"}, "webhook_url": "https://example.com",
        "llm_provider_config": {"api_key": "sk-2", "model": "m"},
        "tools_settings": {"end_call": {"enabled": true, "scenarios": ["the caller says goodbye"]}}});
    let made = house.post("/api/v1/assistants", body).await.expect(201);
    let at = &made["created_at"];
    assert_eq!(
        made,
        json!({"id": 1, "organization_id": 1, "user_id": 1, "name": "Front desk", "description": null,
            "is_active": true, "phone_numbers": ["+15550100"], "llm_provider": "openai",
            "llm_settings": {"temperature": 0.5, "system_prompt": "Be kind.", "welcome_message": "Hello!"},
            "webhook_headers": {"X-Any": "[REDACTED]"}, "webhook_url": "https://example.com",
            "llm_provider_config": {"api_key": "[REDACTED]", "model": "m"},
            "tools_settings": {"end_call": {"enabled": true, "scenarios": ["the caller says goodbye"],
                "custom_message": null}, "enabled_tools": ["end_call"]},
            "created_at": at, "updated_at": at})
    );
    let agent = house.registry().agent_by_number(house.scope, 1).await.unwrap();
    assert_eq!(
        (agent.draft.prompt.as_deref(), agent.draft.greeting.as_deref()),
        (Some("Be kind."), Some("Hello!"))
    );
    assert_eq!(house.get("/api/v1/assistants/1").await.expect(200), made);
    // What was got can be put back.
    let again = house.put("/api/v1/assistants/1", made.clone()).await.expect(200);
    assert_eq!(again, made);
    let version = |value: &Value| value["updated_at"].clone();
    assert_eq!(version(&again), version(&made));
}

#[tokio::test]
async fn patch_merges_and_put_replaces() {
    let house = House::new().await;
    let body = json!({"name": "a", "stt_settings": {"model": "nova", "endpointing": {"silence": 1}},
        "description": "d", "llm_settings": {"temperature": 1, "system_prompt": "p"}});
    house.post("/api/v1/assistants", body).await.expect(201);
    let patch = json!({"stt_settings": {"endpointing": {"min": 2}}, "llm_settings": {"temperature": 0}});
    let patched = house.patch("/api/v1/assistants/1", patch).await.expect(200);
    assert_eq!(patched["stt_settings"], json!({"model": "nova", "endpointing": {"silence": 1, "min": 2}}));
    assert_eq!(patched["llm_settings"], json!({"temperature": 0, "system_prompt": "p"}));
    let put = house.put("/api/v1/assistants/1", json!({"stt_settings": {"model": "x"}})).await.expect(200);
    assert_eq!((&put["stt_settings"], &put["description"]), (&json!({"model": "x"}), &json!("d")));
    assert_eq!(put["llm_settings"], patched["llm_settings"]);
}

#[tokio::test]
async fn names_may_repeat() {
    let house = House::new().await;
    for id in 1..=3 {
        let made = house.post("/api/v1/assistants", json!({"name": "Same\tname"})).await.expect(201);
        assert_eq!((&made["id"], &made["name"]), (&json!(id), &json!("Same\tname")));
    }
    let renamed = house.patch("/api/v1/assistants/2", json!({"name": "Other"})).await.expect(200);
    assert_eq!(renamed["name"], "Other");
    let back = house.patch("/api/v1/assistants/2", json!({"name": "Same\tname"})).await.expect(200);
    assert_eq!(back["name"], "Same\tname");
}

#[tokio::test]
async fn lists_are_arrays() {
    let house = House::new().await;
    for name in ["a", "b", "c"] {
        house.assistant(name).await;
    }
    house.patch("/api/v1/assistants/2/status?is_active=False", Value::Null).await.expect(200);
    let house = &house;
    let list = |query: &'static str| async move {
        let list = house.get(&format!("/api/v1/assistants{query}")).await.expect(200);
        list.as_array().unwrap().iter().map(|one| one["id"].as_i64().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(list("").await, [1, 2, 3]);
    assert_eq!(list("?skip=1&limit=1").await, [2]);
    assert_eq!(list("?active_only=True&my_assistants_only=true").await, [1, 3]);
    assert_eq!(house.get("/api/v1/assistants/count").await.expect(200), json!({"count": 3}));
    assert_eq!(house.get("/api/v1/assistants/count?active_only=1").await.expect(200), json!({"count": 2}));
    let session = house.session(1).await;
    house.engine.end_session(house.scope, session).await.unwrap();
    let stats = house.get("/api/v1/assistants?include_stats=true").await.expect(200);
    assert_eq!((&stats[0]["total_calls"], &stats[0]["success_rate"]), (&json!(1), &json!(100.0)));
    assert_eq!((&stats[1]["total_calls"], &stats[1]["avg_call_duration"]), (&json!(0), &json!(0.0)));
    assert_eq!(house.get("/api/v1/assistants?limit=1001").await.status, 422);
}

#[tokio::test]
async fn phone_numbers_lead_to_one_assistant() {
    let house = House::new().await;
    house
        .post("/api/v1/assistants", json!({"name": "a", "phone_numbers": ["+15550100", "+15550101"]}))
        .await
        .expect(201);
    for path in ["/api/v1/assistants/by-phone/+15550100", "/api/v1/assistants/by-phone/%2B15550101"] {
        assert_eq!(house.get(path).await.expect(200)["id"], 1);
    }
    assert_eq!(house.get("/api/v1/assistants/by-phone/+1").await.detail(404), "Assistant not found");
    let taken = json!({"name": "b", "phone_numbers": ["+15550101"]});
    let refused = house.post("/api/v1/assistants", taken.clone()).await.detail(400);
    assert_eq!(refused, "A phone number is already assigned to another assistant");
    assert_eq!(house.get("/api/v1/assistants/count").await.expect(200), json!({"count": 1}));
    house.patch("/api/v1/assistants/1", json!({"phone_numbers": ["+15550100"]})).await.expect(200);
    house.post("/api/v1/assistants", taken).await.expect(201);
    let refused = json!({"phone_numbers": [], "llm_settings": {"system_prompt": "x".repeat(40_000)}});
    assert_eq!(house.patch("/api/v1/assistants/1", refused).await.status, 422);
    assert_eq!(house.get("/api/v1/assistants/1").await.expect(200)["phone_numbers"], json!(["+15550100"]));
    let wrong = house
        .post("/api/v1/assistants", json!({"name": "c", "phone_numbers": ["5550100", 7]}))
        .await
        .expect(422);
    assert_eq!(wrong["detail"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn an_inactive_assistant_opens_no_session() {
    let house = House::new().await;
    house.assistant("a").await;
    let off = house.patch("/api/v1/assistants/1/status?is_active=false", Value::Null).await.expect(200);
    assert_eq!(off["is_active"], false);
    let agent = house.registry().agent_by_number(house.scope, 1).await.unwrap();
    let start = hookswitch_engine::SessionStart { agent: Some(agent.id), ..Default::default() };
    assert!(house.engine.start_session(house.scope, house.project, start).await.is_err());
    let missing = house.patch("/api/v1/assistants/1/status", Value::Null).await.expect(422);
    assert_eq!(missing["detail"][0]["loc"], json!(["query", "is_active"]));
    let absent = house.get("/api/v1/assistants/9").await.detail(404);
    assert_eq!(absent, "Assistant with ID 9 not found in your organization");
    let done = house.delete("/api/v1/assistants/1").await.expect(200);
    assert_eq!(done, json!({"success": true, "message": "Assistant deleted successfully"}));
}
