//! What of a phone call there is in a text conversation: keys that are pressed, an end, and silence.

use hookswitch_brain::CallSide;
use hookswitch_model::{ExecutionId, Outcome};
use serde_json::{Value, json};
use tokio::sync::mpsc;

/// Operations that wait to be told to the client.
const MOST_WAITING: usize = 64;

/// An operation.
#[derive(Debug)]
pub(super) enum Act {
    /// Keys are pressed.
    Digits(String),
    /// The conversation ends when the agent has spoken.
    End,
    /// The agent says nothing; after so many seconds of silence it does.
    Silence(Option<f64>),
}

/// Hands operations to the conversation.
#[derive(Debug)]
pub(super) struct Apparatus(mpsc::Sender<Act>);

impl Apparatus {
    pub(super) fn new() -> (Self, mpsc::Receiver<Act>) {
        let (acts, taken) = mpsc::channel(MOST_WAITING);
        (Self(acts), taken)
    }
}

impl CallSide for Apparatus {
    fn take(&self, _id: ExecutionId, action: &str, params: &Value) -> Option<(Outcome, Value)> {
        let (act, told) = match action {
            "keypad_input" | "send_dtmf" => {
                let digits = params.get("digits").and_then(Value::as_str)?;
                (Act::Digits(digits.to_owned()), json!({ "sent": digits }))
            }
            "conversation_ending" | "end_call" => (Act::End, json!({"ended": true})),
            "choose_not_to_respond" => {
                let seconds = params.get("respond_after_sec").and_then(Value::as_f64);
                (Act::Silence(seconds), json!({"ok": true}))
            }
            _ => return None,
        };
        self.0.try_send(act).ok()?;
        Some((Outcome::Done, told))
    }
}
