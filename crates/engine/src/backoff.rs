//! How long to wait before another attempt.

use std::time::Duration;

use hookswitch_model::definition::RetryWaits;

/// The wait before retry `retry` (from 0): random in 0..min(`most`, `first` × 2^retry), or what the receiver asked for
/// when that is longer. `random` is uniform in 0..1.
pub(crate) fn wait_before(waits: RetryWaits, retry: u32, retry_after: Option<u64>, random: f64) -> Duration {
    let most = waits.first.saturating_mul(1u32.checked_shl(retry).unwrap_or(u32::MAX)).min(waits.most);
    let jittered = most.mul_f64(random.clamp(0.0, 1.0));
    jittered.max(Duration::from_secs(retry_after.unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grows_to_a_second_and_honours_the_receiver() {
        let waits = RetryWaits::default();
        assert_eq!(wait_before(waits, 0, None, 1.0), Duration::from_millis(100));
        assert_eq!(wait_before(waits, 2, None, 0.5), Duration::from_millis(200));
        assert_eq!(wait_before(waits, 40, None, 1.0), waits.most);
        assert_eq!(wait_before(waits, 0, Some(3), 0.9), Duration::from_secs(3));
        assert_eq!(wait_before(waits, 0, None, 0.0), Duration::ZERO);
    }
}
