//! The two drivers behind one face. Statements are [`Query`]s: one text with `$1` placeholders that both
//! databases take, and arguments of five types. Only this folder names a driver.

mod arg;
mod column;
mod many;
mod query;
mod row;
mod sqlite;
mod tx;

use sqlx::postgres::PgArguments;
use sqlx::sqlite::SqliteArguments;
use sqlx::{PgPool, SqlitePool};

pub(crate) use arg::Arg;
pub(crate) use column::Column;
pub(crate) use many::Many;
pub(crate) use query::{Query, sql};
pub(crate) use row::{Field, Row, json_text};
pub(crate) use sqlite::SqliteWriter;
pub(crate) use tx::Tx;

use crate::error::StoreError;

pub(crate) type Result<T, E = StoreError> = std::result::Result<T, E>;

/// The open database.
#[derive(Debug, Clone)]
pub(crate) enum Db {
    /// One connection writes, several read.
    Sqlite { writer: SqliteWriter, readers: SqlitePool },
    /// Any connection does anything.
    Postgres(PgPool),
}

/// Expands one expression per driver, with the statement prepared for it.
macro_rules! on {
    ($query:expr, $driver:ident, $statement:ident => $body:expr) => {{
        let (text, args) = $crate::db::parts!($driver, $query);
        let arguments = $crate::db::arguments!($driver, args);
        let $statement = match text {
            std::borrow::Cow::Borrowed(text) => sqlx::query_with::<sqlx::$driver, _>(text, arguments),
            std::borrow::Cow::Owned(text) => {
                sqlx::query_with::<sqlx::$driver, _>(sqlx::AssertSqlSafe(text), arguments)
            }
        };
        $body
    }};
}
pub(crate) use on;

macro_rules! parts {
    (Sqlite, $query:expr) => {
        $query.into_positional_parts()
    };
    (Postgres, $query:expr) => {
        $query.into_parts()
    };
}
pub(crate) use parts;

macro_rules! arguments {
    (Sqlite, $args:expr) => {
        $crate::db::sqlite_arguments($args)?
    };
    (Postgres, $args:expr) => {
        $crate::db::postgres_arguments($args)?
    };
}
pub(crate) use arguments;

fn sqlite_arguments(args: Vec<Arg>) -> Result<SqliteArguments> {
    let mut filled = SqliteArguments::default();
    for arg in args {
        arg.add_to(&mut filled)?;
    }
    Ok(filled)
}

fn postgres_arguments(args: Vec<Arg>) -> Result<PgArguments> {
    let mut filled = PgArguments::default();
    for arg in args {
        arg.add_to(&mut filled)?;
    }
    Ok(filled)
}

impl Db {
    /// All rows of a query.
    pub(crate) async fn rows(&self, query: Query) -> Result<Vec<Row>> {
        match self {
            Self::Sqlite { readers, .. } => on!(query, Sqlite, statement => {
                Ok(statement.fetch_all(readers).await?.into_iter().map(Row::Sqlite).collect())
            }),
            Self::Postgres(pool) => on!(query, Postgres, statement => {
                Ok(statement.fetch_all(pool).await?.into_iter().map(Row::Postgres).collect())
            }),
        }
    }

    /// The first row of a query, if any.
    pub(crate) async fn row(&self, query: Query) -> Result<Option<Row>> {
        match self {
            Self::Sqlite { readers, .. } => on!(query, Sqlite, statement => {
                Ok(statement.fetch_optional(readers).await?.map(Row::Sqlite))
            }),
            Self::Postgres(pool) => on!(query, Postgres, statement => {
                Ok(statement.fetch_optional(pool).await?.map(Row::Postgres))
            }),
        }
    }

    /// Runs one change by itself and says how many rows it touched.
    pub(crate) async fn run(&self, query: Query) -> Result<u64> {
        match self {
            Self::Sqlite { writer, .. } => writer.run(query).await,
            Self::Postgres(pool) => on!(query, Postgres, statement => {
                Ok(statement.execute(pool).await?.rows_affected())
            }),
        }
    }

    /// Begins a transaction that writes.
    pub(crate) async fn begin(&self) -> Result<Tx> {
        Ok(match self {
            Self::Sqlite { writer, .. } => Tx::Sqlite(writer.begin(sqlite::Place::Aside).await?),
            Self::Postgres(pool) => Tx::Postgres(pool.begin().await?),
        })
    }

    /// The same for a thread of the caller's own: statements on SQLite run on it, and it waits for the disk.
    pub(crate) async fn begin_here(&self) -> Result<Tx> {
        match self {
            Self::Sqlite { writer, .. } => Ok(Tx::Sqlite(writer.begin(sqlite::Place::Here).await?)),
            Self::Postgres(_) => self.begin().await,
        }
    }

    /// The function that gives the place of a text within a text, 0 when it is not there.
    pub(crate) const fn place_of(&self) -> &'static str {
        match self {
            Self::Sqlite { .. } => "instr",
            Self::Postgres(_) => "strpos",
        }
    }

    /// Closes all connections after what runs on them.
    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite { writer, readers } => {
                readers.close().await;
                writer.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }
}
