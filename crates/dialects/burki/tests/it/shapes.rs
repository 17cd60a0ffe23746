//! Snapshots of what is shown.

use serde_json::{Value, json};

use crate::house::{House, endpoint, texts};

fn stable(mut value: Value) -> Value {
    fn walk(value: &mut Value) {
        match value {
            Value::Object(members) => {
                for (name, member) in members {
                    match member {
                        Value::String(_) if name.ends_with("_at") => *member = json!("[moment]"),
                        member => walk(member),
                    }
                }
            }
            Value::Array(items) => items.iter_mut().for_each(walk),
            _ => {}
        }
    }
    walk(&mut value);
    value
}

#[tokio::test]
async fn tools_of_every_type() {
    let house = House::new().await;
    let http = json!({"url": "https://shop.example.com/orders/${order_id}", "method": "GET",
        "headers": {"Authorization": "Bearer sk-1", "Accept": "application/json"}, "timeout_seconds": 20});
    let schema = json!({"type": "object", "properties": {"order_id": {"type": "string", "description": "Order number"}},
        "required": ["order_id"]});
    // The host of the contract's example is a reserved name; ours resolves nowhere either.
    let http: Value =
        serde_json::from_str(&http.to_string().replace("shop.example.com", "shop.example.net")).unwrap();
    house.post("/api/v1/tools", endpoint("order_status", http, schema)).await.expect(200);
    let python = json!({"name": "add", "tool_type": "python_function", "display_name": "Add", "description": "Adds",
        "configuration": {"code": "def add(a, b):\n    return a + b", "allowed_modules": ["math"], "requirements": []},
        "function_definition": {"type": "function", "function": {"name": "add", "description": "Adds",
            "parameters": {"type": "object", "properties": {"a": {"type": "number"}, "b": {"type": ["null", "number"], "default": 1}}}}}});
    house.post("/api/organization/tools", python).await.expect(200);
    let lambda = json!({"name": "orders", "tool_type": "lambda",
        "lambda_config": {"function_arn": "orders:prod", "region": "eu-west-1", "timeout": 45},
        "parameters": [{"name": "id"}]});
    house.post("/api/v1/tools", lambda).await.expect(200);
    for (id, name) in [(1, "endpoint"), (2, "python"), (3, "lambda")] {
        let v1 = house.get(&format!("/api/v1/tools/{id}")).await.expect(200);
        insta::assert_json_snapshot!(format!("{name}_v1"), stable(v1));
        let server = house.get(&format!("/api/organization/tools/{id}")).await.expect(200);
        insta::assert_json_snapshot!(format!("{name}_server"), stable(server));
    }
    let exported = house.get("/api/organization/tools/1/export").await.expect(200);
    insta::assert_json_snapshot!("export", stable(exported));
}

#[tokio::test]
async fn unknown_keys_and_spellings_come_back() {
    let house = House::new().await;
    let configuration = json!({"own_before": {"a": [1]}, "endpoint_url": "https://example.com/x", "method": "post",
        "bodyTemplate": "{\"a\": \"${a}\"}", "timeout": 12.5, "verify_ssl": true, "follow_redirects": true,
        "send_unused_arguments": true, "response_mapping": {}, "authentication": {"type": "none"}});
    let mut body = endpoint("t", configuration.clone(), texts(&["a"]));
    body["tool_type"] = json!("endpoint");
    let made = house.post("/api/organization/tools", body).await.expect(200);
    assert!(made["warnings"][0].as_str().unwrap().starts_with("authentication"), "{made}");
    let shown = house.get("/api/organization/tools/1").await.expect(200);
    assert_eq!(shown["tool"]["configuration"], configuration);
    let keys: Vec<&String> = shown["tool"]["configuration"].as_object().unwrap().keys().collect();
    assert_eq!(keys, configuration.as_object().unwrap().keys().collect::<Vec<_>>());
}
