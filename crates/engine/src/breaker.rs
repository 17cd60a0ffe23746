//! A circuit breaker per tool: ten timeouts, 5xx or connect errors in a row open it for ten seconds, then one probe
//! decides. An open breaker answers at once, outcome `refused` (semantics: Attempts and time).

use std::collections::HashMap;
use std::time::{Duration, Instant};

use hookswitch_model::ToolId;
use parking_lot::Mutex;

/// Most tools whose failures are remembered; beyond it the healthiest are forgotten.
const MOST: usize = 10_000;

#[derive(Debug, Clone, Copy)]
enum State {
    /// So many failures in a row.
    Closed(u32),
    /// Open until then.
    Open(Instant),
    /// One probe is under way since then.
    Probing(Instant),
}

/// The breakers of all tools. A tool without failures has no entry.
#[derive(Debug)]
pub(crate) struct Breakers {
    failures: u32,
    pause: Duration,
    states: Mutex<HashMap<ToolId, State>>,
}

impl Breakers {
    pub(crate) fn new(failures: u32, pause: Duration) -> Self {
        Self { failures, pause, states: Mutex::new(HashMap::new()) }
    }

    /// Whether a call may be tried now. Lets one probe through when the pause is over.
    pub(crate) fn may_try(&self, tool: ToolId, now: Instant) -> bool {
        let mut states = self.states.lock();
        match states.get(&tool).copied() {
            None | Some(State::Closed(_)) => true,
            Some(State::Open(until)) if now < until => false,
            // A probe that never reported (its session was dropped) must not keep the breaker open for ever.
            Some(State::Probing(since)) if now < since + self.pause => false,
            Some(State::Open(_) | State::Probing(_)) => {
                states.insert(tool, State::Probing(now));
                true
            }
        }
    }

    /// Notes how an attempt went.
    pub(crate) fn note(&self, tool: ToolId, is_unhealthy: bool, now: Instant) {
        let mut states = self.states.lock();
        if !is_unhealthy {
            states.remove(&tool);
            return;
        }
        let next = match states.get(&tool).copied() {
            Some(State::Open(until)) => State::Open(until),
            Some(State::Probing(_)) => State::Open(now + self.pause),
            Some(State::Closed(failures)) if failures + 1 >= self.failures => State::Open(now + self.pause),
            Some(State::Closed(failures)) => State::Closed(failures + 1),
            None if self.failures <= 1 => State::Open(now + self.pause),
            None => State::Closed(1),
        };
        if states.len() >= MOST {
            states.retain(|_, state| matches!(state, State::Open(until) if now < *until));
        }
        states.insert(tool, next);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opens_probes_and_closes() {
        let breakers = Breakers::new(3, Duration::from_secs(10));
        let (tool, start) = (ToolId::generate(), Instant::now());
        for _ in 0..3 {
            assert!(breakers.may_try(tool, start));
            breakers.note(tool, true, start);
        }
        assert!(!breakers.may_try(tool, start + Duration::from_secs(9)));
        let later = start + Duration::from_secs(11);
        assert!(breakers.may_try(tool, later), "one probe");
        assert!(!breakers.may_try(tool, later), "and only one");
        breakers.note(tool, true, later);
        assert!(!breakers.may_try(tool, later + Duration::from_secs(9)));
        let much_later = later + Duration::from_secs(11);
        assert!(breakers.may_try(tool, much_later));
        breakers.note(tool, false, much_later);
        assert!(breakers.may_try(tool, much_later));
    }

    #[test]
    fn a_success_starts_the_count_anew() {
        let breakers = Breakers::new(2, Duration::from_secs(10));
        let (tool, now) = (ToolId::generate(), Instant::now());
        breakers.note(tool, true, now);
        breakers.note(tool, false, now);
        breakers.note(tool, true, now);
        assert!(breakers.may_try(tool, now));
    }

    #[test]
    fn a_lost_probe_does_not_keep_it_open() {
        let breakers = Breakers::new(1, Duration::from_secs(10));
        let (tool, now) = (ToolId::generate(), Instant::now());
        breakers.note(tool, true, now);
        assert!(breakers.may_try(tool, now + Duration::from_secs(11)));
        assert!(breakers.may_try(tool, now + Duration::from_secs(22)));
    }
}
