//! Arguments that come in pieces: a call counts only when they are complete.

use std::collections::HashMap;

use super::LinkError;
use crate::input::{ArgumentsInput, CallInput};

/// Calls that may be begun at once on one link.
const MOST_BEGUN: usize = 64;
/// Bytes of pieces that one link may hold.
const MOST_BYTES: usize = 1024 * 1024;
/// Longest id or name, in bytes; a call with a longer one is refused when it is complete, too.
const MOST_NAME: usize = 512;

/// The calls that a link has begun.
#[derive(Debug, Default)]
pub(crate) struct Begun {
    bytes: usize,
    calls: HashMap<String, (String, String)>,
}

impl Begun {
    /// A call begins; one that had begun under the same id is given up.
    pub(crate) fn begin(&mut self, tool_call_id: String, name: String) -> Result<(), LinkError> {
        self.give_up(&tool_call_id);
        if tool_call_id.len() > MOST_NAME || name.len() > MOST_NAME {
            return Err(LinkError::TooMuch("an id or a name is too long"));
        }
        if self.calls.len() >= MOST_BEGUN {
            return Err(LinkError::TooMuch("too many calls have begun and are not complete"));
        }
        self.calls.insert(tool_call_id, (name, String::new()));
        Ok(())
    }

    /// A piece comes. What is too much gives the call up.
    pub(crate) fn add(&mut self, tool_call_id: &str, delta: &str) -> Result<(), LinkError> {
        if self.bytes + delta.len() > MOST_BYTES {
            self.give_up(tool_call_id);
            return Err(LinkError::TooMuch("the arguments are too long"));
        }
        let (_, text) = self.calls.get_mut(tool_call_id).ok_or(LinkError::NotBegun)?;
        text.push_str(delta);
        self.bytes += delta.len();
        Ok(())
    }

    /// The arguments are complete.
    pub(crate) fn complete(&mut self, tool_call_id: String) -> Result<CallInput, LinkError> {
        let (name, text) = self.give_up(&tool_call_id).ok_or(LinkError::NotBegun)?;
        Ok(CallInput {
            tool_call_id: Some(tool_call_id),
            name,
            arguments: ArgumentsInput::Text(text),
            idempotency_key: None,
            confirmation: None,
            traceparent: None,
        })
    }

    /// Forgets a call that began.
    pub(crate) fn give_up(&mut self, tool_call_id: &str) -> Option<(String, String)> {
        let call = self.calls.remove(tool_call_id)?;
        self.bytes -= call.1.len();
        Some(call)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn pieces_become_a_call_once() {
        let mut begun = Begun::default();
        begun.begin("a".to_owned(), "book".to_owned()).unwrap();
        begun.add("a", "{\"sl").unwrap();
        begun.add("a", "ot\":1}").unwrap();
        let call = begun.complete("a".to_owned()).unwrap();
        assert!(matches!(call.arguments, ArgumentsInput::Text(text) if text == "{\"slot\":1}"));
        assert!(matches!(begun.complete("a".to_owned()), Err(LinkError::NotBegun)));
        assert!(matches!(begun.add("a", "x"), Err(LinkError::NotBegun)));
    }

    #[test]
    fn what_is_too_much_is_given_up_and_leaves_room() {
        let mut begun = Begun::default();
        begun.begin("a".to_owned(), "book".to_owned()).unwrap();
        begun.add("a", &"x".repeat(MOST_BYTES)).unwrap();
        assert!(matches!(begun.add("a", "x"), Err(LinkError::TooMuch(_))));
        assert_eq!((begun.bytes, begun.calls.len()), (0, 0));
        for number in 0..MOST_BEGUN {
            begun.begin(number.to_string(), "book".to_owned()).unwrap();
        }
        assert!(matches!(begun.begin("one more".to_owned(), "book".to_owned()), Err(LinkError::TooMuch(_))));
    }
}
