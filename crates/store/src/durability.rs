//! What a commit promises, read back from the database rather than believed.

use sqlx::PgPool;

use crate::db::SqliteWriter;
use crate::error::StoreError;

/// The settings on which the ledger's promise rests, as the database itself reports them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Durability {
    /// SQLite: `PRAGMA synchronous` (2 is FULL) and `PRAGMA journal_mode` of the writing connection.
    Sqlite {
        /// 0 off, 1 normal, 2 full, 3 extra.
        synchronous: i64,
        /// `wal`.
        journal_mode: String,
    },
    /// PostgreSQL: `SHOW synchronous_commit` and `SHOW fsync`.
    Postgres {
        /// `on`.
        synchronous_commit: String,
        /// `on`, but for test servers.
        fsync: String,
    },
}

impl Durability {
    pub(crate) fn of_sqlite(writer: &SqliteWriter) -> Result<Self, StoreError> {
        let (synchronous, journal_mode) = writer.durability()?;
        Ok(Self::Sqlite { synchronous, journal_mode })
    }

    pub(crate) async fn of_postgres(pool: &PgPool) -> Result<Self, StoreError> {
        let (synchronous_commit,) = sqlx::query_as("show synchronous_commit").fetch_one(pool).await?;
        let (fsync,) = sqlx::query_as("show fsync").fetch_one(pool).await?;
        Ok(Self::Postgres { synchronous_commit, fsync })
    }

    /// Refuses settings under which an acknowledged commit may be lost. `fsync = off` is an operator's explicit
    /// choice for the whole PostgreSQL server: it is warned about.
    pub(crate) fn check(&self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite { synchronous, journal_mode } => {
                if *synchronous < 2 || !journal_mode.eq_ignore_ascii_case("wal") {
                    return Err(StoreError::Setup(format!(
                        "SQLite must run with synchronous=FULL and journal_mode=WAL, \
                         found {synchronous} and {journal_mode}"
                    )));
                }
            }
            Self::Postgres { synchronous_commit, fsync } => {
                if !matches!(synchronous_commit.as_str(), "on" | "remote_apply") {
                    return Err(StoreError::Setup(format!(
                        "PostgreSQL must run with synchronous_commit=on, found {synchronous_commit}"
                    )));
                }
                if fsync != "on" {
                    tracing::warn!(fsync, "PostgreSQL does not flush: a power loss can lose acts");
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Durability;

    #[test]
    fn weak_settings_are_refused() {
        let sqlite =
            |synchronous, mode: &str| Durability::Sqlite { synchronous, journal_mode: mode.to_owned() };
        assert!(sqlite(2, "wal").check().is_ok());
        assert!(sqlite(1, "wal").check().is_err());
        assert!(sqlite(2, "delete").check().is_err());
        let postgres = |commit: &str| Durability::Postgres {
            synchronous_commit: commit.to_owned(),
            fsync: "on".to_owned(),
        };
        assert!(postgres("on").check().is_ok());
        assert!(postgres("off").check().is_err());
        assert!(postgres("local").check().is_err());
    }
}
