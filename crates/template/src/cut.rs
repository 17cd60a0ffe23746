//! Cutting of JSON results at their structure (pyai: 3.3; semantics: What the model is told).

mod measure;
mod note;
mod prune;

use serde_json::{Map, Value, json};

use self::prune::{Caps, Pruned, prune};

/// Largest result for a model unless told otherwise, in bytes of compact UTF-8 JSON.
pub const DEFAULT_LIMIT: usize = 6144;
/// Smallest limit that is kept; smaller ones are raised to it, so that the note fits.
pub const MIN_LIMIT: usize = 256;
/// Deepest nesting that is kept; most JSON readers stop soon after.
pub const MAX_DEPTH: usize = 100;

/// Longest string in a result that is cut, in bytes of its JSON text.
const MAX_STRING: usize = 1024;

/// A result that fits.
#[derive(Debug, Clone, PartialEq)]
pub struct Cut {
    /// The result, changed only if it was too large.
    pub value: Value,
    /// Size of the whole result, in bytes of compact JSON.
    pub original_bytes: usize,
    /// Whether anything was shortened or left out.
    pub was_cut: bool,
}

/// Makes `value` fit into `limit` bytes of compact JSON (at least [`MIN_LIMIT`]).
///
/// What fits is not changed. Otherwise strings over 1 KiB are shortened and end with `…`; if that is not enough, all
/// arrays lose their tails; then objects their last members; then what lies deepest. An object gains `_truncated`
/// (in place of a member of that name), every other value is wrapped: `{"result":…,"_truncated":{"bytes":N,
/// "left_out":["$.items[40..99]"]}}`. `left_out` names the first places, and how many more there are.
///
/// Every attempt stops at the limit, so the work is one pass over the value and some forty over `limit` bytes.
pub fn cut(value: Value, limit: usize) -> Cut {
    let limit = limit.max(MIN_LIMIT);
    let size = measure::measure(&value);
    if size.bytes <= limit && size.depth <= MAX_DEPTH {
        return Cut { value, original_bytes: size.bytes, was_cut: false };
    }
    let notes = limit / 8;
    let frame = note::frame_bytes() + notes;
    let pruned = fit(&value, limit - frame, notes);
    Cut { value: with_note(value.is_object(), pruned, size.bytes), original_bytes: size.bytes, was_cut: true }
}

/// The mildest pruning that fits into `budget` bytes.
fn fit(value: &Value, budget: usize, notes: usize) -> Pruned {
    let all = Caps {
        string: MAX_STRING.min(budget / 4),
        items: usize::MAX,
        members: usize::MAX,
        depth: MAX_DEPTH,
        budget,
        notes,
    };
    let one_item = Caps { items: 1, ..all };
    let one_member = Caps { members: 1, ..one_item };
    // An item takes two bytes at least, a member five.
    prune(value, all)
        .or_else(|| largest(budget / 2, |items| prune(value, Caps { items, ..all })))
        .or_else(|| largest(budget / 5, |members| prune(value, Caps { members, ..one_item })))
        .or_else(|| largest(MAX_DEPTH, |depth| prune(value, Caps { depth, ..one_member })))
        .unwrap_or_else(|| Pruned::nothing(value))
}

/// The result for the largest number in `1..=most` that gives one, by bisection.
fn largest(most: usize, attempt: impl Fn(usize) -> Option<Pruned>) -> Option<Pruned> {
    let (mut fits, mut too_large) = (0, most + 1);
    let mut best = None;
    while fits + 1 < too_large {
        let middle = fits.midpoint(too_large);
        match attempt(middle) {
            Some(pruned) => {
                best = Some(pruned);
                fits = middle;
            }
            None => too_large = middle,
        }
    }
    best
}

fn with_note(was_object: bool, pruned: Pruned, bytes: usize) -> Value {
    let note = json!({"bytes": bytes, "left_out": pruned.left_out});
    let mut members = match pruned.value {
        Value::Object(members) if was_object => members,
        other => Map::from_iter([("result".to_owned(), other)]),
    };
    members.insert(note::MEMBER.to_owned(), note);
    Value::Object(members)
}
