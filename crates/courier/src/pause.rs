//! How long to wait before the next try, and when to give up.

use std::time::Duration;

use hookswitch_model::Stamp;
use hookswitch_store::TryOutcome;

/// The longest first pause; each next one is four times as long.
const FIRST: Duration = Duration::from_secs(2);
/// The longest pause at all.
const LONGEST: Duration = Duration::from_hours(2);
/// The longest pause that a receiver may ask for.
const LONGEST_ASKED: Duration = Duration::from_hours(6);

/// The pause after try `tried` (from 1): between half and all of 2 s, 8 s, 32 s, … 2 h; or what the receiver asked
/// for, when that is longer. `random` is uniform in 0..1.
pub(crate) fn pause_after(tried: u32, asked: Option<Duration>, random: f64) -> Duration {
    let factor = 4u32.checked_pow(tried.saturating_sub(1)).unwrap_or(u32::MAX);
    let most = FIRST.saturating_mul(factor).min(LONGEST);
    let pause = most.mul_f64(0.5 + random.clamp(0.0, 1.0) / 2.0);
    pause.max(asked.unwrap_or_default().min(LONGEST_ASKED))
}

/// What becomes of a delivery that failed at `now`, after a pause: tried again, while that is within `retry_for` of
/// the moment from which the time is counted.
pub(crate) fn after_failure(
    counted_from: Stamp,
    retry_for: Duration,
    now: Stamp,
    pause: Duration,
) -> TryOutcome {
    let again = now.plus(pause);
    if again > counted_from.plus(retry_for) { TryOutcome::GivenUp } else { TryOutcome::Again(again) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn pauses_are_bounded_and_grow(tried in 1u32.., random in 0.0f64..1.0) {
            let pause = pause_after(tried, None, random);
            prop_assert!(pause >= Duration::from_secs(1) && pause <= LONGEST);
            prop_assert!(pause_after(tried.saturating_add(1), None, random) >= pause);
        }

        /// However the pauses fall, a delivery ends, and not before its time is used up but for one pause.
        #[test]
        fn it_ends_and_not_early(randoms in prop::collection::vec(0.0f64..1.0, 60)) {
            let (start, retry_for) = (Stamp::from_micros(0), Duration::from_hours(24));
            let mut now = start;
            let mut ended = false;
            for (index, random) in randoms.into_iter().enumerate() {
                let pause = pause_after(u32::try_from(index).unwrap_or(0) + 1, None, random);
                if let TryOutcome::Again(next) = after_failure(start, retry_for, now, pause) {
                    now = next;
                    continue;
                }
                ended = true;
                prop_assert!(now.since(start) + LONGEST >= retry_for);
                break;
            }
            prop_assert!(ended, "sixty tries are more than a day");
        }
    }

    #[test]
    fn receivers_may_ask_for_more_and_not_for_ever() {
        assert_eq!(pause_after(1, Some(Duration::from_mins(1)), 0.0), Duration::from_mins(1));
        assert_eq!(pause_after(1, Some(Duration::from_hours(1000)), 0.0), LONGEST_ASKED);
        assert_eq!(pause_after(1, None, 1.0), FIRST);
    }
}
