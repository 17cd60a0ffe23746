//! Tests of tools: what they are tried with, and the executor's result (burki: 2.7, 3.3).

use hookswitch_engine::{DryRun, Trial, TrialInput};
use hookswitch_model::execution::CodeRecord;
use hookswitch_model::{Outcome, Stamp};
use serde_json::{Map, Value, json};

use super::lambda_result::{self, is_invocation};
use super::new_tool::is_context_name;
use super::read::{Members, Reader};
use super::refusal::Refusal;
use super::style::{Item, Problem};

/// What is said of code that returned a value and has nothing to say itself.
const EXECUTED: &str = "Function executed successfully";

/// What a test gives.
#[derive(Debug, Default)]
pub struct Wanted {
    /// Arguments.
    pub parameters: Map<String, Value>,
    /// Values of the call, and session variables.
    pub context: Map<String, Value>,
}

impl Wanted {
    /// Reads a body; `name` is the member that holds the arguments.
    pub fn read(body: &Value, name: &str) -> Result<Self, Refusal> {
        let Some(map) = body.as_object() else {
            return Err(Refusal::item(Item::new(vec!["body".into()], Problem::NotObject, body)));
        };
        let members = Members::new(map, vec!["body".into()]);
        let mut reader = Reader::default();
        let parameters = reader.object(&members, name).cloned().unwrap_or_default();
        let context = reader.object(&members, "context_variables").cloned().unwrap_or_default();
        reader.finish()?;
        Ok(Self { parameters, context })
    }

    /// What the engine takes. There is no call and no assistant: both have the number 0.
    pub fn into_input(self) -> TrialInput {
        let mut system = Map::new();
        for (name, value) in [("phone_number", "from"), ("to_number", "to"), ("direction", "direction")] {
            if let Some(given) = self.context.get(name).filter(|given| !given.is_null()) {
                system.insert(value.to_owned(), given.clone());
            }
        }
        // Who is who goes by the direction.
        if system.get("direction") == Some(&json!("outbound")) {
            let (from, to) = (system.remove("from"), system.remove("to"));
            system.extend(to.map(|to| ("from".to_owned(), to)));
            system.extend(from.map(|from| ("to".to_owned(), from)));
        }
        system.insert("session_number".to_owned(), json!(0));
        system.insert("agent_number".to_owned(), json!(0));
        system.insert("agent_name".to_owned(), json!("test"));
        let variables = self.context.into_iter().filter(|(name, _)| !is_context_name(name)).collect();
        TrialInput {
            arguments: Value::Object(self.parameters),
            variables,
            system,
            config: Map::new(),
            dry_run: DryRun::No,
        }
    }
}

/// The executor's result. `budget` is the tool's, in milliseconds.
pub fn executor_result(trial: &Trial, budget: u64, now: Stamp) -> Value {
    let is_success = trial.outcome == Some(Outcome::Done);
    let mut result = json!({"success": is_success, "timestamp": now.micros() as f64 / 1_000_000.0});
    if is_invocation(trial.request.as_ref()) {
        let (message, data) = lambda_result::members(trial);
        if let Some(message) = message {
            result["message"] = json!(message);
        }
        if let Some(data) = data {
            result["data"] = data;
        }
    } else if let Some(code) = &trial.code_record {
        if is_success {
            returned(trial, &mut result);
        }
        result["logs"] = logs_of(code);
    } else if let Some(request) = &trial.request {
        if is_success {
            result["message"] = json!(format!("Successfully called {} {}", request.method, request.url));
        }
        if trial.status.is_some() {
            result["data"] = json!({
                "status_code": trial.status,
                "response": trial.response,
                "url": request.url,
                "method": request.method,
            });
        }
    } else if is_success {
        result["data"] = trial.told.clone();
    }
    if !is_success {
        result["error"] = json!(error_of(trial, budget));
    }
    result
}

