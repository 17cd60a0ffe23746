//! No secret in any answer, and none in the database in clear (burki: 3.10; section 6, lines 17 and 18).

use http::Method;
use serde_json::{Value, json};

use crate::house::{House, endpoint, texts};
use crate::transfer::import;

/// A text that stands in every place for secrets.
const CANARY: &str = "canary-5f1d9a";

#[tokio::test]
async fn no_answer_repeats_a_secret() {
    let house = House::new().await;
    let mut heard = String::new();
    let endpoint_configuration = json!({
        "url": format!("https://u:{CANARY}@example.com/x?api_key={CANARY}"), "method": "POST",
        "headers": {"Authorization": format!("Bearer {CANARY}"), "X-Api-Key": CANARY, "Cookie": format!("a={CANARY}")},
        "request_template": {"deep": [{"client_secret": CANARY}], "password": CANARY},
        "authentication": {"type": "bearer", "token": CANARY}});
    let text_template = json!({"url": "https://example.com", "method": "POST",
        "body_template": format!("{{\"api_key\": \"{CANARY}\", \"n\": 1}}")});
    let lambda = json!({"function_name": "f", "region": "us-east-1", "access_key": CANARY, "secret_key": CANARY,
        "session_token": CANARY, "environment_variables": {"ANY": CANARY}, "payload_template": {"token": CANARY}});
    let bodies = [("endpoint", endpoint_configuration), ("endpoint", text_template), ("lambda", lambda)];
    for (index, (kind, configuration)) in bodies.into_iter().enumerate() {
        let mut body = endpoint(&format!("t{index}"), configuration, texts(&[]));
        body["tool_type"] = json!(kind);
        heard += &house.post("/api/v1/tools", body.clone()).await.expect(200).to_string();
        // A name that is taken, a broken field beside the secrets.
        heard += &house.post("/api/organization/tools", body.clone()).await.expect(400).to_string();
        body["timeout_seconds"] = json!(CANARY.len() * 1000);
        heard += &house.post("/api/v1/tools", body.clone()).await.expect(422).to_string();
    }
    let assistant = json!({"name": "a", "llm_provider_config": {"api_key": CANARY}, "webhook_headers": {"X": CANARY},
        "api_keys": {"any": CANARY}});
    heard += &house.post("/api/v1/assistants", assistant).await.expect(201).to_string();
    let custom = json!({"tool_ids": [1], "custom_configuration": {"headers": {"X-Token": CANARY},
        "request_template": {"password": CANARY}, "own": {"secret": CANARY}}});
    heard += &house.post("/api/assistants/1/tools/assign", custom).await.expect(200).to_string();
    for path in [
        "/api/v1/tools",
        "/api/v1/tools/1",
        "/api/v1/tools/2",
        "/api/v1/tools/3",
        "/api/organization/tools",
        "/api/organization/tools/1",
        "/api/organization/tools/2",
        "/api/organization/tools/3",
        "/api/organization/tools/1/export",
        "/api/organization/tools/2/export",
        "/api/organization/tools/3/export",
        "/api/assistants/1/tools",
        "/api/v1/assistants",
        "/api/v1/assistants/1",
        "/api/v1/tools/1/assignments",
    ] {
        heard += &house.get(path).await.expect(200).to_string();
    }
    for id in 1..=3 {
        heard += &house
            .post(&format!("/api/organization/tools/{id}/duplicate"), Value::Null)
            .await
            .expect(200)
            .to_string();
        heard += &house
            .patch(&format!("/api/v1/tools/{id}"), json!({"is_public": true}))
            .await
            .expect(200)
            .to_string();
    }
    let stranger = house.stranger().await;
    for path in ["/api/v1/tools/public", "/api/v1/tools/public/1", "/api/v1/tools/public/3"] {
        heard += &house.send_as(&stranger, Method::GET, path, None).await.expect(200).to_string();
    }
    for id in 1..=3 {
        let path = format!("/api/tools/public/{id}/duplicate");
        let copy = house.send_as(&stranger, Method::POST, &path, None).await.expect(200);
        let stored = house.registry().tool_by_number(house.scope, id).await.unwrap();
        assert!(stored.draft.public);
        heard += &copy.to_string();
        let scope = copy["tool_id"].as_i64().unwrap();
        let path = format!("/api/v1/tools/{scope}");
        heard += &house.send_as(&stranger, Method::GET, &path, None).await.expect(200).to_string();
    }
    let unsaved = json!({"tool_type": "endpoint", "configuration": {"url": house.url("/x"), "method": "POST",
        "headers": {"Authorization": format!("Bearer {CANARY}")}}});
    heard += &house.post("/api/tools/test", unsaved).await.expect(200).to_string();
    let key = house.key.clone();
    heard += &import(&house, &key, &format!("{{\"name\": \"{CANARY}\"")).await.expect(400).to_string();
    heard += &house
        .get(&format!("/api/v1/tools/discover-lambda?access_key={CANARY}"))
        .await
        .expect(400)
        .to_string();
    assert!(!heard.contains(CANARY), "{}", &heard[heard.find(CANARY).unwrap().saturating_sub(200)..]);
}

#[tokio::test]
async fn literal_headers_and_credentials_are_sealed_in_the_database() {
    let house = House::new().await;
    let configuration = json!({"url": "https://example.com", "headers": {"Authorization": format!("Bearer {CANARY}")},
        "authentication": {"token": CANARY}});
    house.tool("t", configuration, texts(&[])).await;
    let lambda = json!({"name": "l", "tool_type": "lambda", "lambda_config": {"function_arn": "f"},
        "configuration": null});
    house.post("/api/v1/tools", lambda).await.expect(200);
    let credentials = json!({"configuration": {"function_name": "f", "access_key": CANARY, "secret_key": CANARY,
        "environment_variables": {"A": CANARY}}});
    house.patch("/api/v1/tools/2", credentials).await.expect(200);
    let assistant = json!({"name": "a", "api_key": CANARY});
    house.post("/api/v1/assistants", assistant).await.expect(201);
    let authorization = format!("Bearer {}", house.key);
    let headers = [("authorization", authorization.as_str()), ("idempotency-key", "k")];
    let path = format!("/api/lambda/list-functions?access_key={CANARY}&secret_key={CANARY}");
    house.send_bytes(&headers, Method::POST, &path, bytes::Bytes::new()).await.expect(500);
    house.engine.flush().await.unwrap();
    for entry in std::fs::read_dir(house.folder()).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        let found = bytes.windows(CANARY.len()).any(|window| window == CANARY.as_bytes());
        assert!(!found, "a secret is in the database in clear");
    }
}
