//! Server-sent events (WHATWG HTML, 9.2.6) out of pieces of bytes; only their data counts here.

use std::collections::VecDeque;

/// Most bytes of one event.
const MOST_EVENT: usize = 1024 * 1024;

/// An event is larger than it may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TooLarge;

/// Takes bytes as they come and gives the data of whole events. What is not UTF-8 is replaced, as the standard says.
#[derive(Debug, Default)]
pub(crate) struct EventReader {
    line: Vec<u8>,
    data: Option<String>,
    /// The last byte was a carriage return: a line feed after it belongs to the same line end.
    after_return: bool,
    has_begun: bool,
    ready: VecDeque<String>,
}

impl EventReader {
    /// Takes the next piece.
    pub(crate) fn push(&mut self, piece: &[u8]) -> Result<(), TooLarge> {
        for byte in piece {
            let was_return = std::mem::replace(&mut self.after_return, *byte == b'\r');
            match byte {
                b'\n' if was_return => {}
                b'\n' | b'\r' => self.end_line(),
                byte => self.line.push(*byte),
            }
            if self.line.len() + self.data.as_ref().map_or(0, String::len) > MOST_EVENT {
                return Err(TooLarge);
            }
        }
        Ok(())
    }

    /// The data of the next whole event.
    pub(crate) fn pop(&mut self) -> Option<String> {
        self.ready.pop_front()
    }

    fn end_line(&mut self) {
        let bytes = std::mem::take(&mut self.line);
        let text = String::from_utf8_lossy(&bytes);
        let is_first = !std::mem::replace(&mut self.has_begun, true);
        let text = if is_first { text.strip_prefix('\u{feff}').unwrap_or(&text) } else { &text };
        if text.is_empty() {
            // An event without data is none.
            self.ready.extend(self.data.take());
            return;
        }
        let (field, value) = text.split_once(':').unwrap_or((text, ""));
        if field == "data" {
            let value = value.strip_prefix(' ').unwrap_or(value);
            match &mut self.data {
                Some(data) => {
                    data.push('\n');
                    data.push_str(value);
                }
                None => self.data = Some(value.to_owned()),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    fn read(pieces: &[&[u8]]) -> Vec<String> {
        let mut reader = EventReader::default();
        for piece in pieces {
            reader.push(piece).unwrap();
        }
        std::iter::from_fn(|| reader.pop()).collect()
    }

    #[test]
    fn data_is_what_counts() {
        let text = b"\xef\xbb\xbf: hello\r\nevent: x\r\ndata: a\r\ndata:b\r\n\r\nid: 3\n\ndata\n\ndata: [DONE]\n\ndata: cut";
        assert_eq!(read(&[text]), ["a\nb", "", "[DONE]"]);
    }

    #[test]
    fn an_endless_line_is_refused() {
        let mut reader = EventReader::default();
        assert_eq!(reader.push(&vec![b'x'; MOST_EVENT + 1]), Err(TooLarge));
        let mut reader = EventReader::default();
        let line = [b"data: ".as_slice(), &vec![b'x'; 1000], b"\n"].concat();
        assert!((0..2000).any(|_| reader.push(&line).is_err()));
    }

    proptest! {
        /// However the bytes are cut, the events are the same.
        #[test]
        fn cuts_change_nothing(
            lines in prop::collection::vec("(data: [a-zé\u{1F600} ]{0,9}|:x|)(\n|\r\n|\r)", 0..20),
            cuts in prop::collection::vec(0_usize..200, 0..8),
        ) {
            let bytes = lines.concat().into_bytes();
            let mut cuts: Vec<usize> = cuts.into_iter().map(|at| at.min(bytes.len())).collect();
            cuts.push(bytes.len());
            cuts.sort_unstable();
            let mut from = 0;
            let pieces: Vec<&[u8]> = cuts.iter().map(|to| {
                let piece = &bytes[from..*to];
                from = *to;
                piece
            }).collect();
            prop_assert_eq!(read(&pieces), read(&[&bytes]));
        }
    }
}
