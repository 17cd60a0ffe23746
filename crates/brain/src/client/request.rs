//! The body of a request for a completion.

use bytes::Bytes;
use hookswitch_model::brain::{BrainDraft, ToolChoice};
use serde_json::{Map, Value, json};

use crate::message::Message;

/// What a model is asked.
#[derive(Debug, Clone)]
pub struct Question<'q> {
    /// The conversation so far, prompt first.
    pub messages: &'q [Message],
    /// The functions on offer, in the form of chat completions; empty: none.
    pub functions: &'q [Value],
    /// Whether tools are called.
    pub choice: ToolChoice,
}

/// The body for an endpoint with these settings.
pub(crate) fn body(settings: &BrainDraft, question: &Question<'_>) -> Bytes {
    let mut body = Map::new();
    let mut set = |name: &str, value: Value| drop(body.insert(name.to_owned(), value));
    set("model", Value::from(settings.model.as_str()));
    set("messages", question.messages.iter().map(Message::to_json).collect());
    set("stream", Value::Bool(true));
    if let Some(degree) = settings.temperature {
        set("temperature", json!(degree));
    }
    if let Some(most) = settings.max_tokens {
        // The inventor has renamed it and refuses the old name for new models; most others know only that.
        let is_inventor = settings.base_url.starts_with("https://api.openai.com/");
        set(if is_inventor { "max_completion_tokens" } else { "max_tokens" }, json!(most));
    }
    if !question.functions.is_empty() {
        set("tools", Value::from(question.functions.to_vec()));
        let choice = match question.choice {
            ToolChoice::Auto => "auto",
            ToolChoice::None => "none",
            ToolChoice::Required => "required",
        };
        set("tool_choice", Value::from(choice));
        if let Some(parallel) = settings.parallel_tool_calls {
            set("parallel_tool_calls", Value::Bool(parallel));
        }
    }
    serde_json::to_vec(&Value::Object(body)).unwrap_or_default().into()
}
