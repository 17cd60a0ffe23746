//! What became of a command, read for the ledger. Words for the model come from the result itself.

use hookswitch_model::Outcome;
use hookswitch_telephony::{DriverError, OpResult};
use serde_json::{Value, json};

use crate::Reading;

fn blank(outcome: Outcome) -> Reading {
    Reading {
        outcome,
        result: Value::Null,
        response: Value::Null,
        status: None,
        error: None,
        code: None,
        may_retry: false,
        timed_out: false,
        is_unhealthy: false,
        retry_after: None,
    }
}

/// How an operation ended.
pub fn read_result(result: &OpResult) -> Reading {
    let outcome = result.outcome();
    let response = serde_json::to_value(result).unwrap_or_else(|error| json!({"error": error.to_string()}));
    if outcome == Outcome::Done {
        return Reading { result: result.told(), response, ..blank(outcome) };
    }
    let code = if outcome == Outcome::Unknown { "call_outcome_unknown" } else { "call_failed" };
    Reading { response, error: Some(result.sentence()), code: Some(code), ..blank(outcome) }
}

/// The engine did not take the command.
pub fn read_error(error: &DriverError) -> Reading {
    match error {
        DriverError::Refused(refused) => Reading {
            error: Some(refused.line.clone()),
            response: json!({"refused": refused.code}),
            code: Some("call_refused"),
            ..blank(Outcome::Refused)
        },
        DriverError::Unreachable(_) => Reading {
            error: Some("the phone system can't be reached".to_owned()),
            code: Some("call_engine_unreachable"),
            is_unhealthy: true,
            ..blank(Outcome::Failed)
        },
        DriverError::Lost(_) => Reading { is_unhealthy: true, ..read_lost() },
    }
}

/// Nothing more is heard of an operation.
pub fn read_lost() -> Reading {
    Reading {
        error: Some("nobody can tell what became of it".to_owned()),
        code: Some("call_outcome_unknown"),
        ..blank(Outcome::Unknown)
    }
}

#[cfg(test)]
mod tests {
    use hookswitch_telephony::{Failure, Refused};

    use super::*;

    #[test]
    fn outcomes_are_what_they_are() {
        assert_eq!(read_result(&OpResult::Done).outcome, Outcome::Done);
        let busy = read_result(&OpResult::failed(Failure::Busy, Some(486)));
        assert_eq!(busy.outcome, Outcome::Failed);
        assert_eq!(busy.error.as_deref(), Some("the line is busy, the caller is back with you"));
        let refused = read_error(&DriverError::Refused(Refused::new("call_ended", "the call has ended")));
        assert_eq!(refused.outcome, Outcome::Refused);
        assert_eq!(read_error(&DriverError::Lost(String::new())).outcome, Outcome::Unknown);
        assert_eq!(read_error(&DriverError::Unreachable(String::new())).outcome, Outcome::Failed);
    }
}
