//! One attempt: the value under given caps, or nothing when it is still too large.

use serde_json::{Map, Value};

use super::measure::{escaped_bytes, scalar_bytes, string_bytes};
use super::note::{MEMBER, Notes, Step};

/// What may stay.
#[derive(Debug, Clone, Copy)]
pub(super) struct Caps {
    /// Longest string, in bytes of JSON text between its quotes.
    pub(super) string: usize,
    /// Items of each array.
    pub(super) items: usize,
    /// Members of each object.
    pub(super) members: usize,
    /// Levels of arrays and objects.
    pub(super) depth: usize,
    /// Bytes of the whole.
    pub(super) budget: usize,
    /// Bytes of the list of what was left out.
    pub(super) notes: usize,
}

/// A value with parts left out.
pub(super) struct Pruned {
    pub(super) value: Value,
    pub(super) left_out: Vec<String>,
}

impl Pruned {
    /// Everything left out.
    pub(super) fn nothing(value: &Value) -> Self {
        let empty = if value.is_object() { Value::Object(Map::new()) } else { Value::Null };
        Self { value: empty, left_out: vec!["$".to_owned()] }
    }
}

pub(super) fn prune(value: &Value, caps: Caps) -> Option<Pruned> {
    let mut attempt = Attempt { caps, left: caps.budget, steps: Vec::new(), notes: Notes::new(caps.notes) };
    let value = attempt.value(value)?;
    Some(Pruned { value, left_out: attempt.notes.finish() })
}

struct Attempt<'v> {
    caps: Caps,
    left: usize,
    steps: Vec<Step<'v>>,
    notes: Notes,
}

impl<'v> Attempt<'v> {
    /// Recursion ends at `caps.depth`.
    fn value(&mut self, value: &'v Value) -> Option<Value> {
        match value {
            Value::Array(_) | Value::Object(_) if self.steps.len() >= self.caps.depth => {
                self.notes.add(&self.steps, "");
                self.spend(4)?;
                Some(Value::Null)
            }
            Value::Array(items) => self.array(items),
            Value::Object(members) => self.object(members),
            Value::String(text) => self.string(text),
            scalar => {
                self.spend(scalar_bytes(scalar))?;
                Some(scalar.clone())
            }
        }
    }

    fn array(&mut self, items: &'v [Value]) -> Option<Value> {
        self.spend(2)?;
        let kept = items.len().min(self.caps.items);
        let mut out = Vec::new();
        for (index, item) in items[..kept].iter().enumerate() {
            self.spend(usize::from(index > 0))?;
            self.steps.push(Step::Item(index));
            out.push(self.value(item)?);
            self.steps.pop();
        }
        if kept < items.len() {
            let last = items.len() - 1;
            let range = if kept == last { format!("[{last}]") } else { format!("[{kept}..{last}]") };
            self.notes.add(&self.steps, &range);
        }
        Some(Value::Array(out))
    }

    fn object(&mut self, members: &'v Map<String, Value>) -> Option<Value> {
        self.spend(2)?;
        let mut out = Map::new();
        let mut rest = members.iter();
        for (name, member) in rest.by_ref() {
            let reserved = self.steps.is_empty() && name == MEMBER;
            if reserved || name.len() > self.caps.string {
                self.leave_out(name);
                continue;
            }
            self.spend(string_bytes(name) + 1 + usize::from(!out.is_empty()))?;
            self.steps.push(Step::Member(name));
            let value = self.value(member)?;
            self.steps.pop();
            out.insert(name.clone(), value);
            if out.len() == self.caps.members {
                break;
            }
        }
        while self.notes.has_room() {
            let Some((name, _)) = rest.next() else { break };
            self.leave_out(name);
        }
        self.notes.count(rest.len());
        Some(Value::Object(out))
    }

    fn string(&mut self, text: &str) -> Option<Value> {
        let kept = shortened(text, self.caps.string);
        self.spend(string_bytes(&kept))?;
        Some(Value::String(kept))
    }

    fn leave_out(&mut self, name: &'v str) {
        self.steps.push(Step::Member(name));
        self.notes.add(&self.steps, "");
        self.steps.pop();
    }

    fn spend(&mut self, bytes: usize) -> Option<()> {
        self.left = self.left.checked_sub(bytes)?;
        Some(())
    }
}

/// `text`, or as much of its start as takes `max` bytes together with a closing `…`.
fn shortened(text: &str, max: usize) -> String {
    const MARK: &str = "…";
    let mut used = 0;
    let mut fits_with_mark = 0;
    for (start, c) in text.char_indices() {
        let end = start + c.len_utf8();
        used += text.as_bytes()[start..end].iter().map(|byte| escaped_bytes(*byte)).sum::<usize>();
        if used > max {
            return format!("{}{MARK}", &text[..fits_with_mark]);
        }
        if used + MARK.len() <= max {
            fits_with_mark = end;
        }
    }
    text.to_owned()
}
