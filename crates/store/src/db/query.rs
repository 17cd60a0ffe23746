//! Statements: a text that both databases take, and its arguments.

use std::borrow::Cow;
use std::fmt::Write as _;

use super::Arg;
use hookswitch_model::Scope;

/// A statement under construction. Texts come from this crate only; whatever comes from outside is an argument.
#[derive(Debug, Clone)]
pub(crate) struct Query {
    text: Cow<'static, str>,
    args: Vec<Arg>,
    /// Whether every placeholder stands for the next argument.
    is_in_order: bool,
}

/// From so many arguments on SQLite gets placeholders without numbers: its driver looks numbered ones up one after
/// the other, which is quadratic in a statement with a thousand of them.
const MANY: usize = 16;

/// Begins a statement.
pub(crate) fn sql(text: impl Into<Cow<'static, str>>) -> Query {
    Query { text: text.into(), args: Vec::new(), is_in_order: true }
}

impl Query {
    /// The next argument of a text that already holds its placeholder.
    pub(crate) fn bind(mut self, arg: impl Into<Arg>) -> Self {
        self.is_in_order = false;
        self.args.push(arg.into());
        self
    }

    /// Adds text.
    pub(crate) fn push(mut self, text: &str) -> Self {
        self.text.to_mut().push_str(text);
        self
    }

    /// Adds an argument and its placeholder.
    pub(crate) fn arg(mut self, arg: impl Into<Arg>) -> Self {
        self.args.push(arg.into());
        let number = self.args.len();
        // Writing to a string can't fail.
        let _ = write!(self.text.to_mut(), "${number}");
        self
    }

    /// Adds ` and <condition> <placeholder>`.
    pub(crate) fn and(self, condition: &str, arg: impl Into<Arg>) -> Self {
        self.push(" and ").push(condition).push(" ").arg(arg)
    }

    /// Adds the condition when there is a value for it.
    pub(crate) fn and_some<T: Into<Arg>>(self, condition: &str, arg: Option<T>) -> Self {
        match arg {
            Some(arg) => self.and(condition, arg),
            None => self,
        }
    }

    /// Adds the conditions of a scope on columns `org` and `mode` of a table.
    pub(crate) fn within(self, table: &str, scope: Scope) -> Self {
        self.push(table)
            .push(".org = ")
            .arg(scope.org)
            .push(" and ")
            .push(table)
            .push(".mode = ")
            .arg(scope.mode)
    }

    /// The same with the column `project`, where the scope is narrowed to one.
    pub(crate) fn within_project(self, table: &str, scope: Scope) -> Self {
        let query = self.within(table, scope);
        match scope.project {
            Some(project) => query.push(" and ").push(table).push(".project = ").arg(project),
            None => query,
        }
    }

    /// Adds a bracketed list of arguments: `($3, $4)`. An empty one matches nothing.
    pub(crate) fn list<T: Into<Arg>>(mut self, args: impl IntoIterator<Item = T>) -> Self {
        self = self.push("(");
        let mut is_first = true;
        for arg in args {
            self = if is_first { self } else { self.push(", ") };
            self = self.arg(arg);
            is_first = false;
        }
        self.push(if is_first { "null)" } else { ")" })
    }

    /// Adds the rows of a `values` list: `($1, $2), ($3, $4)`.
    pub(crate) fn values(mut self, rows: impl IntoIterator<Item = Vec<Arg>>) -> Self {
        let mut before = "(";
        for row in rows {
            self = self.push(before);
            let mut between = "";
            for arg in row {
                self = self.push(between).arg(arg);
                between = ", ";
            }
            before = "), (";
        }
        self.push(")")
    }

    /// The same with `?` in place of `$1`, `$2`, … where there are many of them in order.
    pub(super) fn into_positional_parts(self) -> (Cow<'static, str>, Vec<Arg>) {
        if !self.is_in_order || self.args.len() < MANY {
            return self.into_parts();
        }
        let mut text = String::with_capacity(self.text.len());
        let mut pieces = self.text.split('$');
        text.push_str(pieces.next().unwrap_or_default());
        for piece in pieces {
            text.push('?');
            text.push_str(piece.trim_start_matches(|c: char| c.is_ascii_digit()));
        }
        (text.into(), self.args)
    }

    /// The same with `?1` in place of `$1`, which SQLite itself takes for a name.
    pub(super) fn into_sqlite_parts(self) -> (Cow<'static, str>, Vec<Arg>) {
        let (text, args) = self.into_positional_parts();
        if !text.contains('$') {
            return (text, args);
        }
        let mut numbered = String::with_capacity(text.len());
        let mut pieces = text.split('$');
        numbered.push_str(pieces.next().unwrap_or_default());
        for piece in pieces {
            numbered.push(if piece.starts_with(|c: char| c.is_ascii_digit()) { '?' } else { '$' });
            numbered.push_str(piece);
        }
        (numbered.into(), args)
    }

    pub(super) fn into_parts(self) -> (Cow<'static, str>, Vec<Arg>) {
        (self.text, self.args)
    }
}

/// Lengths of pieces: dense where batches are small, since every statement costs two changes of thread.
const LENGTHS: [usize; 21] = [64, 48, 40, 32, 28, 24, 20, 16, 14, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1];

/// Cuts rows into pieces of some fixed lengths, so that statements with one row after the other have few texts
/// and stay prepared.
pub(super) fn pieces<T>(rows: &[T]) -> impl Iterator<Item = &[T]> {
    let mut rest = rows;
    std::iter::from_fn(move || {
        let length = LENGTHS.into_iter().find(|length| *length <= rest.len())?;
        let (piece, after) = rest.split_at(length);
        rest = after;
        Some(piece)
    })
}

#[cfg(test)]
mod tests {
    use super::{pieces, sql};

    #[test]
    fn pieces_have_few_lengths_and_lose_nothing() {
        let rows: Vec<u32> = (0..151).collect();
        let lengths: Vec<usize> = pieces(&rows).map(<[u32]>::len).collect();
        assert_eq!(lengths, [64, 64, 20, 3]);
        assert_eq!(pieces(&rows).flatten().copied().collect::<Vec<_>>(), rows);
    }

    #[test]
    fn values_are_numbered_through() {
        let query =
            sql("values ").values([vec![1_i64.into(), 2_i64.into()], vec![3_i64.into(), 4_i64.into()]]);
        assert_eq!(query.text, "values ($1, $2), ($3, $4)");
    }

    #[test]
    fn many_placeholders_in_order_lose_their_numbers() {
        let query = sql("values ").values((0..8).map(|n| vec![i64::from(n).into(), 2_i64.into()]));
        let (text, args) = query.push(" x").into_positional_parts();
        assert_eq!(text, "values (?, ?), (?, ?), (?, ?), (?, ?), (?, ?), (?, ?), (?, ?), (?, ?) x");
        assert_eq!(args.len(), 16);
        // One that was bound by hand may stand anywhere.
        let query = sql("select $1 in ").bind(1_i64).list(0..20_i64);
        assert!(query.into_positional_parts().0.contains("$20"));
    }

    #[test]
    fn placeholders_are_numbered() {
        let query = sql("select a from t where b = $1")
            .bind(1_i64)
            .and("c in", 2_i64)
            .push(" or d in ")
            .list([3_i64, 4]);
        assert_eq!(query.text, "select a from t where b = $1 and c in $2 or d in ($3, $4)");
        assert_eq!(query.args.len(), 4);
    }

    #[test]
    fn an_empty_list_is_still_a_statement() {
        assert_eq!(sql("a in ").list(Vec::<i64>::new()).text, "a in (null)");
    }
}
