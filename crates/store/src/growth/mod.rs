//! What keeps the database from growing for ever (architecture: Storage and scale, Growth).

mod erase;
mod prune;

/// What one small step removed. All zero: nothing is left to remove.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Pruned {
    /// Executions: details or rows.
    pub executions: u64,
    /// Events: data or rows.
    pub events: u64,
    /// Acts: told texts or rows.
    pub acts: u64,
    /// Sessions: variables or rows.
    pub sessions: u64,
    /// Kept answers.
    pub answers: u64,
    /// Tools that one session alone had.
    pub tools: u64,
}

impl Pruned {
    /// Whether nothing was left to remove.
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}
