//! What calls were told, kept in memory for repeats as long as there is room; beyond it the store has it.
//!
//! A JSON tree takes some ten times the room of its text. Only the newest answers, which somebody is about to be told,
//! are kept as trees; the others as text, read again when a repeat comes.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use hookswitch_model::{ExecutionId, Outcome};
use serde_json::Value;

/// Answers that are kept as trees.
const FRESH: usize = 4;

/// What an execution was told and how it ended.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    pub(crate) value: Arc<Value>,
    pub(crate) outcome: Outcome,
    /// Code of a refusal.
    pub(crate) code: Option<&'static str>,
}

impl Told {
    pub(crate) fn new(value: Arc<Value>, outcome: Outcome) -> Self {
        Self { value, outcome, code: None }
    }
}

/// The same, small.
#[derive(Debug)]
struct Packed {
    form: Form,
    outcome: Outcome,
    code: Option<&'static str>,
}

#[derive(Debug)]
enum Form {
    Text(Box<str>),
    /// Too deep to be read again.
    Tree(Arc<Value>),
}

/// Deeper trees stay trees: the reader stops at 128.
const DEEPEST: usize = 100;

impl Packed {
    fn new(told: &Told) -> Self {
        let text = if is_deeper_than(&told.value, DEEPEST) {
            None
        } else {
            serde_json::to_string(&*told.value).ok()
        };
        let form = text.map_or_else(|| Form::Tree(Arc::clone(&told.value)), |text| Form::Text(text.into()));
        Self { form, outcome: told.outcome, code: told.code }
    }

    fn unpack(&self) -> Option<Told> {
        let value = match &self.form {
            Form::Text(text) => Arc::new(serde_json::from_str(text).ok()?),
            Form::Tree(value) => Arc::clone(value),
        };
        Some(Told { value, outcome: self.outcome, code: self.code })
    }

    fn size(&self) -> usize {
        OVERHEAD
            + match &self.form {
                Form::Text(text) => text.len(),
                Form::Tree(value) => value.to_string().len(),
            }
    }
}

fn is_deeper_than(value: &Value, most: usize) -> bool {
    match value {
        Value::Array(items) => most == 0 || items.iter().any(|item| is_deeper_than(item, most - 1)),
        Value::Object(members) => {
            most == 0 || members.values().any(|member| is_deeper_than(member, most - 1))
        }
        _ => false,
    }
}

/// Told values, oldest first, bounded in bytes.
#[derive(Debug)]
pub(crate) struct Kept {
    most_bytes: usize,
    bytes: usize,
    order: VecDeque<ExecutionId>,
    packed: HashMap<ExecutionId, Packed>,
    /// The newest, not packed yet. The newest one of all stays whatever its size: somebody may be about to join it.
    fresh: VecDeque<(ExecutionId, Told)>,
}

/// What an entry costs beside its text.
const OVERHEAD: usize = 128;

impl Kept {
    pub(crate) fn new(most_bytes: usize) -> Self {
        Self {
            most_bytes,
            bytes: 0,
            order: VecDeque::new(),
            packed: HashMap::new(),
            fresh: VecDeque::with_capacity(FRESH),
        }
    }

    pub(crate) fn put(&mut self, execution: ExecutionId, told: Told) {
        // Told anew: a late result, or the outcome that could not be written down.
        self.fresh.retain(|(id, _)| *id != execution);
        if self.fresh.len() >= FRESH
            && let Some((oldest, told)) = self.fresh.pop_front()
        {
            self.pack(oldest, &told);
        }
        self.fresh.push_back((execution, told));
    }

    fn pack(&mut self, execution: ExecutionId, told: &Told) {
        let packed = Packed::new(told);
        self.bytes += packed.size();
        match self.packed.insert(execution, packed) {
            Some(before) => self.bytes -= before.size(),
            None => self.order.push_back(execution),
        }
        while self.bytes > self.most_bytes {
            let Some(oldest) = self.order.pop_front() else { return };
            self.bytes -= self.packed.remove(&oldest).as_ref().map_or(0, Packed::size);
        }
    }

    pub(crate) fn get(&self, execution: ExecutionId) -> Option<Told> {
        let fresh = self.fresh.iter().find(|(id, _)| *id == execution);
        fresh.map(|(_, told)| told.clone()).or_else(|| self.packed.get(&execution)?.unpack())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;

    fn told(size: usize) -> Told {
        Told::new(Arc::new(Value::from("x".repeat(size))), Outcome::Done)
    }

    #[test]
    fn the_oldest_go_first_and_the_newest_stays() {
        let mut kept = Kept::new(1000);
        let ids: Vec<ExecutionId> = (0..10).map(|_| ExecutionId::generate()).collect();
        for id in &ids {
            kept.put(*id, told(200));
        }
        assert!(kept.get(ids[0]).is_none());
        assert!(kept.get(ids[9]).is_some());
        assert!(kept.bytes <= 1000);
        assert_eq!(kept.packed.len(), kept.order.len());
        kept.put(ids[0], told(5000));
        assert!(kept.get(ids[0]).is_some());
    }

    #[test]
    fn what_was_packed_is_the_same_and_told_anew_it_is_the_new() {
        let mut kept = Kept::new(100_000);
        let id = ExecutionId::generate();
        let value = json!({"z": 1, "a": [1.5, "\u{0}\"x", null], "big": 18_446_744_073_709_551_615_u64});
        kept.put(id, Told { value: Arc::new(value.clone()), outcome: Outcome::Failed, code: Some("busy") });
        for _ in 0..2 {
            for _ in 0..FRESH {
                kept.put(ExecutionId::generate(), told(10));
            }
            let again = kept.get(id).unwrap();
            assert_eq!((again.value.to_string(), again.outcome), (value.to_string(), Outcome::Failed));
            assert_eq!(again.code, Some("busy"));
        }
        let deep = (0..300).fold(Value::Null, |inner, _| json!([inner]));
        let deep_id = ExecutionId::generate();
        kept.put(deep_id, Told::new(Arc::new(deep.clone()), Outcome::Done));
        kept.put(id, told(3));
        for _ in 0..=FRESH {
            assert_eq!(kept.get(id).unwrap().outcome, Outcome::Done);
            kept.put(ExecutionId::generate(), told(10));
        }
        assert_eq!(*kept.get(deep_id).unwrap().value, deep);
        assert_eq!(kept.packed.len(), kept.order.len());
        let sizes: usize = kept.packed.values().map(Packed::size).sum();
        assert_eq!(kept.bytes, sizes);
    }
}
