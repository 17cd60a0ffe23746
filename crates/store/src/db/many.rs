//! Statements that are run with many rows of arguments.
//!
//! What pays differs. PostgreSQL is asked once for many rows, since every question is a journey. SQLite, in the same
//! process, steps through one short prepared statement row by row: one that changes many rows keeps copies of the
//! pages that it changes, to undo half of itself with.

use std::sync::OnceLock;

use super::query::{pieces, sql};
use super::{Arg, Query};

/// A statement in two forms that do the same.
#[derive(Debug)]
pub(crate) struct Many {
    one: &'static str,
    list: (&'static str, &'static str),
    end: &'static str,
    text_of_one: OnceLock<String>,
}

impl Many {
    /// `one` is for one row, its arguments being `?1`, `?2`, …; `list` stands before and after a list of rows. Both go
    /// on with `end`.
    pub(crate) const fn new(
        one: &'static str,
        list: (&'static str, &'static str),
        end: &'static str,
    ) -> Self {
        Self { one, list, end, text_of_one: OnceLock::new() }
    }

    /// The text for one row.
    pub(super) fn for_one(&self) -> &str {
        self.text_of_one.get_or_init(|| format!("{}{}", self.one, self.end))
    }

    /// Statements of few different lengths for many rows; `lock` is added to each.
    pub(super) fn for_pieces(&self, rows: &[Vec<Arg>], lock: &str) -> impl Iterator<Item = Query> {
        let (before, after) = self.list;
        pieces(rows)
            .map(move |piece| sql(before).values(piece.iter().cloned()).push(after).push(self.end).push(lock))
    }
}
