//! How many calls may go out in how much time.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::Refusal;

/// Most moments remembered; a limit above it counts as this many.
const MOST: usize = 10_000;

/// So many calls in so many seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    /// Calls, at most 10,000.
    pub calls: u32,
    /// The window in seconds.
    pub seconds: u32,
}

/// When calls went out, newest last.
#[derive(Debug, Clone, Default)]
pub struct Usage {
    moments: VecDeque<u64>,
}

impl Usage {
    pub(super) fn take(&mut self, limits: &[Limit], now_ms: u64) -> Result<(), Refusal> {
        if let Some(longest) = limits.iter().map(|limit| limit.seconds).max() {
            let horizon = now_ms.saturating_sub(u64::from(longest) * 1000);
            while self.moments.front().is_some_and(|moment| *moment < horizon) {
                self.moments.pop_front();
            }
        }
        for limit in limits {
            let window = u64::from(limit.seconds) * 1000;
            let since =
                self.moments.iter().rev().take_while(|moment| now_ms.saturating_sub(**moment) < window);
            if since.count() >= (limit.calls as usize).min(MOST) {
                return Err(Refusal::TooMany { seconds: limit.seconds });
            }
        }
        if !limits.is_empty() {
            self.moments.push_back(now_ms);
            if self.moments.len() > MOST {
                self.moments.pop_front();
            }
        }
        Ok(())
    }
}
