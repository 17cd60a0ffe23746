//! Verbs on the call: the app has the call, so it is asked to do them, and the model hears that it was.

use hookswitch_brain::CallSide;
use hookswitch_model::{ExecutionId, Outcome};
use serde_json::{Value, json};
use tokio::sync::mpsc;

/// Verbs that wait to be told to the app.
const MOST_WAITING: usize = 64;
/// What an app can do.
const VERBS: [&str; 5] = ["transfer_to_human", "send_dtmf", "play_hold", "collect", "end_call"];

/// A verb.
#[derive(Debug)]
pub(super) struct Verb {
    pub(super) id: ExecutionId,
    pub(super) action: String,
    pub(super) params: Value,
}

/// Hands verbs to the session's talk.
#[derive(Debug)]
pub(super) struct Apparatus(mpsc::Sender<Verb>);

impl Apparatus {
    pub(super) fn new() -> (Self, mpsc::Receiver<Verb>) {
        let (verbs, taken) = mpsc::channel(MOST_WAITING);
        (Self(verbs), taken)
    }
}

impl CallSide for Apparatus {
    fn take(&self, id: ExecutionId, action: &str, params: &Value) -> Option<(Outcome, Value)> {
        // One of another dialect that does the same.
        let action = match action {
            "keypad_input" => "send_dtmf",
            "conversation_ending" => "end_call",
            other => other,
        };
        if !VERBS.contains(&action) {
            return None;
        }
        self.0.try_send(Verb { id, action: action.to_owned(), params: params.clone() }).ok()?;
        Some((Outcome::Done, json!({"status": "requested"})))
    }
}
