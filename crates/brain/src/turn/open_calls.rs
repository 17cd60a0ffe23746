//! Tool calls that the model has made and that have not all been answered.

use serde_json::Value;

use super::step::Reply;
use crate::message::Message;

/// What stands in the place of an answer that has not come when the conversation goes on.
const STILL_RUNNING: &str =
    r#"{"status":"still running","note":"its result will be told when it is there; do not call it again"}"#;

#[derive(Debug)]
struct OpenCall {
    id: String,
    name: String,
    answer: Option<(Value, Reply)>,
}

/// The calls of the model's last answer, in its order.
#[derive(Debug, Default)]
pub(super) struct OpenCalls {
    calls: Vec<OpenCall>,
    /// Calls that the conversation has gone on without: id and name.
    left_behind: Vec<(String, String)>,
}

/// Most calls that are remembered after the conversation went on without them.
const MOST_LEFT: usize = 64;

impl OpenCalls {
    pub(super) fn open(&mut self, id: String, name: String) {
        self.calls.push(OpenCall { id, name, answer: None });
    }

    /// Notes an answer. `Err` gives it back with the call's name when the conversation has gone on without it.
    pub(super) fn answer(
        &mut self,
        id: &str,
        told: Value,
        reply: Reply,
    ) -> Result<(), Option<(String, Value)>> {
        if let Some(call) = self.calls.iter_mut().find(|call| call.id == id && call.answer.is_none()) {
            call.answer = Some((told, reply));
            return Ok(());
        }
        match self.left_behind.iter().position(|(left, _)| left == id) {
            Some(at) => Err(Some((self.left_behind.remove(at).1, told))),
            None => Err(None),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.calls.is_empty()
    }

    /// Whether any answer is still to come.
    pub(super) fn are_awaited(&self) -> bool {
        !self.left_behind.is_empty() || !self.are_answered()
    }

    pub(super) fn are_answered(&self) -> bool {
        self.calls.iter().all(|call| call.answer.is_some())
    }

    /// What the brain may do with the answers together: speak for any that may be spoken for, call tools only when
    /// all allow it. What may neither be spoken for nor called after has no say.
    pub(super) fn reply(&self) -> Reply {
        let replies = self.calls.iter().filter_map(|call| call.answer.as_ref().map(|(_, reply)| *reply));
        let heard: Vec<Reply> = replies.filter(|reply| reply.may_speak || reply.may_call_tools).collect();
        Reply {
            may_speak: heard.iter().any(|reply| reply.may_speak),
            may_call_tools: !heard.is_empty() && heard.iter().all(|reply| reply.may_call_tools),
        }
    }

    /// The answers as messages; what has not been answered gets a stand-in and is left behind.
    pub(super) fn take(&mut self) -> Vec<Message> {
        let calls = std::mem::take(&mut self.calls);
        let mut messages = Vec::with_capacity(calls.len());
        for call in calls {
            let told = if let Some((told, _)) = call.answer {
                told.to_string()
            } else {
                self.left_behind.push((call.id.clone(), call.name));
                if self.left_behind.len() > MOST_LEFT {
                    self.left_behind.remove(0);
                }
                STILL_RUNNING.to_owned()
            };
            messages.push(Message::Tool { id: call.id, told });
        }
        messages
    }
}
