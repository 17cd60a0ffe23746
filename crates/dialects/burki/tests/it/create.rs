//! Creating tools in all forms that clients send (burki: 2.1, 2.2, 2.4).

use serde_json::{Value, json};

use crate::house::{House, endpoint, texts};

/// The examples of the vendor's page, word for word but for the hosts' names.
pub(crate) fn documented() -> [Value; 3] {
    [
        json!({
            "name": "get_customer_info", "display_name": "Customer Information Lookup",
            "description": "Look up customer information by phone number or email", "tool_type": "endpoint",
            "configuration": {"url": "https://api.yourcompany.com/customers/lookup", "method": "GET",
                "headers": {"Authorization": "Bearer YOUR_API_KEY", "Content-Type": "application/json"},
                "timeout_seconds": 30},
            "function_definition": {"name": "get_customer_info",
                "description": "Look up customer information by phone number or email",
                "parameters": {"type": "object", "properties": {
                    "phone_number": {"type": "string", "description": "Customer's phone number in E.164 format"},
                    "email": {"type": "string", "description": "Customer's email address"}},
                    "required": ["phone_number"]}},
            "is_active": true, "is_public": false}),
        json!({
            "name": "calculate_loan_payment", "display_name": "Loan Payment Calculator",
            "description": "Calculate monthly loan payment based on principal, rate, and term",
            "tool_type": "python_function",
            "configuration": {"python_code": "def calculate_monthly_payment(principal, annual_rate, years):\n    return principal",
                "timeout_seconds": 10},
            "function_definition": {"name": "calculate_loan_payment",
                "description": "Calculate monthly loan payment and totals",
                "parameters": {"type": "object", "properties": {
                    "principal": {"type": "number", "description": "Loan principal amount in dollars"},
                    "annual_rate": {"type": "number"}, "years": {"type": "integer", "description": "Loan term in years"}},
                    "required": ["principal", "annual_rate", "years"]}},
            "is_active": true}),
        json!({
            "name": "customer_lookup_lambda", "display_name": "Customer Lookup (Lambda)",
            "description": "Look up customer data using AWS Lambda function", "tool_type": "lambda",
            "configuration": {"function_name": "customer-lookup-function", "aws_region": "us-east-1",
                "invocation_type": "RequestResponse", "timeout_seconds": 30},
            "function_definition": {"name": "customer_lookup",
                "description": "Look up customer information from database",
                "parameters": {"type": "object", "properties": {
                    "customer_id": {"type": "string", "description": "Unique customer identifier"},
                    "phone_number": {"type": "string", "description": "Customer phone number"}},
                    "required": ["customer_id"]}},
            "is_active": true}),
    ]
}

#[tokio::test]
async fn the_documented_examples_answer_as_documented() {
    let house = House::new().await;
    for example in documented() {
        let made = house.post("/api/v1/tools", example.clone()).await.expect(200);
        for member in ["name", "display_name", "description", "tool_type", "function_definition", "is_active"]
        {
            assert_eq!(made[member], example[member], "{member}");
        }
        let mut configuration = example["configuration"].clone();
        if configuration["headers"].is_object() {
            configuration["headers"]["Authorization"] = json!("Bearer [REDACTED]");
        }
        if example["tool_type"] == "lambda" {
            assert_eq!(made["warnings"], json!([]));
        }
        if example["tool_type"] == "endpoint" {
            assert_eq!(made["is_public"], false);
        }
        assert_eq!(made["configuration"], configuration);
        for (member, value) in [
            ("execution_count", json!(0)),
            ("success_rate", json!(0.0)),
            ("avg_execution_time", json!(0.0)),
            ("timeout_seconds", json!(30)),
            ("retry_attempts", json!(1)),
            ("organization_id", json!(1)),
            ("created_by", json!(1)),
            ("last_executed_at", Value::Null),
        ] {
            assert_eq!(made[member], value, "{member}");
        }
        let at = made["created_at"].as_str().unwrap();
        assert!(at.len() == 20 && at.ends_with('Z'), "{at}");
        assert_eq!(made["created_at"], made["updated_at"]);
    }
}

