//! The list of what was left out.

use std::fmt::Write as _;

use super::measure::string_bytes;

/// The member that tells of the cut.
pub(super) const MEMBER: &str = "_truncated";

/// Most places that are named.
const MAX_PLACES: usize = 16;
/// Room for the closing `"… 18446744073709551615 more"` and its comma.
const MORE_BYTES: usize = 32;

/// Bytes of everything around the result and the list.
pub(super) fn frame_bytes() -> usize {
    r#"{"result":,"_truncated":{"bytes":18446744073709551615,"left_out":[]}}"#.len()
}

/// One step from the root to a value.
#[derive(Debug, Clone, Copy)]
pub(super) enum Step<'v> {
    Member(&'v str),
    Item(usize),
}

/// Collects places until its room is used up, then counts.
pub(super) struct Notes {
    room: usize,
    places: Vec<String>,
    more: usize,
}

impl Notes {
    pub(super) fn new(room: usize) -> Self {
        Self { room: room.saturating_sub(MORE_BYTES), places: Vec::new(), more: 0 }
    }

    /// Whether another place would be named; if not, [`Notes::count`] is enough.
    pub(super) fn has_room(&self) -> bool {
        self.more == 0 && self.places.len() < MAX_PLACES
    }

    pub(super) fn count(&mut self, places: usize) {
        self.more += places;
    }

    /// Names the place at `steps` followed by `end`.
    pub(super) fn add(&mut self, steps: &[Step<'_>], end: &str) {
        if !self.has_room() {
            return self.count(1);
        }
        let mut place = String::from("$");
        for step in steps {
            match step {
                Step::Item(index) => {
                    // Writing to a String can't fail.
                    let _ = write!(place, "[{index}]");
                }
                Step::Member(name) => push_member(&mut place, name),
            }
            // A place this long is never named; no need to write it out.
            if place.len() > self.room {
                return self.count(1);
            }
        }
        place.push_str(end);
        match self.room.checked_sub(string_bytes(&place) + 1) {
            Some(room) => {
                self.room = room;
                self.places.push(place);
            }
            None => self.count(1),
        }
    }

    pub(super) fn finish(mut self) -> Vec<String> {
        if self.more > 0 {
            self.places.push(format!("… {} more", self.more));
        }
        self.places
    }
}

fn push_member(place: &mut String, name: &str) {
    let starts_well = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    if starts_well && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
        place.push('.');
        place.push_str(name);
    } else {
        place.push_str("['");
        place.push_str(&name.replace('\\', "\\\\").replace('\'', "\\'"));
        place.push_str("']");
    }
}
