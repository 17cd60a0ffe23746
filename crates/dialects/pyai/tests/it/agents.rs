//! Agents.

use serde_json::{Value, json};

use crate::house::{House, text};

#[tokio::test]
async fn an_agent_is_created_with_the_documented_defaults() {
    let house = House::open().await;
    let agent =
        house.post("/v1/agents", json!({"name": "Front desk", "greeting": "Hello!"})).await.expect(201);
    let id = text(&agent, "agent_id");
    assert!(id.starts_with("agent_"), "{id}");
    let mut expected = json!({
        "object": "agent", "agent_id": id, "name": "Front desk", "persona_system_prompt": null,
        "greeting": "Hello!", "greeting_variants": null, "voice_id": null, "brain_model": "default",
        "language": null, "barge_sensitivity": "normal", "ack_mode": "auto", "idle_check_in": null,
        "recordings_enabled": false, "consent_line": null, "metadata": {}, "keyterms": [], "goals": [],
        "vocabulary": [], "persona_perspective": null, "extraction_schema": null,
        "extraction_webhook_url": null, "tools": []
    });
    expected["created_at"] = agent["created_at"].clone();
    assert_eq!(agent, expected);
    assert_eq!(house.get(&format!("/v1/agents/{id}")).await.expect(200), expected);
    let list = house.get("/v1/agents").await.expect(200);
    assert_eq!(list, json!({"object": "list", "data": [expected], "has_more": false}));
}

#[tokio::test]
async fn fields_are_set_cleared_or_left() {
    let house = House::open().await;
    let body = json!({"name": "A", "persona_system_prompt": "Be kind.", "voice_id": "v1", "vocabulary": ["Ada"],
        "idle_check_in": {"seconds": 9}, "metadata": {"team": "x"}, "goals": ["book"], "tools": [{"tool_id": "x"}],
        "something": "else"});
    let agent = house.post("/v1/agents", body).await.expect(201);
    assert_eq!(agent["tools"], json!([]), "tools are bound by their own route");
    assert!(agent.get("something").is_none());
    let path = format!("/v1/agents/{}", text(&agent, "agent_id"));
    let changed = json!({"voice_id": null, "greeting": "Hi", "vocabulary": [], "metadata": null});
    let patched = house.patch(&path, changed).await.expect(200);
    assert_eq!((&patched["voice_id"], &patched["greeting"]), (&json!(null), &json!("Hi")));
    assert_eq!((&patched["vocabulary"], &patched["metadata"]), (&json!([]), &json!({})));
    assert_eq!((&patched["goals"], &patched["idle_check_in"]), (&json!(["book"]), &json!({"seconds": 9})));
    assert_eq!(patched["persona_system_prompt"], "Be kind.");
    let posted =
        house.post(&path, json!({"brain_model": "large", "persona_system_prompt": null})).await.expect(200);
    assert_eq!((&posted["brain_model"], &posted["persona_system_prompt"]), (&json!("large"), &json!(null)));
    assert_eq!(house.post(&path, posted.clone()).await.expect(200), posted, "written back as shown");
    let gone = house.delete(&path).await.expect(200);
    assert_eq!(gone, json!({"object": "agent.deleted", "agent_id": posted["agent_id"], "deleted": true}));
    let body = house.get(&path).await.problem(404, "agent_not_found", None);
    assert_eq!(body["detail"], format!("Agent {} not found", text(&posted, "agent_id")));
    house.post(&path, json!({})).await.problem(404, "agent_not_found", None);
}

#[tokio::test]
async fn names_need_not_be_unique() {
    let house = House::open().await;
    let create = async |name: &str| house.post("/v1/agents", json!({"name": name})).await.expect(201);
    let (one, two) = (create("Twin").await, create("Twin").await);
    assert_ne!(one["agent_id"], two["agent_id"]);
    assert_eq!((&one["name"], &two["name"]), (&json!("Twin"), &json!("Twin")));
    let three = create("Other").await;
    let path = format!("/v1/agents/{}", text(&three, "agent_id"));
    assert_eq!(house.post(&path, json!({"name": "Twin"})).await.expect(200)["name"], "Twin");
    assert_eq!(house.post(&path, json!({"greeting": "x"})).await.expect(200)["name"], "Twin");
    let long = "x".repeat(200);
    create(&long).await;
    assert_eq!(create(&long).await["name"], json!(long));
    // Another dialect gives the agent another name: that one is shown.
    let id = text(&three, "agent_id").parse().unwrap();
    let mut stored = house.registry().get_agent(house.scope(), id).await.unwrap().draft;
    stored.name = hookswitch_model::name::AgentName::parse("Renamed").unwrap();
    house.registry().update_agent(house.scope(), id, stored).await.unwrap();
    assert_eq!(house.get(&path).await.expect(200)["name"], "Renamed");
}

#[tokio::test]
async fn limits_are_kept() {
    let house = House::open().await;
    let keys = |count: usize| -> Value {
        (0..count).map(|n| (format!("k{n}"), json!("v"))).collect::<serde_json::Map<_, _>>().into()
    };
    for (field, value) in [
        ("name", json!("x".repeat(201))),
        ("name", json!("a\nb")),
        ("name", json!("  ")),
        ("name", json!(null)),
        ("persona_system_prompt", json!("x".repeat(32_001))),
        ("greeting", json!("x".repeat(1001))),
        ("consent_line", json!("x".repeat(501))),
        ("metadata", keys(17)),
        ("metadata", json!({"k".repeat(65): "v"})),
        ("metadata", json!({"k": "v".repeat(513)})),
        ("metadata", json!([])),
        ("keyterms", json!(vec!["t"; 101])),
        ("goals", json!(vec!["g"; 21])),
        ("goals", json!("book")),
        ("recordings_enabled", json!("yes")),
        ("extraction_webhook_url", json!("http://app.example.com/x")),
        ("extraction_webhook_url", json!("https://10.0.0.1/x")),
    ] {
        let mut body = json!({"name": "A"});
        body[field] = value;
        house.post("/v1/agents", body).await.problem(400, "invalid_request", Some(field));
    }
    house.post("/v1/agents", json!({})).await.problem(400, "invalid_request", Some("name"));
    let fits = json!({"name": "x".repeat(200), "persona_system_prompt": "x".repeat(32_000), "greeting": "x".repeat(1000),
        "consent_line": "x".repeat(500), "metadata": keys(16), "keyterms": vec!["t"; 100], "goals": vec!["g"; 20],
        "extraction_webhook_url": "https://app.example.com/x"});
    house.post("/v1/agents", fits).await.expect(201);
}

#[tokio::test]
async fn nobody_is_recorded_without_being_told() {
    let house = House::open().await;
    let body = json!({"name": "A", "recordings_enabled": true});
    house.post("/v1/agents", body).await.problem(400, "consent_line_required", Some("consent_line"));
    let body = json!({"name": "A", "recordings_enabled": true, "consent_line": "This call is recorded."});
    let agent = house.post("/v1/agents", body).await.expect(201);
    let path = format!("/v1/agents/{}", text(&agent, "agent_id"));
    let cleared = house.post(&path, json!({"consent_line": null})).await;
    cleared.problem(400, "consent_line_required", Some("consent_line"));
    house.post(&path, json!({"recordings_enabled": false, "consent_line": null})).await.expect(200);
}
