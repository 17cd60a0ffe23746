//! Copies, export and import (burki: 2.5).

use bytes::Bytes;
use http::Method;
use serde_json::{Value, json};

use crate::house::{Answer, House, texts};

pub(crate) async fn import(house: &House, key: &str, file: &str) -> Answer {
    let body = format!(
        "--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"t.json\"\r\n\
         content-type: application/json\r\n\r\n{file}\r\n--x--\r\n"
    );
    let authorization = format!("Bearer {key}");
    let headers =
        [("authorization", authorization.as_str()), ("content-type", "multipart/form-data; boundary=x")];
    house.send_bytes(&headers, Method::POST, "/api/organization/tools/import", Bytes::from(body)).await
}

async fn secret_tool(house: &House) -> i64 {
    let configuration = json!({"url": house.url("/x?api_key=sk-0-of-url"), "method": "POST",
        "headers": {"Authorization": "Bearer sk-1-of-header", "X-Key": "${env.KEY}"},
        "request_template": {"password": "sk-2-of-body"}});
    house.tool("order status!", configuration, texts(&[])).await
}

#[tokio::test]
async fn a_copy_has_its_own_secrets_and_counters() {
    let house = House::new().await;
    house.secret("KEY", "value of the key").await;
    let tool = secret_tool(&house).await;
    let copied =
        house.post(&format!("/api/organization/tools/{tool}/duplicate"), Value::Null).await.expect(200);
    assert_eq!(
        copied,
        json!({"success": true, "message": "Tool duplicated successfully", "tool_id": 2,
            "tool": {"id": 2, "name": "order status!_copy_1", "display_name": "Order status (Copy)"}})
    );
    let again =
        house.post(&format!("/api/organization/tools/{tool}/duplicate"), Value::Null).await.expect(200);
    assert_eq!(again["tool"]["name"], "order status!_copy_2");
    let named = house
        .post("/api/organization/tools/1/duplicate?new_name=own&new_display_name=Own", Value::Null)
        .await
        .expect(200);
    assert_eq!(named["tool"], json!({"id": 4, "name": "own", "display_name": "Own"}));
    let taken = house.post("/api/organization/tools/1/duplicate?new_name=own", Value::Null).await.detail(400);
    assert_eq!(taken, "Tool with name 'own' already exists in this organization");
    let absent = house.post("/api/organization/tools/9/duplicate", Value::Null).await.detail(404);
    assert_eq!(absent, "Tool with ID 9 not found");
    let (first, copy) =
        (house.get("/api/v1/tools/1").await.expect(200), house.get("/api/v1/tools/2").await.expect(200));
    assert_eq!(first["configuration"], copy["configuration"]);
    // The copy keeps its secrets when the first tool is gone.
    house.delete("/api/v1/tools/1").await.expect(200);
    house.post("/api/organization/tools/2/test", json!({})).await.expect(200);
    let request = house.receiver.requests().remove(0);
    assert_eq!(request.header("authorization"), Some("Bearer sk-1-of-header"));
    assert_eq!(request.target, "/x?api_key=sk-0-of-url");
    let stored = house.registry().tool_by_number(house.scope, 2).await.unwrap();
    assert_eq!(stored.draft.extras["burki"]["origin"], "v1");
    assert!(stored.draft.extras["burki"]["parent_tool_id"].is_string());
}

#[tokio::test]
async fn a_file_holds_no_secret_and_comes_in_elsewhere() {
    let house = House::new().await;
    let tool = secret_tool(&house).await;
    let exported = house.get(&format!("/api/organization/tools/{tool}/export")).await;
    assert_eq!(
        exported.headers["content-disposition"],
        "attachment; filename=\"tool-orderstatus-export.json\""
    );
    let file = exported.expect(200);
    assert!(!file.to_string().contains("sk-"), "{file}");
    let members: Vec<&String> = file.as_object().unwrap().keys().collect();
    assert_eq!(
        members,
        [
            "name",
            "display_name",
            "description",
            "tool_type",
            "configuration",
            "function_definition",
            "timeout_seconds",
            "retry_attempts",
            "version",
            "exported_at",
            "export_version",
            "origin"
        ]
    );
    assert_eq!((&file["timeout_seconds"], &file["origin"]), (&json!(30), &json!("v1")));
    assert_eq!(file["configuration"]["headers"]["X-Key"], "${env.KEY}");
    let stranger = house.stranger().await;
    let imported = import(&house, &stranger, &file.to_string()).await.expect(200);
    assert_eq!(imported["message"], "Tool imported successfully");
    assert_eq!(imported["tool"]["name"], "order status!");
    assert_eq!(
        imported["missing_secrets"],
        json!([
            "configuration.url",
            "configuration.headers.Authorization",
            "configuration.request_template.password"
        ])
    );
    let id = imported["tool"]["id"].as_i64().unwrap();
    let path = format!("/api/organization/tools/{id}/test");
    let refused = house.send_as(&stranger, Method::POST, &path, Some(json!({}))).await.expect(200);
    assert_eq!(refused["success"], false);
    assert!(refused["error"].as_str().unwrap().starts_with("unresolved placeholder ${env."), "{refused}");
    assert!(house.receiver.requests().is_empty());
    let second = import(&house, &stranger, &file.to_string()).await.expect(200);
    assert_eq!(second["tool"]["name"], "order status!_imported_1");
}

#[tokio::test]
async fn files_that_are_none_are_refused() {
    let house = House::new().await;
    let key = house.key.clone();
    let text = import(&house, &key, "{").await.detail(400);
    assert!(text.starts_with("Invalid JSON file: "), "{text}");
    assert_eq!(import(&house, &key, "{}").await.detail(400), "Missing required field: name");
    let mut file = json!({"name": "n", "display_name": "d", "description": "d", "tool_type": "soap",
        "configuration": {}, "function_definition": {}});
    assert_eq!(import(&house, &key, &file.to_string()).await.detail(400), "Invalid tool type: soap");
    file["tool_type"] = json!("endpoint");
    let text = import(&house, &key, &file.to_string()).await.detail(400);
    assert_eq!(text, "Missing required field for endpoint tool: url");
    file["configuration"] = json!({"url": "http://127.0.0.1/", "method": "GET"});
    let text = import(&house, &key, &file.to_string()).await.detail(400);
    assert!(text.starts_with("URL not allowed: "), "{text}");
    let missing = house.post("/api/organization/tools/import", json!({})).await.expect(422);
    assert_eq!(missing["detail"][0]["loc"], json!(["body", "file"]));
    file["configuration"] = json!({"url": "https://example.com", "method": "GET"});
    let done = import(&house, &key, &file.to_string()).await.expect(200);
    let shown = house.get(&format!("/api/v1/tools/{}", done["tool"]["id"])).await.expect(200);
    assert_eq!(
        (&shown["retry_attempts"], &shown["is_active"], &shown["is_public"]),
        (&json!(3), &json!(true), &json!(false))
    );
}
