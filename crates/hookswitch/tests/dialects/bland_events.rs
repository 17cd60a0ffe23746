//! What a Bland call tells its webhook, and when it ends (bland: 2.6, 3.7).

use hookswitch_testkit::{RecordedRequest, Reply};
use hyper::Method;
use serde_json::{Value, json};

use crate::house::{House, printed};

async fn house() -> House {
    let script = |_: &RecordedRequest| Reply::json(r#"{"message":"Booked"}"#);
    House::start_with(script, "calls = \"simulate\"\n").await
}

fn logged(house: &House) -> Vec<RecordedRequest> {
    house.receiver.requests().into_iter().filter(|request| request.target == "/log").collect()
}

async fn session_of(house: &House) -> String {
    let sessions = house.send(Method::GET, "/v1/sessions", None).await.body;
    sessions["data"][0]["id"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_is_told_when_a_tool_call_starts_and_ends() {
    let house = house().await;
    let project = house.send(Method::GET, "/v1/projects", None).await.body["data"][0]["id"].clone();
    let rotate = format!("/v1/projects/{}/rotate-signing-secret", project.as_str().unwrap());
    let secret = house.send(Method::POST, &rotate, None).await.body["signing_secret"].clone();
    let tool = |name: &str, method: &str, path: &str| {
        json!({"name": name, "description": "d", "url": house.receiver_url(path), "method": method,
            "input_schema": {"date": "YYYY-MM-DD"}})
    };
    let call = json!({"phone_number": "+15550001111", "task": "t", "webhook": house.receiver_url("/log"),
        "webhook_events": ["queue", "tool"],
        "tools": [tool("BookAppointment", "POST", "/book"), tool("FindAppointment", "GET", "/find")]});
    let made = house.send(Method::POST, "/bland/v1/calls", Some(&call)).await;
    assert_eq!(made.status, 200, "{}", made.body);
    let session = session_of(&house).await;
    let calls = format!("/v1/sessions/{session}/calls");
    for name in ["BookAppointment", "FindAppointment"] {
        let body = json!({"name": name, "arguments": {"date": "2026-03-16"}});
        assert_eq!(house.send(Method::POST, &calls, Some(&body)).await.body["outcome"], "done");
    }
    let wait = house.receiver.wait_until(|receiver| {
        receiver.requests().iter().filter(|request| request.target == "/log").count() >= 4
    });
    tokio::time::timeout(std::time::Duration::from_secs(30), wait).await.unwrap();
    let lines = logged(&house);
    let messages: Vec<Value> = lines.iter().map(|line| serde_json::from_slice(&line.body).unwrap()).collect();
    for (index, name) in [(0, "BookAppointment"), (2, "FindAppointment")] {
        let started = &messages[index];
        let text = format!("Executing custom tool: {name} with input: {{\"date\":\"2026-03-16\"}}");
        assert_eq!(
            started,
            &json!({"message": text, "call_id": made.body["call_id"], "category": "call", "log_level": "info"})
        );
        let ended = messages[index + 1]["message"].as_str().unwrap();
        let start =
            "Webhook Response: 200 | Webhook Response Data: {\"message\":\"Booked\"} | Response Time: ";
        let time = ended.strip_prefix(start).and_then(|rest| rest.strip_suffix("ms"));
        assert!(time.is_some_and(|time| time.parse::<u32>().is_ok()), "{ended}");
    }
    for request in house.receiver.requests().iter().filter(|request| request.target != "/log") {
        assert_eq!(request.header("x-webhook-signature"), None, "tool requests carry none");
    }
    let checks: Vec<Value> = lines
        .iter()
        .map(|line| {
            let headers: serde_json::Map<String, Value> =
                line.headers.iter().map(|(name, value)| (name.to_lowercase(), json!(value))).collect();
            json!([line.text(), headers])
        })
        .collect();
    let script = format!(
        "import hashlib, hmac, json\nfrom standardwebhooks import Webhook\nsecret = {secret}\n\
         for body, headers in json.loads({checks:?}):\n    Webhook(secret).verify(body, headers)\n    \
         wanted = hmac.new(secret.encode(), body.encode(), hashlib.sha256).hexdigest()\n    \
         assert hmac.compare_digest(wanted, headers[\"x-webhook-signature\"])\nprint(\"verified\")",
        checks = Value::Array(checks).to_string(),
    );
    assert_eq!(printed(&house.python(&script)).trim(), "verified");
    // It is the call's own: in no list.
    assert_eq!(house.send(Method::GET, "/v1/event-webhooks", None).await.body["data"], json!([]));
}

#[tokio::test]
async fn a_call_ends_after_its_longest_time() {
    let house = house().await;
    let call = json!({"phone_number": "+15550001111", "task": "t", "max_duration": 0.02});
    let made = house.send(Method::POST, "/bland/v1/calls", Some(&call)).await.body;
    let path = format!("/bland/v1/calls/{}", made["call_id"].as_str().unwrap());
    let started = std::time::Instant::now();
    loop {
        let shown = house.send(Method::GET, &path, None).await.body;
        if shown["completed"] == true {
            assert_eq!(shown["queue_status"], "complete");
            break;
        }
        assert!(started.elapsed() < std::time::Duration::from_secs(30), "{shown}");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let session = session_of(&house).await;
    let shown = house.send(Method::GET, &format!("/v1/sessions/{session}"), None).await.body;
    assert_eq!(shown["end_reason"], "too_long");
}

#[tokio::test]
async fn a_webhook_that_may_not_be_called_is_refused() {
    let house = house().await;
    let call = json!({"phone_number": "+15550001111", "task": "t", "webhook": "http://169.254.169.254/log",
        "webhook_events": ["tool"]});
    let refused = house.send(Method::POST, "/bland/v1/calls", Some(&call)).await;
    assert_eq!((refused.status, &refused.body["errors"][0]["error"]), (400, &json!("INVALID_URL")));
    assert_eq!(house.send(Method::GET, "/v1/sessions", None).await.body["data"], json!([]));
}
