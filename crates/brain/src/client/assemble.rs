//! Tool calls whose pieces come one after the other. None is complete before the answer is.

use super::chunk::CallPiece;
use crate::error::ModelError;
use crate::message::ToolCall;

/// Most calls of one answer.
const MOST_CALLS: usize = 64;
/// Most bytes of the arguments of one call; the engine's own limit is the same.
const MOST_ARGUMENTS: usize = 256 * 1024;
/// Longest id and name that are kept, in bytes.
const MOST_WORD: usize = 512;

#[derive(Debug)]
struct Part {
    index: Option<u64>,
    call: ToolCall,
}

/// The calls of one answer as far as they have come.
#[derive(Debug, Default)]
pub(crate) struct Assembly {
    parts: Vec<Part>,
}

impl Assembly {
    /// Takes a piece; tells the name of a call that begins with it.
    pub(crate) fn add(&mut self, piece: CallPiece) -> Result<(), ModelError> {
        let at = match piece.index {
            Some(index) => self.parts.iter().position(|part| part.index == Some(index)),
            // Without a place a piece with an id of its own begins a call; one without goes on with the last.
            None => match &piece.id {
                Some(id) => self.parts.iter().position(|part| part.call.id == *id),
                None if piece.name.is_some() => None,
                None => self.parts.len().checked_sub(1),
            },
        };
        let at = match at {
            Some(at) => at,
            None if self.parts.len() >= MOST_CALLS => return Err(ModelError::TooLarge),
            None => {
                let call = ToolCall { id: String::new(), name: String::new(), arguments: String::new() };
                self.parts.push(Part { index: piece.index, call });
                self.parts.len() - 1
            }
        };
        let call = &mut self.parts[at].call;
        if let Some(id) = piece.id.filter(|_| call.id.is_empty()) {
            call.id = id;
        }
        if let Some(name) = piece.name {
            call.name.push_str(&name);
        }
        call.arguments.push_str(&piece.arguments);
        let is_large = call.arguments.len() > MOST_ARGUMENTS;
        if is_large || call.name.len() > MOST_WORD || call.id.len() > MOST_WORD {
            return Err(ModelError::TooLarge);
        }
        Ok(())
    }

    /// The complete calls, in the order of their places. A call without arguments takes none.
    pub(crate) fn finish(self) -> Result<Vec<ToolCall>, ModelError> {
        let mut parts = self.parts;
        parts.sort_by_key(|part| part.index);
        let complete = parts.into_iter().map(|part| {
            let mut call = part.call;
            if call.name.is_empty() {
                return Err(ModelError::Unreadable("a tool call has no name".to_owned()));
            }
            if call.arguments.trim().is_empty() {
                "{}".clone_into(&mut call.arguments);
            }
            Ok(call)
        });
        complete.collect()
    }

    /// Whether there is any.
    pub(crate) fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn piece(index: Option<u64>, id: &str, name: &str, arguments: &str) -> CallPiece {
        let word = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        CallPiece { index, id: word(id), name: word(name), arguments: arguments.to_owned() }
    }

    fn assemble(pieces: Vec<CallPiece>) -> Vec<(String, String, String)> {
        let mut assembly = Assembly::default();
        for piece in pieces {
            assembly.add(piece).unwrap();
        }
        let calls = assembly.finish().unwrap().into_iter();
        calls.map(|call| (call.id, call.name, call.arguments)).collect()
    }

    fn call(id: &str, name: &str, arguments: &str) -> (String, String, String) {
        (id.to_owned(), name.to_owned(), arguments.to_owned())
    }

    #[test]
    fn pieces_may_alternate() {
        let calls = assemble(vec![
            piece(Some(1), "b", "two", ""),
            piece(Some(0), "a", "one", "{\"x\""),
            piece(Some(1), "", "", "{\"y\":2}"),
            piece(Some(0), "", "", ":1}"),
        ]);
        assert_eq!(calls, [call("a", "one", "{\"x\":1}"), call("b", "two", "{\"y\":2}")]);
    }

    #[test]
    fn endpoints_without_places_or_ids_are_understood() {
        let calls = assemble(vec![
            piece(None, "a", "one", "{}"),
            piece(None, "b", "two", ""),
            piece(None, "", "", "{\"y\":2}"),
        ]);
        assert_eq!(calls, [call("a", "one", "{}"), call("b", "two", "{\"y\":2}")]);
        let calls = assemble(vec![piece(None, "", "one", ""), piece(None, "", "two", "{}")]);
        assert_eq!(calls, [call("", "one", "{}"), call("", "two", "{}")]);
    }

    #[test]
    fn too_much_is_refused() {
        let mut assembly = Assembly::default();
        let many = (0..100).map(|index| assembly.add(piece(Some(index), "a", "b", "")));
        assert_eq!(many.filter(Result::is_err).count(), 100 - MOST_CALLS);
        let mut assembly = Assembly::default();
        let long = "x".repeat(MOST_ARGUMENTS + 1);
        assert_eq!(assembly.add(piece(Some(0), "a", "b", &long)), Err(ModelError::TooLarge));
        let mut assembly = Assembly::default();
        assembly.add(piece(Some(0), "a", "", "{}")).unwrap();
        assert!(assembly.finish().is_err());
    }
}
