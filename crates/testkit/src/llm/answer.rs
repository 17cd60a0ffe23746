//! What a scripted model answers, whole or in pieces.

use std::time::Duration;

use serde_json::{Value, json};

use crate::{Reply, Step};

/// A tool call of a scripted model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LlmCall {
    /// Its id.
    pub id: String,
    /// The function.
    pub name: String,
    /// JSON text.
    pub arguments: String,
}

/// What a scripted model answers.
#[derive(Debug, Clone)]
pub struct LlmAnswer {
    pieces: Vec<String>,
    calls: Vec<LlmCall>,
    finish: Option<&'static str>,
    pause: Option<Duration>,
    /// How many events are sent before the connection is reset.
    cut_after: Option<usize>,
    reply: Option<Reply>,
}

impl LlmAnswer {
    /// Says this, word by word.
    pub fn say(text: &str) -> Self {
        let pieces = text.split_inclusive(' ').map(str::to_owned).collect();
        Self { pieces, calls: Vec::new(), finish: None, pause: None, cut_after: None, reply: None }
    }

    /// Calls a function.
    pub fn call(id: &str, name: &str, arguments: &Value) -> Self {
        Self::say("").and_call(id, name, arguments)
    }

    /// Calls a function, too.
    #[must_use]
    pub fn and_call(self, id: &str, name: &str, arguments: &Value) -> Self {
        self.and_call_text(id, name, &arguments.to_string())
    }

    /// Calls a function with whatever text for its arguments.
    #[must_use]
    pub fn and_call_text(mut self, id: &str, name: &str, arguments: &str) -> Self {
        let call = LlmCall { id: id.to_owned(), name: name.to_owned(), arguments: arguments.to_owned() };
        self.calls.push(call);
        self
    }

    /// Ends for another reason than the usual: `length`, `content_filter`.
    #[must_use]
    pub const fn ending(mut self, finish: &'static str) -> Self {
        self.finish = Some(finish);
        self
    }

    /// Waits before each event.
    #[must_use]
    pub const fn slowly(mut self, pause: Duration) -> Self {
        self.pause = Some(pause);
        self
    }

    /// Resets the connection after so many events.
    #[must_use]
    pub const fn cut_after(mut self, events: usize) -> Self {
        self.cut_after = Some(events);
        self
    }

    /// An error in the form of the specification.
    pub fn error(status: u16, kind: &str, message: &str) -> Self {
        let body = json!({"error": {"message": message, "type": kind, "param": null, "code": null}});
        let reply = Reply::with(status, &[("content-type", "application/json")], body.to_string());
        Self::raw(reply)
    }

    /// Any reply at all.
    pub fn raw(reply: Reply) -> Self {
        Self { reply: Some(reply), ..Self::say("") }
    }

    pub(super) fn into_reply(self, model: &str, is_streamed: bool) -> Reply {
        match self.reply {
            Some(reply) => reply,
            None if is_streamed => self.stream(model),
            None => Reply::json(&self.whole(model).to_string()),
        }
    }

    fn finish(&self) -> &'static str {
        self.finish.unwrap_or(if self.calls.is_empty() { "stop" } else { "tool_calls" })
    }

    fn whole(&self, model: &str) -> Value {
        let text = self.pieces.concat();
        let content = if text.is_empty() && !self.calls.is_empty() { Value::Null } else { Value::from(text) };
        let mut message = json!({"role": "assistant", "content": content, "refusal": null});
        if !self.calls.is_empty() {
            let call = |call: &LlmCall| {
                json!({"id": call.id, "type": "function",
                    "function": {"name": call.name, "arguments": call.arguments}})
            };
            message["tool_calls"] = self.calls.iter().map(call).collect();
        }
        json!({"id": "chatcmpl-scripted", "object": "chat.completion", "created": 1_700_000_000, "model": model,
            "choices": [{"index": 0, "message": message, "logprobs": null, "finish_reason": self.finish()}],
            "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}})
    }

    /// The deltas in the order in which OpenAI sends them: role, text, then each call with its name and its arguments
    /// in pieces.
    fn deltas(&self) -> Vec<Value> {
        let mut deltas = vec![json!({"role": "assistant", "content": "", "refusal": null})];
        let texts = self.pieces.iter().filter(|piece| !piece.is_empty());
        deltas.extend(texts.map(|piece| json!({"content": piece})));
        for (index, call) in self.calls.iter().enumerate() {
            let function = json!({"name": call.name, "arguments": ""});
            deltas.push(json!({"tool_calls": [{"index": index, "id": call.id, "type": "function",
                "function": function}]}));
            let characters: Vec<char> = call.arguments.chars().collect();
            for piece in characters.chunks(7) {
                let piece: String = piece.iter().collect();
                deltas.push(json!({"tool_calls": [{"index": index, "function": {"arguments": piece}}]}));
            }
        }
        deltas
    }

    fn stream(&self, model: &str) -> Reply {
        let chunk = |delta: &Value, finish: Value| {
            json!({"id": "chatcmpl-scripted", "object": "chat.completion.chunk", "created": 1_700_000_000,
                "model": model, "system_fingerprint": null,
                "choices": [{"index": 0, "delta": delta, "logprobs": null, "finish_reason": finish}]})
            .to_string()
        };
        let mut events: Vec<String> = self.deltas().iter().map(|delta| chunk(delta, Value::Null)).collect();
        events.push(chunk(&json!({}), Value::from(self.finish())));
        events.push("[DONE]".to_owned());
        let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\n\
            cache-control: no-cache\r\ntransfer-encoding: chunked\r\n\r\n";
        let mut steps = vec![Step::Write(head.into())];
        for (number, event) in events.into_iter().enumerate() {
            if self.cut_after == Some(number) {
                steps.push(Step::Reset);
                return Reply::steps(steps);
            }
            steps.extend(self.pause.map(Step::Pause));
            let event = format!("data: {event}\n\n");
            steps.push(Step::Write(format!("{:x}\r\n{event}\r\n", event.len()).into()));
        }
        steps.push(Step::Write("0\r\n\r\n".into()));
        Reply::steps(steps)
    }
}
