//! `hookswitch import` and `export`, from one server to another and from a vendor's API.

use std::process::{Command, Output};

use hookswitch_testkit::Reply;
use hyper::Method;
use serde_json::{Value, json};

use crate::house::House;
use crate::server::KEY;

async fn house() -> House {
    House::start(|_| Reply::json("{}")).await
}

/// Runs the command line against a house.
fn run(house: &House, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_hookswitch"))
        .args(arguments)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOOKSWITCH_URL", house.address())
        .env("HOOKSWITCH_KEY", KEY)
        .env("HOOKSWITCH_VENDOR_KEY", KEY)
        .output()
        .unwrap()
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// A tool in each vendor's form, with something secret in it.
fn tools(house: &House) -> [(&'static str, &'static str, Value); 4] {
    let url = house.receiver_url("/weather");
    let schema = json!({"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]});
    [
        (
            "pyai",
            "/pyai/v1/tools",
            json!({"name": "weather_pyai", "description": "d", "input_schema": schema,
            "webhook_url": url, "auth_secret": "Bearer sk-0123456789", "timeout_ms": 4000}),
        ),
        (
            "burki",
            "/burki/api/v1/tools",
            json!({"name": "weather_burki", "display_name": "Weather", "description": "d",
            "tool_type": "endpoint", "timeout_seconds": 20, "retry_attempts": 2,
            "configuration": {"url": url, "method": "GET", "headers": {"Authorization": "Bearer sk-0123456789",
                "X-Plain": "shown"}},
            "function_definition": {"name": "weather_burki", "description": "d", "parameters": schema}}),
        ),
        (
            "phonic",
            "/phonic/v1/tools",
            json!({"name": "weather_phonic", "description": "d", "type": "custom_webhook",
            "execution_mode": "sync", "endpoint_method": "GET", "endpoint_url": url, "endpoint_timeout_ms": 7000,
            "parameters": [{"type": "string", "name": "city", "description": "c", "is_required": true}]}),
        ),
        (
            "bland",
            "/bland/v1/tools",
            json!({"name": "WeatherBland", "description": "d", "url": url, "method": "POST",
            "body": {"city": "{{input.city}}"}, "timeout": 99_999_999, "response": {"sky": "$.sky"}}),
        ),
    ]
}

#[tokio::test]
async fn what_is_exported_can_be_imported_again_and_again() {
    let (first, second) = (house().await, house().await);
    let folder = tempfile::tempdir().unwrap();
    for (vendor, path, body) in tools(&first) {
        assert!(first.send(Method::POST, path, Some(&body)).await.status < 300);
        let file = folder.path().join(format!("{vendor}.json"));
        let file = file.to_str().unwrap();
        let exported = run(&first, &["export", vendor, "--out", file]);
        assert!(exported.status.success(), "{}", text(&exported));
        assert!(!std::fs::read_to_string(file).unwrap().contains("sk-0123456789"));
        // The receiver of the first house: the second one may not call it, which is seen when it is saved.
        let mut records: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
        let record =
            records.as_array_mut().unwrap().iter_mut().find(|tool| tool["name"] == body["name"]).unwrap();
        let moved = record.to_string().replace(&first.receiver_url(""), &second.receiver_url(""));
        std::fs::write(file, format!("[{moved}]")).unwrap();
        for action in ["created", "changed"] {
            let imported = run(&second, &["import", vendor, file]);
            assert!(imported.status.success(), "{vendor}: {}", text(&imported));
            let told = text(&imported);
            assert!(
                told.contains(&format!("{action} {}", body["name"].as_str().unwrap())),
                "{vendor}: {told}"
            );
            assert!(!told.contains("became") && !told.contains("not kept"), "{vendor}: {told}");
        }
    }
}

#[tokio::test]
async fn a_vendors_api_is_a_source_and_what_it_keeps_back_is_reported() {
    let (vendor, ours) = (house().await, house().await);
    for (dialect, path, body) in tools(&vendor) {
        let body: Value = serde_json::from_str(
            &body.to_string().replace(&vendor.receiver_url(""), "https://api.example.com"),
        )
        .unwrap();
        assert!(vendor.send(Method::POST, path, Some(&body)).await.status < 300, "{dialect}");
        let base = format!("{}/{dialect}", vendor.address());
        let imported = run(&ours, &["import", dialect, &base, "--json"]);
        assert!(imported.status.success(), "{dialect}: {}", text(&imported));
        let report: Value = serde_json::from_slice(&imported.stdout).unwrap();
        let tools = report["tools"].as_array().unwrap();
        let ours = tools.iter().find(|tool| tool["name"] == body["name"]).unwrap();
        assert_eq!(ours["action"], "created", "{dialect}: {report}");
        let lost = ours["not_carried_over"].to_string();
        let expects_loss = dialect == "burki";
        assert_eq!(lost.contains("kept back"), expects_loss, "{dialect}: {lost}");
        assert!(!text(&imported).contains("sk-0123456789"));
    }
}

#[tokio::test]
async fn a_refused_tool_is_reported_and_does_not_stop_the_others() {
    let house = house().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tools.json");
    let good = json!({"name": "good", "description": "d", "webhook_url": house.receiver_url("/x")});
    let bad = json!({"name": "bad", "description": "d", "webhook_url": "https://169.254.169.254/"});
    std::fs::write(&file, json!([bad, good]).to_string()).unwrap();
    let output = run(&house, &["import", "pyai", file.to_str().unwrap()]);
    let told = text(&output);
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains("refused bad: ") && told.contains("created good"), "{told}");
}

#[tokio::test]
async fn an_export_names_what_has_no_form_there() {
    let house = house().await;
    let context = json!({"name": "hours", "kind": "context", "context": {"text": "nine to five"}});
    assert_eq!(house.send(Method::POST, "/v1/tools", Some(&context)).await.status, 201);
    let output = run(&house, &["export", "bland"]);
    assert!(output.status.success());
    assert!(text(&output).contains("hours (context) has no form in Bland"), "{}", text(&output));
}

#[tokio::test]
async fn a_source_that_is_none_says_so() {
    let house = house().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("x.json");
    std::fs::write(&file, "{\"no\": \"tools\"}").unwrap();
    let output = run(&house, &["import", "bland", file.to_str().unwrap()]);
    assert!(
        !output.status.success() && text(&output).contains("neither a Bland tool nor a list"),
        "{}",
        text(&output)
    );
}
