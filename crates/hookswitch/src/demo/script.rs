//! The scripted conversation. Every step checks what it shows: a demo that lies must fail.

use std::time::Duration;

use anyhow::{Context as _, ensure};
use http::Method;
use serde_json::{Value, json};

use super::api::{Answer, Api};
use super::service::{BookingService, SLOW};
use super::timeline::{Timeline, Who};
use super::tools;

/// Plays the whole script.
pub(super) async fn play(api: &Api, service: &BookingService, timeline: &Timeline) -> anyhow::Result<()> {
    register(api, service, timeline).await?;
    let session = start(api, timeline).await?;
    look_up(api, &session, timeline).await?;
    book(api, &session, service, timeline).await?;
    be_slow(api, &session, timeline).await?;
    super::code::play(api, timeline).await?;
    account(api, &session, service, timeline).await?;
    super::vendors::play(api, service, timeline).await
}

async fn register(api: &Api, service: &BookingService, timeline: &Timeline) -> anyhow::Result<()> {
    timeline.chapter("A team registers its tools");
    let secret = json!({"value": "demo-crm-key-0001"});
    api.must(Method::PUT, "/v1/secrets/crm_key", Some(&secret)).await?;
    timeline.line(Who::Team, "sets the secret crm_key; it is sealed and never shown again");
    let drafts = [
        tools::get_customer_info(service),
        tools::book_appointment(service),
        tools::opening_hours(),
        tools::check_insurance(service),
    ];
    for draft in drafts {
        let saved = api.must(Method::POST, "/v1/tools", Some(&draft)).await?.body;
        let name = draft["name"].as_str().unwrap_or_default();
        let path = match name {
            "BookAppointment" => Some("/appointments"),
            "check_insurance" => Some("/insurance"),
            _ => None,
        };
        if let (Some(path), Some(secret)) = (path, saved["signing_secret"].as_str()) {
            service.trust(path, secret);
        }
        let effect = saved["effect"].as_str().unwrap_or_default();
        timeline.line(Who::Team, &format!("registers {name} ({}, effect {effect})", word(&draft["kind"])));
    }
    let refused = api.send(Method::POST, "/v1/tools", Some(&tools::look_inside())).await?;
    ensure!(refused.status == 422, "a private address was accepted: {}", refused.body);
    timeline.line(Who::Team, "tries to register look_inside (http://169.254.169.254/…)");
    timeline.line(Who::Server, &format!("refused: {}", word(&refused.body["errors"][0]["message"])));
    Ok(())
}

async fn start(api: &Api, timeline: &Timeline) -> anyhow::Result<String> {
    timeline.chapter("A caller is on the line");
    let tools = ["get_customer_info", "BookAppointment", "opening_hours", "check_insurance"];
    let body =
        json!({"tools": tools, "channel": "phone", "from": "+15550100", "timezone": "America/New_York"});
    let session = api.must(Method::POST, "/v1/sessions", Some(&body)).await?.body;
    let id = session["id"].as_str().context("a session has an id")?.to_owned();
    timeline.line(Who::Server, &format!("session {id}, four tools pinned, connections warmed"));
    Ok(id)
}

async fn look_up(api: &Api, session: &str, timeline: &Timeline) -> anyhow::Result<()> {
    timeline.line(Who::User, "\"Hi, it's Ada. Do you have my number? And when are you open?\"");
    let call = call(api, session, "get_customer_info", json!({"email": "ada@example.com"})).await?;
    ensure!(call.body["outcome"] == "refused", "wrong arguments were accepted: {}", call.body);
    timeline.line(Who::Agent, "calls get_customer_info {\"email\": …}");
    timeline.line(Who::Server, &format!("refused, nothing sent: {}", word(&call.body["result"]["error"])));
    let call = self::call(api, session, "get_customer_info", json!({"phone_number": "+15550100"})).await?;
    ensure!(call.body["result"]["name"] == "Ada Lovelace", "the lookup failed: {}", call.body);
    timeline.line(Who::Agent, "calls get_customer_info {\"phone_number\": \"+15550100\"}");
    timeline.line(Who::Server, &format!("done in {}: {}", milliseconds(&call), call.body["result"]));
    let call = self::call(api, session, "opening_hours", json!({})).await?;
    ensure!(call.body["outcome"] == "done", "the context tool failed: {}", call.body);
    timeline.line(Who::Agent, "calls opening_hours {}");
    timeline.line(Who::Server, &format!("done in {}: {}", milliseconds(&call), call.body["result"]));
    Ok(())
}