/// A value that code returned. A dictionary of `execute_tool`, which the model gets without its `success`, brings its own
/// message and data.
fn returned(trial: &Trial, result: &mut Value) {
    let is_told_of_success = trial.told.get("success").is_some();
    let own = trial.response.as_object().filter(|own| own.contains_key("success") && !is_told_of_success);
    let Some(own) = own else {
        result["message"] = json!(EXECUTED);
        result["data"] = trial.response.clone();
        return;
    };
    let mut rest = own.clone();
    rest.shift_remove("success");
    result["message"] =
        rest.shift_remove("message").filter(|own| !own.is_null()).unwrap_or_else(|| json!(EXECUTED));
    match rest.shift_remove("data") {
        Some(data) => {
            result["data"] = data;
            for (name, value) in rest.into_iter().filter(|(name, _)| name != "timestamp" && name != "error") {
                result[name] = value;
            }
        }
        None => result["data"] = Value::Object(rest),
    }
}

/// What code left for its author.
pub fn logs_of(code: &CodeRecord) -> Value {
    json!({"stdout": code.stdout, "stderr": code.stderr, "traceback": code.traceback, "line": code.line})
}

/// One line on what went wrong; of what kept an answer from coming only the kind.
pub fn error_of(trial: &Trial, budget: u64) -> String {
    let text = trial.error.clone().unwrap_or_else(|| "failed".to_owned());
    if trial.code_record.is_some() {
        return text;
    }
    if trial.timed_out {
        return format!("Request timeout after {} seconds", budget as f64 / 1000.0);
    }
    match trial.code {
        Some("http_status" | "redirected") | None => text,
        // Its words name the region already.
        Some(_) if is_invocation(trial.request.as_ref()) => text,
        Some(code) => error_of_code(code),
    }
}

/// The words for what kept an answer from coming: `Connection error: refused`.
pub fn error_of_code(code: &str) -> String {
    match code {
        "response_too_large" => "Response too large".to_owned(),
        "egress_refused" => "Connection error: blocked address".to_owned(),
        "connect_refused" => "Connection error: refused".to_owned(),
        "connect_timeout" | "deadline_unsent" => "Connection error: timeout".to_owned(),
        "tls_failed" => "Connection error: tls".to_owned(),
        code if code.starts_with("dns") => "Connection error: dns".to_owned(),
        "connect_failed" | "peer_mismatch" | "connection_lost_unsent" | "connection_lost" => {
            "Connection error: reset".to_owned()
        }
        "redirect_failed" => "redirect refused".to_owned(),
        "bad_response" | "bad_encoding" => "Request error: invalid response".to_owned(),
        _ => "Request error: failed".to_owned(),
    }
}

/// The answer of a test of a stored tool.
pub fn of_tool(trial: &Trial, budget: u64, now: Stamp) -> Value {
    let result = executor_result(trial, budget, now);
    let duration = (trial.total_us as f64 / 1000.0).round() as u64;
    if trial.outcome == Some(Outcome::Done) {
        return json!({"success": true, "result": result, "duration_ms": duration,
            "message": "Tool executed successfully"});
    }
    let error = error_of(trial, budget);
    json!({"success": false, "error": error, "result": result, "duration_ms": duration,
        "message": format!("Tool execution failed: {error}")})
}

/// The answer of a test of a definition that is not stored.
pub fn of_draft(trial: &Trial, budget: u64, now: Stamp) -> Value {
    if trial.outcome == Some(Outcome::Done) {
        return json!({"success": true, "result": executor_result(trial, budget, now),
            "message": "Tool test completed successfully"});
    }
    let mut answer = not_run(&error_of(trial, budget));
    if let Some(code) = &trial.code_record {
        answer["logs"] = logs_of(code);
    }
    answer
}

/// The answer of a test that could not begin.
pub fn not_run(error: &str) -> Value {
    json!({"success": false, "error": error, "message": format!("Tool test failed: {error}")})
}
