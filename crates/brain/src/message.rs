//! The messages of a conversation as a model reads them.

use serde_json::{Value, json};

/// A tool call that a model made, its arguments as the text they came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToolCall {
    /// The model's id of the call, or ours where it sent none.
    pub id: String,
    /// The function name.
    pub name: String,
    /// JSON text, never repaired.
    pub arguments: String,
}

/// One message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message {
    /// What the brain is told by us: its prompt, late results.
    System(String),
    /// What the user said.
    User(String),
    /// What the agent said and which tools it called.
    Assistant {
        /// What was heard of it.
        text: String,
        /// Its tool calls; each is followed by its [`Message::Tool`].
        calls: Vec<ToolCall>,
    },
    /// What a tool call was answered.
    Tool {
        /// The call.
        id: String,
        /// One JSON text.
        told: String,
    },
}

impl Message {
    /// As chat-completions endpoints take it.
    pub fn to_json(&self) -> Value {
        match self {
            Self::System(text) => json!({"role": "system", "content": text}),
            Self::User(text) => json!({"role": "user", "content": text}),
            Self::Tool { id, told } => json!({"role": "tool", "tool_call_id": id, "content": told}),
            Self::Assistant { text, calls } if calls.is_empty() => {
                json!({"role": "assistant", "content": text})
            }
            Self::Assistant { text, calls } => {
                // With tool calls the content may be null, and some endpoints refuse an empty text there.
                let content = if text.is_empty() { Value::Null } else { Value::from(text.as_str()) };
                let calls: Vec<Value> = calls
                    .iter()
                    .map(|call| {
                        json!({"id": call.id, "type": "function",
                            "function": {"name": call.name, "arguments": call.arguments}})
                    })
                    .collect();
                json!({"role": "assistant", "content": content, "tool_calls": calls})
            }
        }
    }

    /// About how many bytes of a request it takes.
    pub(crate) fn size(&self) -> usize {
        const FRAME: usize = 48;
        FRAME
            + match self {
                Self::System(text) | Self::User(text) => text.len(),
                Self::Tool { id, told } => id.len() + told.len(),
                Self::Assistant { text, calls } => {
                    let call =
                        |call: &ToolCall| FRAME + call.id.len() + call.name.len() + call.arguments.len();
                    text.len() + calls.iter().map(call).sum::<usize>()
                }
            }
    }
}
