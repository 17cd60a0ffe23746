//! Results of reads that may be given again for a while (`cache_seconds`).

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use hookswitch_model::execution::ActKey;
use hookswitch_model::{ExecutionId, ToolId};

type Request = (ToolId, ActKey);

/// Done reads, bounded: the oldest are forgotten.
#[derive(Debug, Default)]
pub(crate) struct Reads {
    done: HashMap<Request, (ExecutionId, Duration)>,
    order: VecDeque<(Request, ExecutionId)>,
}

impl Reads {
    /// Keeps a done read until a moment of the monotonic clock.
    pub(crate) fn keep(&mut self, request: Request, execution: ExecutionId, until: Duration, most: usize) {
        self.done.insert(request, (execution, until));
        self.order.push_back((request, execution));
        while self.order.len() > most {
            let Some((oldest, execution)) = self.order.pop_front() else { return };
            if self.done.get(&oldest).is_some_and(|kept| kept.0 == execution) {
                self.done.remove(&oldest);
            }
        }
    }

    /// The execution whose result may be given again.
    pub(crate) fn get(&self, request: &Request, mono: Duration) -> Option<ExecutionId> {
        self.done.get(request).filter(|kept| mono < kept.1).map(|kept| kept.0)
    }
}
