//! What the model is told of a result: words that it can speak from, never SIP codes.

use serde_json::{Value, json};

use crate::result::{CallerNow, CollectEnd, Failure, OpResult, Verdict};

impl OpResult {
    /// One JSON value for the model.
    pub fn told(&self) -> Value {
        match self {
            Self::Connected { target, verdict, digits_sent, .. } => {
                let mut told = json!({"connected": true, "to": target.to_string()});
                if let Some(digits) = digits_sent {
                    told["digits_sent"] = json!(digits.as_str());
                }
                if matches!(verdict, Some(Verdict::Unknown | Verdict::Silence)) {
                    told["note"] = json!("could not tell whether a person answered");
                }
                told
            }
            Self::Consulting { target } => {
                json!({"connected": true, "with": target.to_string(), "note": "the caller is on hold"})
            }
            Self::Done => json!({"done": true}),
            Self::DigitsSent { count } => json!({"digits_sent": count}),
            Self::Collected { digits, reason } => {
                let end = match reason {
                    CollectEnd::MaxDigits | CollectEnd::FinishKey => "complete",
                    CollectEnd::Timeout => "no further key was pressed in time",
                    CollectEnd::Hangup => "the caller hung up",
                };
                json!({"digits": digits, "ended": end})
            }
            Self::Failed { .. } | Self::Unknown { .. } => json!({"error": self.sentence()}),
        }
    }

    /// One line on how it ended, speakable.
    pub fn sentence(&self) -> String {
        match self {
            Self::Failed { why, caller, rang_ms, .. } => {
                let what = match (why, rang_ms) {
                    (Failure::NoAnswer, Some(ms)) => {
                        format!("no answer after {} s", (ms + 500) / 1000)
                    }
                    (why, _) => reason(*why).to_owned(),
                };
                match caller {
                    CallerNow::WithAgent => format!("{what}, the caller is back with you"),
                    CallerNow::Gone => format!("{what}, the caller has hung up"),
                }
            }
            Self::Unknown { caller: CallerNow::WithAgent } => {
                "nobody can tell whether it worked; the caller is still with you".to_owned()
            }
            Self::Unknown { caller: CallerNow::Gone } => {
                "the call was handed over; whether it arrived is not known".to_owned()
            }
            _ => "done".to_owned(),
        }
    }
}

fn reason(why: Failure) -> &'static str {
    match why {
        Failure::Busy => "the line is busy",
        Failure::NoAnswer => "no answer",
        Failure::Declined => "the call was declined",
        Failure::Unreachable => "could not be reached",
        Failure::NotFound => "there is no such number",
        Failure::Forbidden => "the phone network does not allow this call",
        Failure::Voicemail => "voicemail answered",
        Failure::Cancelled => "the transfer was stopped",
        Failure::CallerGone => "it ended before it was connected",
        Failure::ReferRefused => "the other side takes no transfers",
        Failure::DtmfNotNegotiated => "the other side takes no key presses",
        Failure::NotAuthorised => "the phone line refused our credentials",
        Failure::Failed => "it did not work",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_model_hears_words() {
        let result = OpResult::Failed {
            why: Failure::NoAnswer,
            code: Some(487),
            caller: CallerNow::WithAgent,
            rang_ms: Some(20_040),
        };
        assert_eq!(result.sentence(), "no answer after 20 s, the caller is back with you");
        assert_eq!(
            OpResult::failed(Failure::Busy, Some(486)).sentence(),
            "the line is busy, the caller is back with you"
        );
    }

    #[test]
    fn codes_have_meanings() {
        let table = [
            (486, Failure::Busy),
            (603, Failure::Declined),
            (480, Failure::NoAnswer),
            (404, Failure::NotFound),
            (503, Failure::Unreachable),
            (407, Failure::NotAuthorised),
        ];
        for (code, why) in table {
            assert_eq!(Failure::of_code(code), why, "{code}");
        }
    }
}
