//! What calls were told, kept in memory for repeats as long as there is room; beyond it the store has it.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use hookswitch_model::{ExecutionId, Outcome};
use serde_json::Value;

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

/// Told values, oldest first, bounded in bytes.
#[derive(Debug)]
pub(crate) struct Kept {
    most_bytes: usize,
    bytes: usize,
    order: VecDeque<(ExecutionId, usize)>,
    told: HashMap<ExecutionId, Told>,
}

/// What an entry costs beside its text.
const OVERHEAD: usize = 128;

impl Kept {
    pub(crate) fn new(most_bytes: usize) -> Self {
        Self { most_bytes, bytes: 0, order: VecDeque::new(), told: HashMap::new() }
    }

    pub(crate) fn put(&mut self, execution: ExecutionId, told: Told) {
        let size = size_of(&told.value) + OVERHEAD;
        if self.told.insert(execution, told).is_none() {
            self.order.push_back((execution, size));
            self.bytes += size;
        }
        // The newest one stays whatever its size: somebody may be about to join it.
        while self.bytes > self.most_bytes && self.order.len() > 1 {
            if let Some((oldest, size)) = self.order.pop_front() {
                self.told.remove(&oldest);
                self.bytes -= size;
            }
        }
    }

    pub(crate) fn get(&self, execution: ExecutionId) -> Option<Told> {
        self.told.get(&execution).cloned()
    }
}

/// About how many bytes a value takes as text.
fn size_of(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => 8,
        Value::String(text) => text.len() + 2,
        Value::Array(items) => items.iter().map(size_of).sum::<usize>() + 2,
        Value::Object(members) => members.iter().map(|(name, member)| name.len() + size_of(member) + 4).sum(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
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
        kept.put(ids[0], told(5000));
        assert!(kept.get(ids[0]).is_some());
        assert_eq!(kept.order.len(), 1);
    }
}
