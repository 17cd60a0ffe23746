//! A test of a tool: what is given, and how it went (bland: 2.5).

use hookswitch_engine::{DryRun, Trial, TrialInput};
use hookswitch_model::Outcome;
use hookswitch_model::execution::{ExtractedVariable, RequestRecord};
use serde_json::{Map, Value, json};

use super::problem::{INVALID_PARAMETER, Item, Problem, TOOL_TEST_FAILED};

/// The test of a body.
pub fn of_body(body: &Value) -> Result<TrialInput, Problem> {
    let Some(members) = body.as_object() else {
        return Err(Problem::new(INVALID_PARAMETER, "The body must be a JSON object."));
    };
    let variables = match members.get("request_data") {
        None | Some(Value::Null) => Map::new(),
        Some(Value::Object(members)) => members.clone(),
        Some(_) => {
            let message = "request_data must be an object.";
            return Err(Problem::at(INVALID_PARAMETER, "request_data", message));
        }
    };
    Ok(TrialInput {
        arguments: members.get("input").filter(|input| !input.is_null()).cloned().unwrap_or(json!({})),
        variables,
        system: Map::new(),
        config: Map::new(),
        dry_run: DryRun::No,
    })
}

/// How it went: the same keys whether the webhook succeeded or not. `skipped` are mappings that can't be set.
pub fn answer(trial: &Trial, skipped: &[(String, String)]) -> Value {
    let is_success = trial.outcome == Some(Outcome::Done);
    let reason = trial.error.as_deref().unwrap_or("the webhook did not succeed");
    let message =
        if is_success { "Tool test completed.".to_owned() } else { format!("Tool test failed: {reason}") };
    let named = trial.extracted.iter().map(|extracted| extracted.name.as_str());
    let variables: Map<String, Value> = named
        .filter_map(|name| trial.variables.get(name).map(|value| (name.to_owned(), value.clone())))
        .collect();
    let errors = if is_success {
        Value::Null
    } else {
        let item = Item { code: TOOL_TEST_FAILED, message: message.clone(), field: None };
        json!([item.body()])
    };
    json!({
        "status": if is_success { "success" } else { "error" },
        "message": message,
        "response": trial.response,
        "status_code": trial.status,
        "duration_ms": milliseconds(trial.total_us),
        "variables": variables,
        "mappings": mappings(&trial.extracted, skipped),
        "request": trial.request.as_ref().map(request),
        "unset_variables": trial.unset,
        "timed_out": trial.timed_out,
        "data": null,
        "errors": errors,
    })
}

/// A request as recorded.
pub fn request(record: &RequestRecord) -> Value {
    let headers: Map<String, Value> =
        record.headers.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
    json!({"method": record.method, "url": record.url, "headers": headers, "body": record.body})
}

/// How each mapping went.
pub fn mappings(extracted: &[ExtractedVariable], skipped: &[(String, String)]) -> Value {
    let ran = extracted.iter().map(
        |extracted| json!({"name": extracted.name, "path": extracted.path, "outcome": extracted.outcome}),
    );
    let skipped =
        skipped.iter().map(|(name, path)| json!({"name": name, "path": path, "outcome": "skipped_invalid"}));
    ran.chain(skipped).collect()
}

/// Milliseconds with the fraction that was measured.
pub fn milliseconds(micros: u64) -> f64 {
    micros as f64 / 1000.0
}
