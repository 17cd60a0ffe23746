//! Timers that were ordered and have not fired.

use std::collections::BTreeMap;
use std::time::Duration;

use hookswitch_model::ExecutionId;

use crate::machine::Step;
use crate::order::{Order, TimerId};

/// What a timer is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TimerKind {
    /// The end of a hold in which nobody speaks.
    Hold,
    /// The end of the wait for a free place.
    Busy,
    /// A staged line: its place in the tool's list.
    Line(usize),
}

/// All timers of the session, bounded by its open calls.
#[derive(Debug, Default)]
pub(crate) struct Timers {
    last: u64,
    set: BTreeMap<TimerId, (ExecutionId, TimerKind)>,
}

impl Timers {
    /// Sets a timer for a call.
    pub(crate) fn set(&mut self, call: ExecutionId, kind: TimerKind, after: Duration, step: &mut Step<'_>) {
        self.last += 1;
        let timer = TimerId(self.last);
        self.set.insert(timer, (call, kind));
        step.order(Order::SetTimer { timer, after });
    }

    /// Sets a timer for a call unless it has one of this kind.
    pub(crate) fn ensure(
        &mut self,
        call: ExecutionId,
        kind: TimerKind,
        after: Duration,
        step: &mut Step<'_>,
    ) {
        if !self.set.values().any(|set| *set == (call, kind)) {
            self.set(call, kind, after, step);
        }
    }

    /// A timer fired: whose it was, unless it had been cleared.
    pub(crate) fn take(&mut self, timer: TimerId) -> Option<(ExecutionId, TimerKind)> {
        self.set.remove(&timer)
    }

    /// Clears the timers of one kind of a call.
    pub(crate) fn clear(&mut self, call: ExecutionId, kind: TimerKind, step: &mut Step<'_>) {
        self.clear_where(|set| *set == (call, kind), step);
    }

    /// Clears all timers of a call.
    pub(crate) fn clear_call(&mut self, call: ExecutionId, step: &mut Step<'_>) {
        self.clear_where(|set| set.0 == call, step);
    }

    fn clear_where(&mut self, matches: impl Fn(&(ExecutionId, TimerKind)) -> bool, step: &mut Step<'_>) {
        self.set.retain(|timer, set| {
            let gone = matches(set);
            if gone {
                step.order(Order::ClearTimer { timer: *timer });
            }
            !gone
        });
    }
}
