//! A real function, served by `cargo lambda watch`.

use hyper::Method;
use serde_json::{Value, json};

use super::emulators::Emulator;
use super::stand::Stand;

/// The two Lambda examples of the page on creating tools: the whole first one, and the second one's configuration in
/// a tool around it. Nothing in them is changed; the server's setting says where AWS is.
fn documented() -> [Value; 2] {
    let lookup = json!({
        "name": "customer_lookup_lambda",
        "display_name": "Customer Lookup (Lambda)",
        "description": "Look up customer data using AWS Lambda function",
        "tool_type": "lambda",
        "configuration": {
            "function_name": "customer-lookup-function",
            "aws_region": "us-east-1",
            "invocation_type": "RequestResponse",
            "timeout_seconds": 30
        },
        "function_definition": {
            "name": "customer_lookup",
            "description": "Look up customer information from database",
            "parameters": {
                "type": "object",
                "properties": {
                    "customer_id": {"type": "string", "description": "Unique customer identifier"},
                    "phone_number": {"type": "string", "description": "Customer phone number"}
                },
                "required": ["customer_id"]
            }
        },
        "is_active": true
    });
    let mut analytics = lookup.clone();
    analytics["name"] = json!("customer_analytics");
    analytics["function_definition"]["name"] = json!("customer_analytics");
    analytics["configuration"] = json!({
        "function_name": "customer-analytics-prod",
        "aws_region": "us-west-2",
        "invocation_type": "RequestResponse",
        "environment_variables": {"DATABASE_URL": "${DB_URL}", "API_KEY": "${EXTERNAL_API_KEY}"},
        "timeout_seconds": 60
    });
    [lookup, analytics]
}

async fn stand(emulator: &Emulator) -> Stand {
    let stand = Stand::start(&emulator.address, "", &[]);
    for (name, value) in [
        ("AWS_ACCESS_KEY_ID", "AKIA0123456789"),
        ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG"),
        ("DB_URL", "postgres://user:pa55word@db/crm"),
        ("EXTERNAL_API_KEY", "sk-external-12345"),
    ] {
        stand.secret(name, value).await;
    }
    stand
}

#[tokio::test(flavor = "multi_thread")]
async fn the_documented_examples_run_unchanged() {
    let emulator = Emulator::functions();
    let stand = stand(&emulator).await;
    let desk = stand.post("/burki/api/v1/assistants", json!({"name": "Front desk"})).await["id"].clone();
    for (example, function) in documented().into_iter().zip(["customer_lookup", "customer_analytics"]) {
        let made = stand.post("/burki/api/v1/tools", example.clone()).await;
        assert_eq!(made["warnings"], json!([]), "{made}");
        let assign = format!("/burki/api/v1/tools/{}/assign", made["id"]);
        stand.post(&assign, json!({"assistant_id": desk})).await;
        let arguments = json!({"customer_id": "c-7", "phone_number": "+1555"});
        let name = example["name"].as_str().unwrap();
        let (answer, record) = stand.call(name, function, arguments.clone()).await;
        assert_eq!(answer["outcome"], "done", "{answer}");
        assert_eq!(answer["result"]["event"], arguments, "{answer}");
        let shown = record["request"].to_string();
        assert!(!shown.contains("pa55word") && !shown.contains("sk-external") && !shown.contains("K7MDENG"));
        if function == "customer_analytics" {
            assert!(shown.contains("DATABASE_URL") && shown.contains("idempotency_key"), "{shown}");
        }
        let log = stand
            .send(Method::GET, &format!("/burki/api/organization/tools/{}/logs", made["id"]), None)
            .await;
        assert_eq!(log.body["logs"][0]["status"], "success", "{}", log.body);
    }
    assert!(!stand.log().contains("pa55word") && !stand.log().contains("K7MDENG"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_answers_fails_and_takes_its_time() {
    let emulator = Emulator::functions();
    let stand = stand(&emulator).await;
    let endpoint = format!("http://{}/", emulator.address);
    let lambda = json!({"function": "orders", "endpoint_url": endpoint, "event_shape": "envelope"});
    let id = stand.tool("orders", lambda).await;
    let done = stand.try_tool(&id, json!({"n": 1})).await;
    assert_eq!(done["outcome"], "done", "{done}");
    assert_eq!(done["told"]["event"]["parameters"], json!({"n": 1}));
    let key = done["told"]["event"]["context"]["idempotency_key"].as_str().unwrap();
    assert!(key.starts_with("act_"), "{done}");
    let plain = stand.tool("plain", json!({"function": "orders", "endpoint_url": endpoint})).await;
    for (wish, outcome, told) in [
        ("gateway", "done", json!({"order": 7})),
        ("refuse", "unknown", json!({"error": "Lambda returned status 409", "done": "unknown"})),
        (
            "fail",
            "unknown",
            json!({"done": "unknown", "error":
                "Lambda execution failed: Lambda function threw an unhandled exception: no such order"}),
        ),
    ] {
        let tried = stand.try_tool(&plain, json!({ "wish": wish })).await;
        assert_eq!((&tried["outcome"], &tried["told"]), (&json!(outcome), &told), "{tried}");
        if wish == "fail" {
            let trace = tried["code"]["traceback"].as_str().unwrap();
            assert!(trace.starts_with("orders::handle at src/main.rs:1\n"), "{tried}");
        }
    }
    let slow = json!({"name": "slow", "description": "d", "kind": "lambda", "timeout_ms": 500,
        "lambda": {"function": "orders", "endpoint_url": endpoint},
        "input_schema": {"type": "object", "additionalProperties": true}});
    stand.post("/v1/tools", slow).await;
    let (answer, _) = stand.call("slow", "slow", json!({"wish": "sleep"})).await;
    assert_eq!(
        (&answer["outcome"], &answer["result"]),
        (&json!("unknown"), &json!({"error": "tool timed out"}))
    );
    // An emulator that runs the function where only permissions were to be checked is not believed.
    let dry = json!({"function": "orders", "endpoint_url": endpoint, "invocation_type": "DryRun"});
    let dry = stand.tool("dry", dry).await;
    let tried = stand.try_tool(&dry, json!({})).await;
    assert_eq!(tried["error"], "the endpoint did not answer as to a dry run", "{tried}");
}
