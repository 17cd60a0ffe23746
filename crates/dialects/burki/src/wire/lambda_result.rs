//! The executor's result of a Lambda function (burki: 3.5).

use hookswitch_engine::Trial;
use hookswitch_model::Outcome;
use hookswitch_model::execution::RequestRecord;
use serde_json::{Value, json};

/// Whether a request was an invocation: it says so in its headers.
pub fn is_invocation(request: Option<&RequestRecord>) -> bool {
    request.is_some_and(|request| request.headers.iter().any(|(name, _)| name == "x-amz-invocation-type"))
}

/// Message and data of a result; the message is there for successes only, the data when AWS answered.
pub fn members(trial: &Trial) -> (Option<&'static str>, Option<Value>) {
    let message = (trial.outcome == Some(Outcome::Done)).then_some("Lambda function executed successfully");
    (message, trial.status.map(|status| data(trial, status)))
}

fn data(trial: &Trial, status: u16) -> Value {
    let function_error = match trial.code {
        Some("function_error") => Some("Unhandled"),
        Some("function_error_handled") => Some("Handled"),
        _ => None,
    };
    let logs = trial.code_record.as_ref().map(|code| code.stdout.as_str()).filter(|logs| !logs.is_empty());
    let mut data = json!({
        "status_code": status,
        "function_error": function_error,
        "log_result": logs.map(base64),
        "payload": trial.response,
        "logs": logs,
    });
    if function_error == Some("Handled") {
        data["handled_error"] = json!(true);
    }
    data
}

fn base64(text: &str) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(text)
}
