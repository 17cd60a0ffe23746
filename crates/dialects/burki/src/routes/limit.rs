//! Lambda discovery asks AWS for the caller: ten times a minute for an organisation (burki: 2.4).

use std::collections::HashMap;
use std::time::{Duration, Instant};

use hookswitch_model::OrgId;
use parking_lot::Mutex;

/// Requests of one organisation in one minute.
const MOST: u32 = 10;
const MINUTE: Duration = Duration::from_mins(1);
/// Organisations that are remembered; beyond them everybody begins anew.
const MOST_ORGS: usize = 10_000;

/// Counts by organisation.
#[derive(Debug, Default)]
pub(crate) struct Limits {
    counts: Mutex<HashMap<OrgId, (Instant, u32)>>,
}

impl Limits {
    /// Takes one; else the seconds to wait.
    pub(crate) fn take(&self, org: OrgId, now: Instant) -> Result<(), u64> {
        let mut counts = self.counts.lock();
        if counts.len() >= MOST_ORGS && !counts.contains_key(&org) {
            counts.clear();
        }
        let (since, count) = counts.entry(org).or_insert((now, 0));
        let passed = now.saturating_duration_since(*since);
        if passed >= MINUTE {
            (*since, *count) = (now, 0);
        } else if *count >= MOST {
            return Err(MINUTE.saturating_sub(passed).as_secs() + 1);
        }
        *count += 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_a_minute() {
        let (limits, org, now) = (Limits::default(), OrgId::generate(), Instant::now());
        for _ in 0..MOST {
            assert_eq!(limits.take(org, now), Ok(()));
        }
        assert_eq!(limits.take(org, now + Duration::from_secs(20)), Err(41));
        assert_eq!(limits.take(OrgId::generate(), now), Ok(()));
        assert_eq!(limits.take(org, now + MINUTE), Ok(()));
    }
}
