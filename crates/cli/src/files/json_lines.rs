//! Lines in a JSON text that has been read already, and is therefore well-formed.

use super::{Lines, Place};

/// Finds the line of every part of a JSON text.
pub(crate) fn json_lines(text: &str) -> Lines {
    let mut walk = Walk { bytes: text.as_bytes(), at: 0, line: 1, lines: Lines::default() };
    walk.value(&Place::root());
    walk.lines
}

struct Walk<'a> {
    bytes: &'a [u8],
    at: usize,
    line: usize,
    lines: Lines,
}

impl Walk<'_> {
    fn value(&mut self, place: &Place) {
        self.skip_space();
        self.lines.note(place, self.line);
        match self.peek() {
            Some(b'{') => self.object(place),
            Some(b'[') => self.list(place),
            Some(b'"') => {
                self.string();
            }
            _ => {
                while self
                    .peek()
                    .is_some_and(|byte| !matches!(byte, b',' | b'}' | b']') && !byte.is_ascii_whitespace())
                {
                    self.at += 1;
                }
            }
        }
    }

    fn object(&mut self, place: &Place) {
        self.at += 1;
        loop {
            self.skip_space();
            match self.peek() {
                Some(b'"') => {
                    let line = self.line;
                    let key = self.string();
                    let at = place.member(&key);
                    self.skip_space();
                    self.at += 1;
                    self.value(&at);
                    self.lines.note(&at, line);
                }
                Some(b',') => self.at += 1,
                _ => {
                    self.at += 1;
                    return;
                }
            }
        }
    }

    fn list(&mut self, place: &Place) {
        self.at += 1;
        for position in 0.. {
            self.skip_space();
            let before = self.at;
            if !matches!(self.peek(), None | Some(b']')) {
                self.value(&place.item(position));
                self.skip_space();
                if self.peek() == Some(b',') {
                    self.at += 1;
                }
            }
            if self.at == before {
                self.at += 1;
                return;
            }
        }
    }

    /// Steps over a string and reads it.
    fn string(&mut self) -> String {
        let start = self.at;
        self.at += 1;
        while let Some(byte) = self.peek() {
            self.at += if byte == b'\\' { 2 } else { 1 };
            if byte == b'"' {
                break;
            }
        }
        let end = self.at.min(self.bytes.len());
        serde_json::from_slice(&self.bytes[start..end]).unwrap_or_default()
    }

    fn skip_space(&mut self) {
        while let Some(byte) = self.peek().filter(u8::is_ascii_whitespace) {
            self.line += usize::from(byte == b'\n');
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_part_has_its_line() {
        let text = "{\n  \"a\": [\n    {\"b\\\"c\": 1},\n    2\n  ],\n  \"d\": {}\n}";
        let lines = json_lines(text);
        assert_eq!(lines.find(&Place::root(), "$.a"), Some(2));
        assert_eq!(lines.find(&Place::root(), "$.a[0]"), Some(3));
        assert_eq!(lines.find(&Place::root(), "$.a[1]"), Some(4));
        assert_eq!(lines.find(&Place::root(), "$.d"), Some(6));
        assert_eq!(lines.find(&Place::root(), "$.d.missing"), Some(6));
    }

    proptest! {
        #[test]
        fn any_text_comes_to_an_end(text in "[{}\\[\\],:\"\\\\ \\n0-9a]{0,60}") {
            let _ = json_lines(&text);
        }
    }
}
