//! One line a minute about a collector that does not take spans.

use std::time::{Duration, Instant};

use parking_lot::Mutex;

/// Time between two lines.
const EVERY: Duration = Duration::from_mins(1);

/// Counts failures and speaks of them now and then.
#[derive(Debug)]
pub(crate) struct Warning {
    collector: String,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    last: Option<Instant>,
    unsaid: u64,
}

impl State {
    /// How many failures a line is to speak of, should one be due.
    fn note(&mut self, now: Instant) -> Option<u64> {
        self.unsaid += 1;
        if self.last.is_some_and(|last| now.saturating_duration_since(last) < EVERY) {
            return None;
        }
        self.last = Some(now);
        Some(std::mem::take(&mut self.unsaid))
    }
}

impl Warning {
    pub(crate) fn new(collector: String) -> Self {
        Self { collector, state: Mutex::default() }
    }

    /// An export failed.
    pub(crate) fn give(&self, error: &str) {
        let due = self.state.lock().note(Instant::now());
        if let Some(failures) = due {
            tracing::warn!(
                collector = self.collector,
                error,
                failures,
                "traces could not be delivered; their spans are lost, calls are not affected"
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::{EVERY, State};

    #[test]
    fn one_line_a_minute_counts_what_went_unsaid() {
        let (mut state, start) = (State::default(), Instant::now());
        assert_eq!(state.note(start), Some(1));
        assert_eq!(state.note(start + Duration::from_secs(1)), None);
        assert_eq!(state.note(start + Duration::from_secs(59)), None);
        assert_eq!(state.note(start + EVERY), Some(3));
        assert_eq!(state.note(start + EVERY + Duration::from_secs(1)), None);
    }
}
