//! Four vendors' wire formats, one session: each tool is registered as its vendor's client would, then all four are
//! called in one conversation.

use anyhow::{Context as _, ensure};
use http::Method;
use serde_json::{Value, json};

use super::api::Api;
use super::script::{call, milliseconds, word};
use super::service::BookingService;
use super::timeline::{Timeline, Who};

/// A tool in its vendor's own form, and how it is called.
struct Registration {
    vendor: &'static str,
    path: &'static str,
    body: Value,
    function: &'static str,
    arguments: Value,
    /// What the answer must hold.
    expected: &'static str,
}

/// Registers one tool through each vendor's API and calls all four in one session.
pub(super) async fn play(api: &Api, service: &BookingService, timeline: &Timeline) -> anyhow::Result<()> {
    timeline.chapter("Four vendors' APIs, one server: each client changes its base URL");
    let registrations = registrations(service);
    let project = api.must(Method::GET, "/v1/me", None).await?.body;
    let project = project["project_id"].as_str().context("a key has a project")?;
    let path = format!("/v1/projects/{project}/rotate-signing-secret");
    let signing = api.must(Method::POST, &path, None).await?.body;
    let signing = signing["signing_secret"].as_str().context("a project has a signing secret")?;
    service.trust("/vendors/project", signing);
    for registration in &registrations {
        let made = api.must(Method::POST, registration.path, Some(&registration.body)).await?;
        if let Some(secret) = made.body["hmac_secret"].as_str() {
            service.trust("/vendors/note", secret);
        }
        let text = format!(
            "{:<6} POST {:<19} registers {}",
            registration.vendor, registration.path, registration.function
        );
        timeline.line(Who::Team, &text);
    }
    let names: Vec<&Value> = registrations.iter().map(|registration| &registration.body["name"]).collect();
    let body = json!({"tools": names, "channel": "phone", "from": "+15550100", "to": "+15550199"});
    let session = api.must(Method::POST, "/v1/sessions", Some(&body)).await?.body;
    let session = session["id"].as_str().context("a session has an id")?.to_owned();
    timeline.line(Who::Server, &format!("session {session}, one tool of each vendor"));
    for registration in &registrations {
        let answer = call(api, &session, registration.function, registration.arguments.clone()).await?;
        let result = answer.body["result"].to_string();
        ensure!(
            answer.body["outcome"] == "done" && result.contains(registration.expected),
            "{} failed: {}",
            registration.function,
            answer.body
        );
        timeline.line(Who::Agent, &format!("calls {} {}", registration.function, registration.arguments));
        let id = word(&answer.body["execution_id"]).to_owned();
        let record = api.must(Method::GET, &format!("/v1/executions/{id}"), None).await?.body;
        let request = &record["request"];
        let sent = format!("{} {} {}", word(&request["method"]), word(&request["url"]), request["body"]);
        timeline.detail(&sent);
        timeline.line(Who::Server, &format!("done in {}: {result}", milliseconds(&answer)));
    }
    ensure!(service.timestamped() == 1, "PyAI's own signature was not verified");
    timeline.line(Who::Service, "X-PyAI-Signature and Standard Webhooks signatures verified");
    Ok(())
}

fn registrations(service: &BookingService) -> Vec<Registration> {
    let text = json!({"type": "string"});
    vec![
        Registration {
            vendor: "PyAI",
            path: "/pyai/v1/tools",
            body: json!({"name": "log_note", "description": "Writes a note down",
                "webhook_url": service.url("/vendors/note"), "side_effect": "action",
                "input_schema": {"type": "object", "properties": {"note": text}, "required": ["note"]}}),
            function: "log_note",
            arguments: json!({"note": "wants a window seat"}),
            expected: "noted",
        },
        Registration {
            vendor: "Burki",
            path: "/burki/api/v1/tools",
            body: json!({"name": "order_status", "display_name": "Order status",
                "description": "Looks an order up", "tool_type": "endpoint",
                "configuration": {"url": service.url("/vendors/orders/${order_id}"), "method": "GET",
                    "headers": {"Authorization": "Bearer ${env.crm_key}"}},
                "function_definition": {"name": "order_status", "description": "Looks an order up",
                    "parameters": {"type": "object", "properties": {"order_id": text}, "required": ["order_id"]}}}),
            function: "order_status",
            arguments: json!({"order_id": "A-17"}),
            expected: "shipped",
        },
        Registration {
            vendor: "Phonic",
            path: "/phonic/v1/tools",
            body: json!({"name": "check_availability", "description": "Tells free times of a day",
                "type": "custom_webhook", "execution_mode": "sync", "endpoint_method": "POST",
                "endpoint_url": service.url("/vendors/availability"),
                "parameters": [{"type": "string", "name": "date", "description": "Day", "is_required": true,
                    "location": "request_body"}]}),
            function: "check_availability",
            arguments: json!({"date": "2026-12-01"}),
            expected: "09:00",
        },
        Registration {
            vendor: "Bland",
            path: "/bland/v1/tools",
            body: json!({"name": "GenerateQuote", "description": "Makes a quote",
                "speech": "Please wait while I get you your quote.",
                "url": service.url("/vendors/quote"), "method": "POST",
                "body": {"people": "{{input.people}}", "caller": "{{phone_number}}"},
                "input_schema": {"people": "number", "example": {"people": 2}},
                "response": {"price": "$.quote.price"}}),
            function: "GenerateQuote",
            arguments: json!({"people": 2}),
            expected: "84",
        },
    ]
}
