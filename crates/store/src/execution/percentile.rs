//! How long executions took.

use hookswitch_model::{AgentId, Scope, ToolId};

use super::list::within;
use crate::db::{Result, sql};
use crate::open::Store;

/// Executions that are looked at.
const LAST: i64 = 1000;

/// Times of the last executions (at most 1000) in microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Percentiles {
    /// How many executions these are taken from; with none the others are 0.
    pub count: u64,
    /// Half took no longer.
    pub p50_us: u64,
    /// 95 of 100 took no longer.
    pub p95_us: u64,
    /// 99 of 100 took no longer.
    pub p99_us: u64,
}

impl Percentiles {
    /// By the nearest rank.
    fn of(mut times: Vec<u64>) -> Self {
        times.sort_unstable();
        let at = |percent: usize| {
            let rank = (times.len() * percent).div_ceil(100);
            times.get(rank.saturating_sub(1)).copied().unwrap_or(0)
        };
        Self { count: times.len() as u64, p50_us: at(50), p95_us: at(95), p99_us: at(99) }
    }
}

impl Store {
    /// Times of the last executions of a tool, with one agent or with all; tests and refused calls apart.
    pub async fn percentiles(
        &self,
        scope: Scope,
        tool: ToolId,
        agent: Option<AgentId>,
    ) -> Result<Percentiles> {
        let query = within(sql("select e.total_us from executions e "), scope)
            .and("e.tool =", tool)
            .and_some("e.agent =", agent)
            .and("e.test =", false)
            .push(" and e.outcome is not null and e.outcome <> 'refused'")
            .push(" order by e.created_at desc, e.id desc limit ")
            .arg(LAST);
        let times =
            self.db().rows(query).await?.iter().map(|row| row.get("total_us")).collect::<Result<_>>()?;
        Ok(Percentiles::of(times))
    }
}

#[cfg(test)]
mod tests {
    use super::Percentiles;

    #[test]
    fn nearest_rank() {
        let hundred = Percentiles::of((1..=100).rev().collect());
        assert_eq!(hundred, Percentiles { count: 100, p50_us: 50, p95_us: 95, p99_us: 99 });
        assert_eq!(Percentiles::of(vec![7]), Percentiles { count: 1, p50_us: 7, p95_us: 7, p99_us: 7 });
        assert_eq!(Percentiles::of(Vec::new()), Percentiles::default());
    }
}
