//! Binary frames and their tags (contract: 4.2).

use serde_json::{Map, Value, json};

/// Audio: PCM16, mono, little-endian.
const AUDIO: u8 = 1;
/// A transcript.
const TRANSCRIPT: u8 = 2;
/// A control frame: a JSON object.
const CONTROL: u8 = 3;
/// Largest control frame, in bytes.
pub const MOST_CONTROL: usize = 256 * 1024;
/// Largest audio frame, in bytes.
pub const MOST_AUDIO: usize = 64 * 1024;
/// Longest text of a transcript, in characters.
const MOST_TEXT: usize = 4000;

/// A frame of the app's.
#[derive(Debug, Clone, PartialEq)]
pub enum Incoming {
    /// A control frame.
    Control(Map<String, Value>),
    /// Audio, tagged or not.
    Audio,
    /// None of these.
    Unknown,
    /// More than a frame may hold.
    TooLarge,
}

fn object(bytes: &[u8]) -> Option<Map<String, Value>> {
    match hookswitch_api::parse::<Value>(bytes) {
        Ok(Value::Object(members)) => Some(members),
        _ => None,
    }
}

/// Reads a binary frame. Audio may begin with any byte: what parses as a control frame is one.
pub fn of_binary(bytes: &[u8]) -> Incoming {
    if let Some((&CONTROL, rest)) = bytes.split_first()
        && let Some(members) = object(rest)
    {
        return if bytes.len() > MOST_CONTROL { Incoming::TooLarge } else { Incoming::Control(members) };
    }
    let is_audio = bytes.first() == Some(&AUDIO) || bytes.len().is_multiple_of(2);
    match (is_audio && !bytes.is_empty(), bytes.len()) {
        (_, length) if length > MOST_AUDIO => Incoming::TooLarge,
        (true, _) => Incoming::Audio,
        (false, _) => Incoming::Unknown,
    }
}

/// Reads a text frame: an object is a control frame.
pub fn of_text(text: &str) -> Incoming {
    match object(text.as_bytes()) {
        _ if text.len() > MOST_CONTROL => Incoming::TooLarge,
        Some(members) => Incoming::Control(members),
        None => Incoming::Unknown,
    }
}

fn tagged(tag: u8, text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len() + 1);
    bytes.push(tag);
    bytes.extend_from_slice(text.as_bytes());
    bytes
}

/// A control frame. Its `event` is its `type`, too.
pub fn control(event: &str, members: Value) -> Vec<u8> {
    let mut frame = Map::new();
    frame.insert("event".to_owned(), json!(event));
    frame.insert("type".to_owned(), json!(event));
    if let Value::Object(members) = members {
        // What the frame is can't be overwritten.
        frame.extend(members.into_iter().filter(|(name, _)| name != "event" && name != "type"));
    }
    tagged(CONTROL, &Value::Object(frame).to_string())
}

/// What somebody has said, in as many frames as it takes.
pub fn transcript(role: &str, text: &str) -> Vec<Vec<u8>> {
    let fits = |c: &char| !c.is_control() || matches!(c, '\t' | '\n' | '\r');
    let characters: Vec<char> = text.chars().filter(fits).collect();
    let pieces = characters.chunks(MOST_TEXT).map(|piece| {
        let text: String = piece.iter().collect();
        tagged(TRANSCRIPT, &json!({"role": role, "text": text, "final": true}).to_string())
    });
    pieces.collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn frames_are_told_apart_by_tag_and_length() {
        assert!(matches!(of_binary(b"\x03{\"type\":\"x\"}"), Incoming::Control(_)));
        assert_eq!(of_binary(b"\x03[1]"), Incoming::Audio, "even: untagged audio");
        assert_eq!(of_binary(b"\x03[1,2"), Incoming::Unknown);
        assert_eq!(of_binary(b"\x01ab"), Incoming::Audio);
        assert_eq!(of_binary(b"abcd"), Incoming::Audio);
        assert_eq!(of_binary(b"abc"), Incoming::Unknown);
        assert_eq!(of_binary(b""), Incoming::Unknown);
        assert_eq!(of_binary(&vec![0; MOST_AUDIO + 2]), Incoming::TooLarge);
        assert!(matches!(of_text("{}"), Incoming::Control(_)));
        assert_eq!(of_text("hello"), Incoming::Unknown);
    }

    #[test]
    fn a_control_frame_keeps_its_event() {
        let frame = control("end_call", json!({"event": "x", "type": "y", "reason": "bye"}));
        let body: Value = serde_json::from_slice(&frame[1..]).unwrap();
        assert_eq!(body, json!({"event": "end_call", "type": "end_call", "reason": "bye"}));
    }

    proptest! {
        #[test]
        fn transcripts_fit_their_frames(text in "\\PC{0,9000}") {
            let frames = transcript("assistant", &text);
            let mut whole = String::new();
            for frame in &frames {
                prop_assert!(frame.len() <= 16_385 && frame[0] == TRANSCRIPT);
                let body: Value = serde_json::from_slice(&frame[1..]).unwrap();
                whole.push_str(body["text"].as_str().unwrap());
            }
            prop_assert_eq!(whole, text);
        }

        #[test]
        fn no_frame_is_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            of_binary(&bytes);
        }
    }
}
