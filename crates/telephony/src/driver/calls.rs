//! What has been heard of calls: events taken once and in order, results kept for those who wait.

use std::collections::{BTreeMap, HashMap, VecDeque};

use parking_lot::Mutex;
use tokio::sync::{Notify, broadcast};

use crate::event::{CallEvent, EventKind};
use crate::result::OpResult;

/// Most calls remembered; the oldest that has ended is forgotten first, then the oldest.
const MOST_CALLS: usize = 20_000;
/// Most results remembered of one call.
const MOST_RESULTS: usize = 256;
/// Events that a slow listener may be behind.
const BEHIND: usize = 1_024;

#[derive(Debug, Default)]
struct Heard {
    /// The last number taken.
    seq: u64,
    has_ended: bool,
    results: BTreeMap<String, OpResult>,
}

#[derive(Debug, Default)]
struct Table {
    calls: HashMap<String, Heard>,
    order: VecDeque<String>,
}

/// What is known of an operation.
#[derive(Debug, PartialEq)]
pub(super) enum Known {
    /// It may still run.
    Nothing,
    /// How it ended.
    Result(OpResult),
    /// Its call ended without a word of it.
    CallEnded,
}

/// What has been heard of calls.
#[derive(Debug)]
pub(super) struct Calls {
    table: Mutex<Table>,
    changed: Notify,
    events: broadcast::Sender<CallEvent>,
}

impl Default for Calls {
    fn default() -> Self {
        Self { table: Mutex::default(), changed: Notify::new(), events: broadcast::channel(BEHIND).0 }
    }
}

impl Calls {
    /// Takes events; what was heard before is left out.
    pub(super) fn take(&self, events: Vec<CallEvent>) {
        let mut fresh = Vec::with_capacity(events.len());
        {
            let mut table = self.table.lock();
            for event in events {
                let heard = table.of(&event.call);
                if event.seq <= heard.seq {
                    continue;
                }
                heard.seq = event.seq;
                if let (EventKind::OperationEnded { result }, Some(key)) = (&event.kind, &event.operation) {
                    heard.keep(key, result.clone());
                }
                heard.has_ended |= matches!(event.kind, EventKind::Ended { .. });
                fresh.push(event);
            }
        }
        self.changed.notify_waiters();
        for event in fresh {
            // Nobody listening is fine.
            let _ = self.events.send(event);
        }
    }

    /// Keeps a result that was learned by asking.
    pub(super) fn keep(&self, call: &str, key: &str, result: OpResult) {
        self.table.lock().of(call).keep(key, result);
        self.changed.notify_waiters();
    }

    /// What is known of an operation.
    pub(super) fn known(&self, call: &str, key: &str) -> Known {
        let table = self.table.lock();
        let Some(heard) = table.calls.get(call) else { return Known::Nothing };
        match heard.results.get(key) {
            Some(result) => Known::Result(result.clone()),
            None if heard.has_ended => Known::CallEnded,
            None => Known::Nothing,
        }
    }

    /// Returns when something changed; make the future before looking.
    pub(super) fn changed(&self) -> tokio::sync::futures::Notified<'_> {
        self.changed.notified()
    }

    /// All events from now on.
    pub(super) fn listen(&self) -> broadcast::Receiver<CallEvent> {
        self.events.subscribe()
    }
}

impl Table {
    fn of(&mut self, call: &str) -> &mut Heard {
        if !self.calls.contains_key(call) {
            if self.calls.len() >= MOST_CALLS {
                self.forget_one();
            }
            self.order.push_back(call.to_owned());
        }
        self.calls.entry(call.to_owned()).or_default()
    }

    fn forget_one(&mut self) {
        let ended = |call: &String| self.calls.get(call).is_none_or(|heard| heard.has_ended);
        let index = self.order.iter().position(ended).unwrap_or(0);
        if let Some(call) = self.order.remove(index) {
            self.calls.remove(&call);
        }
    }
}

impl Heard {
    fn keep(&mut self, key: &str, result: OpResult) {
        if self.results.len() >= MOST_RESULTS && !self.results.contains_key(key) {
            self.results.pop_first();
        }
        self.results.entry(key.to_owned()).or_insert(result);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn event(seq: u64, kind: &serde_json::Value) -> CallEvent {
        let mut whole = serde_json::json!({"call": "c", "seq": seq, "time_ms": 1_763_640_000_000_i64,
            "driver": "sip", "operation": "k"});
        whole.as_object_mut().unwrap().extend(kind.as_object().unwrap().clone());
        serde_json::from_value(whole).unwrap()
    }

    #[test]
    fn an_event_counts_once_and_the_first_result_stays() {
        let calls = Calls::default();
        let mut listener = calls.listen();
        let done = serde_json::json!({"event": "operation.ended", "result": {"result": "done"}});
        let lost = serde_json::json!({"event": "operation.ended",
            "result": {"result": "unknown", "caller": "gone"}});
        let over = serde_json::json!({"event": "call.ended", "by": "caller", "cause": "hangup"});
        calls.take(vec![event(1, &done)]);
        calls.take(vec![event(1, &done), event(2, &lost)]);
        assert_eq!(calls.known("c", "k"), Known::Result(OpResult::Done));
        assert_eq!((listener.try_recv().unwrap().seq, listener.try_recv().unwrap().seq), (1, 2));
        assert!(listener.try_recv().is_err());
        assert_eq!(calls.known("c", "other"), Known::Nothing);
        calls.take(vec![event(3, &over)]);
        assert_eq!(calls.known("c", "other"), Known::CallEnded);
    }
}
