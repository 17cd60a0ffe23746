//! What was said, bounded: the oldest turns are forgotten first.

use std::collections::VecDeque;

use crate::message::{Message, ToolCall};

/// Most bytes of a conversation in a request.
const MOST_BYTES: usize = 256 * 1024;
/// Most messages of a conversation.
const MOST_MESSAGES: usize = 1000;

/// The messages of a conversation without its prompt. Each tool call is followed by its answer.
#[derive(Debug, Clone, Default)]
pub struct History {
    messages: VecDeque<Message>,
    bytes: usize,
}

impl History {
    /// Adds a message.
    pub(crate) fn push(&mut self, message: Message) {
        self.bytes += message.size();
        self.messages.push_back(message);
        while (self.bytes > MOST_BYTES || self.messages.len() > MOST_MESSAGES) && self.forget_oldest_turn() {}
    }

    /// Adds what the agent said, and what it called, unless it is nothing.
    pub(crate) fn push_agent(&mut self, text: String, calls: Vec<ToolCall>) {
        if !text.is_empty() || !calls.is_empty() {
            self.push(Message::Assistant { text, calls });
        }
    }

    /// Takes back what of the agent's last words was not heard, in characters from the end of its turn.
    pub(crate) fn unsay(&mut self, mut unheard: usize) {
        for message in self.messages.iter_mut().rev() {
            if unheard == 0 || matches!(message, Message::User(_)) {
                break;
            }
            if let Message::Assistant { text, .. } = message {
                let length = text.chars().count();
                let cut = unheard.min(length);
                unheard -= cut;
                let heard: String = text.chars().take(length - cut).collect();
                self.bytes -= text.len();
                *text = if heard.is_empty() || cut == 0 { heard } else { format!("{}…", heard.trim_end()) };
                self.bytes += text.len();
            }
        }
        let is_nothing = |message: &Message| matches!(message, Message::Assistant { text, calls } if text.is_empty() && calls.is_empty());
        if let Some(last) = self.messages.pop_back_if(|message| is_nothing(message)) {
            self.bytes -= last.size();
        }
    }

    /// Forgets everything up to the second user message: a conversation never begins with an answer to nothing.
    fn forget_oldest_turn(&mut self) -> bool {
        let is_user = |message: &Message| matches!(message, Message::User(_));
        let Some(next) = self.messages.iter().skip(1).position(is_user) else { return false };
        for message in self.messages.drain(..=next) {
            self.bytes -= message.size();
        }
        true
    }

    /// The messages, oldest first.
    pub fn messages(&self) -> impl ExactSizeIterator<Item = &Message> {
        self.messages.iter()
    }
}
