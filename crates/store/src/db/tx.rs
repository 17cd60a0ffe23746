//! Transactions. Dropped without [`Tx::commit`], nothing of one remains.

use sqlx::{Postgres, Sqlite, Transaction};

use super::{Query, Result, Row, on};

/// A transaction that writes.
pub(crate) enum Tx {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

impl Tx {
    /// All rows of a statement.
    pub(crate) async fn rows(&mut self, query: Query) -> Result<Vec<Row>> {
        match self {
            Self::Sqlite(tx) => on!(query, Sqlite, statement => {
                Ok(statement.fetch_all(&mut **tx).await?.into_iter().map(Row::Sqlite).collect())
            }),
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
            Self::Sqlite(tx) => on!(query, Sqlite, statement => {
                Ok(statement.execute(&mut **tx).await?.rows_affected())
            }),
            Self::Postgres(tx) => on!(query, Postgres, statement => {
                Ok(statement.execute(&mut **tx).await?.rows_affected())
            }),
        }
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
