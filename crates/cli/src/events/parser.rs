//! Server-sent events (WHATWG HTML, 9.2.6) from pieces of a byte stream.

/// Longest event kept, in bytes; a longer one is dropped.
const MOST_EVENT: usize = 16 << 20;

/// One event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StreamEvent {
    /// Last `id` seen; empty when there was none.
    pub(crate) id: String,
    /// The `event` field; `message` when there was none.
    pub(crate) kind: String,
    /// The `data` lines.
    pub(crate) data: String,
}

/// Puts events together.
#[derive(Debug, Default)]
pub(crate) struct Parser {
    pending: Vec<u8>,
    id: String,
    kind: String,
    data: String,
    has_data: bool,
    ended_with_return: bool,
}

impl Parser {
    /// Takes the next bytes and gives the events that they complete.
    pub(crate) fn feed(&mut self, bytes: &[u8]) -> Vec<StreamEvent> {
        let mut events = Vec::new();
        for byte in bytes {
            let is_second_half = *byte == b'\n' && self.ended_with_return;
            self.ended_with_return = *byte == b'\r';
            match byte {
                _ if is_second_half => {}
                b'\r' | b'\n' => {
                    let line = std::mem::take(&mut self.pending);
                    events.extend(self.line(&String::from_utf8_lossy(&line)));
                }
                _ if self.pending.len() < MOST_EVENT => self.pending.push(*byte),
                _ => {}
            }
        }
        events
    }

    fn line(&mut self, line: &str) -> Option<StreamEvent> {
        if line.is_empty() {
            return self.dispatch();
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "id" if !value.contains('\0') => value.clone_into(&mut self.id),
            "event" => value.clone_into(&mut self.kind),
            "data" if self.data.len() + value.len() < MOST_EVENT => {
                if self.has_data {
                    self.data.push('\n');
                }
                self.data.push_str(value);
                self.has_data = true;
            }
            _ => {}
        }
        None
    }

    fn dispatch(&mut self) -> Option<StreamEvent> {
        let kind = std::mem::take(&mut self.kind);
        let data = std::mem::take(&mut self.data);
        let kind = if kind.is_empty() { "message".to_owned() } else { kind };
        std::mem::take(&mut self.has_data).then(|| StreamEvent { id: self.id.clone(), kind, data })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn event(id: &str, kind: &str, data: &str) -> StreamEvent {
        StreamEvent { id: id.to_owned(), kind: kind.to_owned(), data: data.to_owned() }
    }

    const STREAM: &str = ": ping\n\nid: 1\nevent: call.started\ndata: {\"a\":\ndata: 1}\n\r\ndata:x\r\n\r\nid:2\n\nevent: none\n\n";

    #[test]
    fn events_are_put_together() {
        let events = Parser::default().feed(STREAM.as_bytes());
        assert_eq!(events, [event("1", "call.started", "{\"a\":\n1}"), event("1", "message", "x")]);
    }

    proptest! {
        #[test]
        fn pieces_of_any_size_give_the_same(at in prop::collection::vec(0..STREAM.len(), 0..20)) {
            let mut at = at;
            at.sort_unstable();
            let (mut parser, mut events, mut from) = (Parser::default(), Vec::new(), 0);
            for to in at.into_iter().chain([STREAM.len()]) {
                events.extend(parser.feed(&STREAM.as_bytes()[from..to]));
                from = to;
            }
            prop_assert_eq!(events, Parser::default().feed(STREAM.as_bytes()));
        }

        #[test]
        fn no_bytes_panic(bytes: Vec<u8>) {
            let _ = Parser::default().feed(&bytes);
        }
    }
}
