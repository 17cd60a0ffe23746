//! Transactions. Dropped without [`Tx::commit`], nothing of one remains.

use sqlx::{Postgres, Transaction};

use super::sqlite::SqliteTx;
use super::{Arg, Many, Query, Result, Row, on};

/// A transaction that writes.
pub(crate) enum Tx {
    Sqlite(SqliteTx),
    Postgres(Transaction<'static, Postgres>),
}

impl Tx {
    /// All rows of a statement.
    pub(crate) async fn rows(&mut self, query: Query) -> Result<Vec<Row>> {
        match self {
            Self::Sqlite(tx) => tx.rows(query).await,
            Self::Postgres(tx) => on!(query, Postgres, statement => {
                Ok(statement.fetch_all(&mut **tx).await?.into_iter().map(Row::Postgres).collect())
            }),
        }
    }

    /// The first row of a statement, if any.
    pub(crate) async fn row(&mut self, query: Query) -> Result<Option<Row>> {
        Ok(self.rows(query).await?.into_iter().next())
    }

    /// Runs a change and says how many rows it touched.
    pub(crate) async fn run(&mut self, query: Query) -> Result<u64> {
        match self {
            Self::Sqlite(tx) => tx.run(query).await,
            Self::Postgres(tx) => on!(query, Postgres, statement => {
                Ok(statement.execute(&mut **tx).await?.rows_affected())
            }),
        }
    }

    /// All rows that a statement gives for many rows of arguments.
    pub(crate) async fn rows_of_many(
        &mut self,
        many: &'static Many,
        rows: Vec<Vec<Arg>>,
        lock: &str,
    ) -> Result<Vec<Row>> {
        if let Self::Sqlite(tx) = self {
            return if rows.is_empty() { Ok(Vec::new()) } else { tx.rows_of_many(many, rows).await };
        }
        let mut found = Vec::new();
        for query in many.for_pieces(&rows, lock) {
            found.extend(self.rows(query).await?);
        }
        Ok(found)
    }

    /// Runs a change with many rows of arguments and says how many rows it touched.
    pub(crate) async fn run_many(&mut self, many: &'static Many, rows: Vec<Vec<Arg>>) -> Result<u64> {
        if let Self::Sqlite(tx) = self {
            return if rows.is_empty() { Ok(0) } else { tx.run_many(many, rows).await };
        }
        let mut changed = 0;
        for query in many.for_pieces(&rows, "") {
            changed += self.run(query).await?;
        }
        Ok(changed)
    }

    /// ` for update` where rows are locked one by one.
    pub(crate) const fn for_update(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => "",
            Self::Postgres(_) => " for update",
        }
    }

    /// ` for no key update` where rows are locked one by one: it keeps other owners out and lets references in.
    pub(crate) const fn for_no_key_update(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => "",
            Self::Postgres(_) => " for no key update",
        }
    }

    /// Makes it durable.
    pub(crate) async fn commit(self) -> Result<()> {
        match self {
            Self::Sqlite(tx) => tx.commit().await?,
            Self::Postgres(tx) => tx.commit().await?,
        }
        Ok(())
    }
}
