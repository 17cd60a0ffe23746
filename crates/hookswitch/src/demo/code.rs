//! A Python tool beside the webhooks: what it costs to call code of a tenant.

use std::time::{Duration, Instant};

use anyhow::ensure;
use http::Method;
use serde_json::{Value, json};

use super::api::Api;
use super::script::{call, milliseconds, word};
use super::timeline::{Timeline, Who};

/// How long the first process may take to be ready.
const PATIENCE: Duration = Duration::from_secs(20);

/// The calculator of a vendor's page.
const LOAN: &str = "def calculate_loan_payment(principal, annual_rate, years):
    rate, months = annual_rate / 1200, years * 12
    if rate == 0:
        return {\"monthly_payment\": round(principal / months, 2)}
    payment = principal * rate * (1 + rate) ** months / ((1 + rate) ** months - 1)
    return {\"monthly_payment\": round(payment, 2), \"total_interest\": round(payment * months - principal, 2)}
";

/// Shows a tool of code, or says why there is none here.
pub(super) async fn play(api: &Api, timeline: &Timeline) -> anyhow::Result<()> {
    timeline.chapter("A tool that is code: real CPython, a walled process for each call");
    let python = settled(api).await?;
    if python["state"] != "on" {
        timeline.line(Who::Server, &format!("runs no Python here: {}", word(&python["why"])));
        return Ok(());
    }
    let draft = json!({
        "name": "calculate_loan_payment",
        "description": "What a loan costs a month",
        "kind": "python",
        "effect": "read",
        "python": {"code": LOAN},
        "parameters": [
            {"name": "principal", "required": true, "schema": {"type": "number"}},
            {"name": "annual_rate", "required": true, "schema": {"type": "number"}},
            {"name": "years", "required": true, "schema": {"type": "integer"}}
        ]
    });
    let saved = api.must(Method::POST, "/v1/tools", Some(&draft)).await?.body;
    let isolation = word(&python["isolation"]);
    timeline.line(Who::Team, &format!("registers calculate_loan_payment (python, isolation {isolation})"));
    let body = json!({"tools": [saved["id"]], "channel": "phone"});
    let session = api.must(Method::POST, "/v1/sessions", Some(&body)).await?.body;
    let session = word(&session["id"]).to_owned();
    for (principal, paid) in [(200_000, 1199.1), (180_000, 1079.19), (150_000, 899.33)] {
        // As in a conversation: the caller speaks between two calls.
        tokio::time::sleep(Duration::from_millis(250)).await;
        let arguments = json!({"principal": principal, "annual_rate": 6, "years": 30});
        let answer = call(api, &session, "calculate_loan_payment", arguments.clone()).await?;
        ensure!(
            answer.body["result"]["monthly_payment"] == json!(paid),
            "the loan is wrong: {}",
            answer.body
        );
        let record = record_of(api, word(&answer.body["execution_id"])).await?;
        let code = &record["code"];
        let waiting = if code["warm"] == true { "a process was waiting" } else { "no process was waiting" };
        let inside = record["attempts"][0]["total_ms"].as_f64().unwrap_or_default();
        timeline.line(Who::Agent, &format!("calls calculate_loan_payment {arguments}"));
        timeline.line(
            Who::Server,
            &format!(
                "done in {}: {} (the code: {inside:.2} ms, {waiting})",
                milliseconds(&answer),
                answer.body["result"]
            ),
        );
    }
    api.must(Method::POST, &format!("/v1/sessions/{session}/end"), Some(&json!({}))).await?;
    Ok(())
}

/// What the server says of Python once it has examined this machine.
async fn settled(api: &Api) -> anyhow::Result<Value> {
    let started = Instant::now();
    loop {
        let said = api.must(Method::GET, "/health", None).await?.body["python"].clone();
        if said["state"] != "starting" || started.elapsed() > PATIENCE {
            return Ok(said);
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Records of reads follow within a second.
async fn record_of(api: &Api, id: &str) -> anyhow::Result<Value> {
    let started = Instant::now();
    loop {
        let answer = api.send(Method::GET, &format!("/v1/executions/{id}"), None).await?;
        if answer.status == 200 && answer.body["attempts"][0]["total_ms"].is_number() {
            return Ok(answer.body);
        }
        ensure!(started.elapsed() < PATIENCE, "the record did not come: {}", answer.body);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
