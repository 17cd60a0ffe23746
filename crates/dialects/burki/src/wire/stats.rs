//! Counters as this dialect shows them (burki: 3.9).

use hookswitch_model::Stamp;
use hookswitch_model::tool::CallStats;

use super::moment;

/// Counters of a tool or of an assignment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stats {
    /// Ended done.
    pub success: u64,
    /// Ended failed or unknown.
    pub failure: u64,
    /// Mean duration in seconds, three decimals.
    pub average: f64,
    last_at_us: i64,
}

impl From<CallStats> for Stats {
    fn from(stats: CallStats) -> Self {
        let failure = stats.failed + stats.unknown;
        let count = stats.done + failure;
        let mean = stats.total_us as f64 / count.max(1) as f64 / 1_000_000.0;
        let average = if count == 0 { 0.0 } else { (mean * 1000.0).round() / 1000.0 };
        Self { success: stats.done, failure, average, last_at_us: stats.last_at_us }
    }
}

impl Stats {
    /// All counted executions.
    pub const fn count(&self) -> u64 {
        self.success + self.failure
    }

    /// Percent of them that ended done, one decimal.
    pub fn success_rate(&self) -> f64 {
        if self.count() == 0 {
            return 0.0;
        }
        (1000.0 * self.success as f64 / self.count() as f64).round() / 10.0
    }

    /// When the latest one ended.
    pub fn last(&self, word: fn(Stamp) -> String) -> Option<String> {
        moment::of(self.last_at_us, word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_contracts_formulas() {
        let none = Stats::from(CallStats::default());
        assert_eq!((none.count(), none.success_rate(), none.average), (0, 0.0, 0.0));
        assert_eq!(none.last(moment::in_seconds), None);
        let some = Stats::from(CallStats {
            calls: 4,
            done: 2,
            failed: 1,
            unknown: 0,
            refused: 9,
            timed_out: 1,
            total_us: 1_234_567,
            last_at_us: 1_700_000_000_000_000,
        });
        assert_eq!((some.count(), some.success, some.failure), (3, 2, 1));
        assert_eq!((some.success_rate(), some.average), (66.7, 0.412));
        assert_eq!(some.last(moment::in_seconds).as_deref(), Some("2023-11-14T22:13:20Z"));
    }
}