#[tokio::test]
async fn the_documented_configurations_are_taken() {
    let house = House::new().await;
    let endpoint_configuration = json!({"url": "https://api.example.com/data", "method": "POST",
        "headers": {"Authorization": "Bearer ${API_KEY}", "Content-Type": "application/json",
            "User-Agent": "BurkiVoiceAI/1.0"},
        "timeout_seconds": 45, "follow_redirects": true, "verify_ssl": true,
        "request_template": {"query": "SELECT * FROM customers WHERE phone = '${phone_number}'", "format": "json"}});
    let made = house
        .post("/api/v1/tools", endpoint("advanced", endpoint_configuration.clone(), texts(&["phone_number"])))
        .await
        .expect(200);
    assert_eq!(made["configuration"], endpoint_configuration);
    assert_eq!(made["http_config"]["timeout"], 45);
    let warnings = made["warnings"].to_string();
    assert!(warnings.contains("API_KEY"), "{warnings}");
    let mut python = documented()[1].clone();
    python["name"] = json!("analyze");
    python["configuration"] = json!({"python_code": "import pandas as pd\ndef f(customer_id):\n    return 1",
        "timeout_seconds": 15, "max_memory_mb": 128});
    let made = house.post("/api/v1/tools", python.clone()).await.expect(200);
    assert_eq!(made["configuration"], python["configuration"]);
    let mut lambda = documented()[2].clone();
    lambda["name"] = json!("analytics");
    lambda["configuration"] = json!({"function_name": "customer-analytics-prod", "aws_region": "us-west-2",
        "invocation_type": "RequestResponse",
        "environment_variables": {"DATABASE_URL": "${DB_URL}", "API_KEY": "${EXTERNAL_API_KEY}"}, "timeout_seconds": 60});
    let made = house.post("/api/v1/tools", lambda).await.expect(200);
    assert_eq!(
        made["configuration"]["environment_variables"],
        json!({"DATABASE_URL": "[REDACTED]", "API_KEY": "[REDACTED]"})
    );
    assert_eq!(made["lambda_config"]["region"], "us-west-2");
}

#[tokio::test]
async fn the_python_clients_bodies_are_completed() {
    let house = House::new().await;
    let http = json!({"name": "check_inventory", "tool_type": "http",
        "parameters": [{"name": "sku", "type": "string", "description": null, "required": true, "default": null, "enum": null}],
        "http_config": {"method": "GET", "url": "https://api.example.com/inventory", "headers": {},
            "body_template": null, "timeout": 20}});
    let made = house.post("/api/v1/tools", http).await.expect(200);
    assert_eq!((&made["tool_type"], &made["display_name"]), (&json!("endpoint"), &json!("Check Inventory")));
    assert_eq!(made["description"], "Check Inventory");
    assert_eq!(
        made["function_definition"],
        json!({"name": "check_inventory", "description": "Check Inventory",
            "parameters": {"type": "object", "properties": {"sku": {"type": "string"}}, "required": ["sku"]}})
    );
    assert_eq!(
        made["http_config"],
        json!({"method": "GET", "url": "https://api.example.com/inventory", "headers": {}, "body_template": null,
            "timeout": 20})
    );
    assert_eq!((&made["python_config"], &made["lambda_config"]), (&Value::Null, &Value::Null));
    let python = json!({"name": "add", "tool_type": "python", "description": "Adds",
        "python_config": {"code": "def f():\n    return 1", "requirements": ["requests>=2"], "timeout": 5}});
    let made = house.post("/api/v1/tools", python).await.expect(200);
    assert_eq!(made["tool_type"], "python_function");
    assert_eq!(
        made["python_config"],
        json!({"code": "def f():\n    return 1", "requirements": ["requests>=2"], "timeout": 5})
    );
    let arn = "arn:aws:lambda:eu-west-1:111122223333:function:orders";
    let lambda = json!({"name": "orders", "tool_type": "lambda",
        "lambda_config": {"function_arn": arn, "region": "us-east-1", "invocation_type": "Event", "timeout": 30}});
    let made = house.post("/api/v1/tools", lambda).await.expect(200);
    assert_eq!(made["lambda_config"]["function_arn"], arn);
    assert_eq!(made["lambda_config"]["region"], "eu-west-1");
    assert!(made["warnings"].to_string().contains("eu-west-1"), "{}", made["warnings"]);
    let deep = json!({"name": "deep", "toolType": "endpoint", "displayName": "Deep", "isActive": false,
        "endpoint_url": "https://api.example.com/x", "method": "post",
        "parameters": {"type": "object", "properties": {"q": {"type": "string"}}}, "timeoutSeconds": 9});
    let made = house.post("/api/v1/tools", deep).await.expect(200);
    assert_eq!(made["configuration"], json!({"endpoint_url": "https://api.example.com/x", "method": "post"}));
    assert_eq!((&made["is_active"], &made["timeout_seconds"]), (&json!(false), &json!(9)));
}