async fn book(api: &Api, session: &str, service: &BookingService, timeline: &Timeline) -> anyhow::Result<()> {
    timeline.chapter("A booking: signed, on disk before it is sent, and never twice");
    let arguments = json!({"date": "2026-12-01", "time": "10:00"});
    let booked = call(api, session, "BookAppointment", arguments.clone()).await?;
    ensure!(booked.body["outcome"] == "done", "the booking failed: {}", booked.body);
    ensure!(service.verified() == 1, "the booking service did not verify the signature");
    timeline.line(Who::User, "\"The first of December at ten, please.\"");
    timeline.line(Who::Agent, &format!("calls BookAppointment {arguments}"));
    let line = spoken_line(api, session).await?;
    timeline.line(Who::Server, &format!("to be said while it runs: {line}"));
    let id = word(&booked.body["execution_id"]).to_owned();
    let record = api.must(Method::GET, &format!("/v1/executions/{id}"), None).await?.body;
    timeline.line(Who::Server, "intent on disk; the exact request:");
    timeline.detail(&request_text(&record["request"]));
    timeline.line(Who::Service, "signature verified (Standard Webhooks)");
    timeline.line(Who::Server, &format!("done in {}: {}", milliseconds(&booked), booked.body["result"]));
    let again = call(api, session, "BookAppointment", arguments).await?;
    ensure!(again.body["replayed"] == true, "the duplicate was not replayed: {}", again.body);
    ensure!(service.bookings() == 1, "the duplicate was sent");
    timeline.line(Who::Agent, "calls BookAppointment again with the same arguments");
    timeline.line(Who::Server, &format!("replayed, not sent: {}", again.body["result"]));
    Ok(())
}

async fn be_slow(api: &Api, session: &str, timeline: &Timeline) -> anyhow::Result<()> {
    timeline.chapter("A slow service: the turn goes on, the answer is not lost");
    let slow = call(api, session, "check_insurance", json!({"policy": "P-77"})).await?;
    ensure!(slow.body["timed_out"] == true, "the slow call did not time out: {}", slow.body);
    timeline.line(Who::Agent, "calls check_insurance {\"policy\": \"P-77\"} (budget 300 ms)");
    timeline.line(Who::Server, &format!("after {}: {}", milliseconds(&slow), slow.body["result"]));
    timeline.line(Who::Agent, "\"The insurer takes a moment; I'll tell you as soon as I know.\"");
    let late = late_result(api, session).await?;
    timeline.line(Who::Server, &format!("result.late: {late}"));
    Ok(())
}

async fn account(
    api: &Api,
    session: &str,
    service: &BookingService,
    timeline: &Timeline,
) -> anyhow::Result<()> {
    timeline.chapter("The books");
    api.must(Method::POST, &format!("/v1/sessions/{session}/end"), Some(&json!({}))).await?;
    let records = api.must(Method::GET, &format!("/v1/executions?session_id={session}"), None).await?.body;
    for record in records["data"].as_array().into_iter().flatten().rev() {
        let outcome = word(&record["outcome"]);
        let timed_out = if record["timed_out"] == true { ", soft timeout first" } else { "" };
        let name = word(&record["tool_name"]);
        timeline.detail(&format!(
            "{name:<18} {outcome:<8} {:>8.1} ms{timed_out}",
            record["duration_ms"].as_f64().unwrap_or(0.0)
        ));
    }
    let requests = service.requests();
    let bookings = requests.iter().filter(|request| *request == "POST /appointments").count();
    ensure!(bookings == 1, "the service saw {bookings} bookings");
    timeline.line(
        Who::Service,
        &format!(
            "{} requests, {bookings} booking for 2 booking calls, {} signatures verified",
            requests.len(),
            service.verified()
        ),
    );
    Ok(())
}

pub(super) async fn call(api: &Api, session: &str, name: &str, arguments: Value) -> anyhow::Result<Answer> {
    let body = json!({"name": name, "arguments": arguments});
    api.must(Method::POST, &format!("/v1/sessions/{session}/calls"), Some(&body)).await
}

async fn events(api: &Api, session: &str) -> anyhow::Result<Vec<Value>> {
    let answer = api.must(Method::GET, &format!("/v1/sessions/{session}/events?format=json"), None).await?;
    Ok(answer.body["data"].as_array().cloned().unwrap_or_default())
}

async fn spoken_line(api: &Api, session: &str) -> anyhow::Result<String> {
    let events = events(api, session).await?;
    let line =
        events.iter().find(|event| event["type"] == "speech.line").context("no line was to be said")?;
    Ok(line["data"]["text"].to_string())
}

/// Asks until the late result is there; the slow service has answered by then.
async fn late_result(api: &Api, session: &str) -> anyhow::Result<String> {
    let end = tokio::time::Instant::now() + SLOW * 5;
    loop {
        let events = events(api, session).await?;
        if let Some(late) = events.iter().find(|event| event["type"] == "result.late") {
            return Ok(late["data"]["result"].to_string());
        }
        ensure!(tokio::time::Instant::now() < end, "the late result did not come");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

fn request_text(request: &Value) -> String {
    let mut text = format!("{} {}\n", word(&request["method"]), word(&request["url"]));
    for header in request["headers"].as_array().into_iter().flatten() {
        text.extend([word(&header[0]), ": ", word(&header[1]), "\n"]);
    }
    text.push_str(&request["body"].to_string());
    text
}

pub(super) fn milliseconds(answer: &Answer) -> String {
    format!("{:.1} ms", answer.took.as_secs_f64() * 1000.0)
}

pub(super) fn word(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
