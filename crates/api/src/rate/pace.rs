//! The rule for one sender: a steady rate with bursts (the generic cell rate algorithm: one number a sender).

use std::num::NonZeroU32;
use std::time::Duration;

const SECOND_NS: u64 = 1_000_000_000;

/// A steady rate, and how many may come at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    per_second: NonZeroU32,
    burst: NonZeroU32,
}

impl Pace {
    /// So many a second on average, and so many at once after a pause.
    pub const fn new(per_second: NonZeroU32, burst: NonZeroU32) -> Self {
        Self { per_second, burst }
    }

    /// How many a second.
    pub const fn per_second(self) -> u32 {
        self.per_second.get()
    }

    /// How many at once after a pause.
    pub const fn burst(self) -> u32 {
        self.burst.get()
    }

    /// Nanoseconds that one request takes of the rate; never none, however high the rate.
    const fn interval(self) -> u64 {
        let interval = SECOND_NS / self.per_second.get() as u64;
        if interval == 0 { 1 } else { interval }
    }

    /// Lets one more in at `now`, or says how long it must wait. Both moments are nanoseconds of the same clock;
    /// `used_until` is when all that was let in is paid for: all that is kept of a sender.
    pub(super) fn admit(self, used_until: u64, now: u64) -> Result<u64, Duration> {
        let after = used_until.max(now).saturating_add(self.interval());
        let most = self.interval().saturating_mul(u64::from(self.burst.get()));
        match after.saturating_sub(now).checked_sub(most) {
            None | Some(0) => Ok(after),
            Some(wait) => Err(Duration::from_nanos(wait)),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn pace(per_second: u32, burst: u32) -> Pace {
        Pace::new(NonZeroU32::new(per_second).unwrap(), NonZeroU32::new(burst).unwrap())
    }

    proptest! {
        /// In no stretch of time more than the burst and what the rate gives meanwhile.
        #[test]
        fn the_rate_holds_in_every_window(
            per_second in 1u32..5_000, burst in 1u32..200,
            gaps in prop::collection::vec(0u64..50_000_000, 1..300),
        ) {
            let pace = pace(per_second, burst);
            let (mut now, mut used_until, mut let_in) = (0u64, 0u64, Vec::new());
            for gap in gaps {
                now += gap;
                if let Ok(after) = pace.admit(used_until, now) {
                    used_until = after;
                    let_in.push(now);
                }
            }
            for (first, from) in let_in.iter().enumerate() {
                for (last, until) in let_in.iter().enumerate().skip(first) {
                    let most = u64::from(burst) + (until - from) / pace.interval();
                    prop_assert!((last - first + 1) as u64 <= most, "{} in {} ns", last - first + 1, until - from);
                }
            }
        }

        /// Who waits as long as it was told is let in, and not a nanosecond earlier.
        #[test]
        fn the_wait_is_exact(per_second in 1u32..5_000, burst in 1u32..100, start in 0u64..1 << 50) {
            let pace = pace(per_second, burst);
            let mut used_until = 0;
            for _ in 0..burst {
                used_until = pace.admit(used_until, start).unwrap();
            }
            let wait = u64::try_from(pace.admit(used_until, start).unwrap_err().as_nanos()).unwrap();
            prop_assert!(pace.admit(used_until, start + wait - 1).is_err());
            prop_assert!(pace.admit(used_until, start + wait).is_ok());
        }

        #[test]
        fn no_number_breaks_it(per_second in 1u32.., burst in 1u32.., used_until: u64, now: u64) {
            let _ = pace(per_second, burst).admit(used_until, now);
        }
    }
}