#[tokio::test]
async fn what_a_form_needs_is_named() {
    let house = House::new().await;
    let missing = |body: Value| house.post("/api/v1/tools", body);
    let places = |answer: Value| -> Vec<String> {
        answer["detail"].as_array().unwrap().iter().map(|item| item["loc"].to_string()).collect()
    };
    let form_a = missing(json!({"name": "t", "configuration": {}})).await.expect(422);
    assert_eq!(
        places(form_a),
        [
            r#"["body","display_name"]"#,
            r#"["body","description"]"#,
            r#"["body","tool_type"]"#,
            r#"["body","function_definition"]"#
        ]
    );
    let form_c = missing(json!({"name": "t", "tool_type": "http"})).await.expect(422);
    assert_eq!(places(form_c), [r#"["body","configuration"]"#]);
    let server = house.post("/api/organization/tools", json!({})).await.expect(422);
    assert_eq!(places(server.clone()).len(), 6);
    assert_eq!(
        server["detail"][0],
        json!({"type": "missing", "loc": ["body", "name"], "msg": "Field required", "input": {}})
    );
    let bad = missing(json!({"name": "t", "tool_type": "soap", "http_config": {}})).await.expect(422);
    assert_eq!(
        bad,
        json!({"detail": [{"loc": ["body", "tool_type"],
            "msg": "value is not a valid enumeration member; permitted: 'endpoint', 'python_function', 'lambda'",
            "type": "type_error.enum"}]})
    );
    let mut http = endpoint("t", json!({"url": "https://example.com", "method": "GET"}), texts(&[]));
    http["tool_type"] = json!("http");
    let refused = house.post("/api/organization/tools", http).await.expect(422);
    assert_eq!(refused["detail"][0]["type"], "string_pattern_mismatch");
}

#[tokio::test]
async fn configurations_are_refused_with_the_contracts_texts() {
    let house = House::new().await;
    let rows = [
        ("endpoint", json!({"method": "GET"}), "Missing required field for endpoint tool: url"),
        (
            "endpoint",
            json!({"url": "https://example.com"}),
            "Missing required field for endpoint tool: method",
        ),
        ("endpoint", json!({"url": "https://example.com", "method": "BREW"}), "Invalid HTTP method: BREW"),
        (
            "endpoint",
            json!({"url": "https://example.com", "method": "GET", "headers": {"Host": "x"}}),
            "Header not allowed: Host",
        ),
        (
            "endpoint",
            json!({"url": "https://example.com", "method": "GET", "headers": {"Proxy-Anything": "x"}}),
            "Header not allowed: Proxy-Anything",
        ),
        (
            "endpoint",
            json!({"url": "https://example.com", "method": "GET", "headers": {"webhook-id": "x"}}),
            "Header not allowed: webhook-id",
        ),
        ("python_function", json!({}), "Missing required field for Python function tool: code"),
        (
            "python_function",
            json!({"code": "x", "requirements": ["--index-url https://evil.com"]}),
            "Invalid requirement: --index-url https://evil.com",
        ),
        ("lambda", json!({"region": "us-east-1"}), "Missing required field for Lambda tool: function_name"),
        ("lambda", json!({"function_name": "f"}), "Missing required field for Lambda tool: region"),
        ("lambda", json!({"function_name": "a b", "region": "us-east-1"}), "Invalid function name"),
        ("lambda", json!({"function_name": "f", "region": "moon"}), "Invalid AWS region: moon"),
    ];
    for (kind, configuration, text) in rows {
        let mut body = endpoint("t", configuration, texts(&[]));
        body["tool_type"] = json!(kind);
        assert_eq!(house.post("/api/organization/tools", body).await.detail(400), text);
    }
    let insecure = json!({"url": "https://example.com", "verify_ssl": false});
    let refused = house.post("/api/v1/tools", endpoint("t", insecure, texts(&[]))).await.detail(400);
    assert!(refused.starts_with("verify_ssl can't be switched off"), "{refused}");
    let schema = json!({"type": "object", "properties": {"a": {"type": "nonsense"}}});
    let body = endpoint("t", json!({"url": "https://example.com"}), schema);
    let refused = house.post("/api/v1/tools", body).await.detail(400);
    assert!(refused.starts_with("Invalid function_definition: "), "{refused}");
}

#[tokio::test]
async fn wrong_types_and_ranges_are_placed() {
    let house = House::new().await;
    let rows = [
        (json!({"url": 7}), json!(["body", "configuration", "url"]), "type_error.str"),
        (
            json!({"url": "https://example.com", "timeout": 301}),
            json!(["body", "configuration", "timeout"]),
            "value_error.number.not_le",
        ),
        (
            json!({"url": "https://example.com", "timeout_seconds": 0}),
            json!(["body", "configuration", "timeout_seconds"]),
            "value_error.number.not_gt",
        ),
        (
            json!({"url": "https://example.com", "headers": {"A": 1}}),
            json!(["body", "configuration", "headers", "A"]),
            "type_error.str",
        ),
        (
            json!({"url": "https://example.com", "headers": []}),
            json!(["body", "configuration", "headers"]),
            "type_error.dict",
        ),
        (
            json!({"url": "https://example.com", "body_template": []}),
            json!(["body", "configuration", "body_template"]),
            "type_error.dict",
        ),
        (
            json!({"url": "https://example.com", "follow_redirects": 7}),
            json!(["body", "configuration", "follow_redirects"]),
            "type_error.bool",
        ),
        (
            json!({"url": "https://example.com", "response_mapping": {"a": 1}}),
            json!(["body", "configuration", "response_mapping", "a"]),
            "type_error.str",
        ),
    ];
    for (configuration, loc, kind) in rows {
        let answer = house.post("/api/v1/tools", endpoint("t", configuration, texts(&[]))).await.expect(422);
        assert_eq!(
            (&answer["detail"][0]["loc"], &answer["detail"][0]["type"]),
            (&loc, &json!(kind)),
            "{answer}"
        );
    }
    let tool = |member: &str, value: Value| {
        let mut body = endpoint("t", json!({"url": "https://example.com", "method": "GET"}), texts(&[]));
        body[member] = value;
        body
    };
    for (member, value, kind) in [
        ("name", json!(""), "string_too_short"),
        ("name", json!("x".repeat(101)), "string_too_long"),
        ("display_name", json!("x".repeat(201)), "string_too_long"),
        ("description", json!(""), "string_too_short"),
        ("timeout_seconds", json!(301), "less_than_equal"),
        ("timeout_seconds", json!(0), "greater_than_equal"),
        ("retry_attempts", json!(11), "less_than_equal"),
        ("retry_attempts", json!("many"), "int_type"),
        ("is_active", json!("maybe"), "bool_parsing"),
        ("configuration", json!([]), "dict_type"),
    ] {
        let answer = house.post("/api/organization/tools", tool(member, value)).await.expect(422);
        assert_eq!(
            (&answer["detail"][0]["loc"], &answer["detail"][0]["type"]),
            (&json!(["body", member]), &json!(kind)),
            "{answer}"
        );
    }
}

#[tokio::test]
async fn a_name_is_free_or_taken_never_both() {
    let house = std::sync::Arc::new(House::new().await);
    let body = endpoint("t", json!({"url": "https://example.com", "method": "GET"}), texts(&[]));
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..6 {
        let (house, body) = (std::sync::Arc::clone(&house), body.clone());
        tasks.spawn(async move { house.post("/api/v1/tools", body).await });
    }
    let mut statuses = Vec::new();
    while let Some(answer) = tasks.join_next().await {
        let answer = answer.unwrap();
        statuses.push(answer.status);
        if answer.status != 200 {
            assert_eq!(answer.detail(400), "Tool name 't' already exists in organization");
        }
    }
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 400, 400, 400, 400, 400]);
    let taken = house.post("/api/organization/tools", body).await.detail(400);
    assert_eq!(taken, "Tool with name 't' already exists in this organization");
}

#[tokio::test]
async fn the_server_family_answers_briefly() {
    let house = House::new().await;
    let body = endpoint("t", json!({"url": "https://example.com", "method": "GET"}), texts(&[]));
    let made = house.post("/api/organization/tools", body).await.expect(200);
    assert_eq!(
        made,
        json!({"success": true, "message": "Tool created successfully",
            "tool": {"id": 1, "name": "t", "display_name": "Order status", "tool_type": "endpoint"}, "warnings": []})
    );
    let shown = house.get("/api/v1/tools/1").await.expect(200);
    assert_eq!(shown["retry_attempts"], 3);
}
