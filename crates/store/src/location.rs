//! Where the database is.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use sqlx::postgres::PgConnectOptions;

use crate::error::StoreError;

/// The location of the database: `sqlite:/path/file.db` or `postgres://user@host/name`. Its `Debug` shows no
/// password.
#[derive(Clone)]
pub enum DatabaseUrl {
    /// One file.
    Sqlite(PathBuf),
    /// A PostgreSQL server.
    Postgres(Box<PgConnectOptions>),
}

impl DatabaseUrl {
    /// Reads a location. The error names the form that is expected and never repeats the text.
    pub fn parse(text: &str) -> Result<Self, StoreError> {
        if let Some(rest) = text.strip_prefix("sqlite:") {
            let path = rest.strip_prefix("//").unwrap_or(rest);
            if path.is_empty() || path.starts_with(':') || path.contains(['?', '\0']) {
                return Err(StoreError::Setup("expected sqlite:/path/to/file.db".to_owned()));
            }
            return Ok(Self::Sqlite(PathBuf::from(path)));
        }
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return PgConnectOptions::from_str(text)
                .map(|options| Self::Postgres(Box::new(options)))
                .map_err(|_| {
                    StoreError::Setup("expected postgres://user:password@host:port/database".to_owned())
                });
        }
        Err(StoreError::Setup("expected sqlite:/path/to/file.db or postgres://…".to_owned()))
    }

    /// The location of a SQLite file.
    pub fn sqlite(path: impl AsRef<Path>) -> Self {
        Self::Sqlite(path.as_ref().to_path_buf())
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(out, "sqlite:{}", path.display()),
            Self::Postgres(options) => {
                let database = options.get_database().unwrap_or_default();
                write!(out, "postgres://{}@{}/{database}", options.get_username(), options.get_host())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::DatabaseUrl;

    #[test]
    fn both_forms_are_read() {
        assert_eq!(format!("{:?}", DatabaseUrl::parse("sqlite:/tmp/a.db").unwrap()), "sqlite:/tmp/a.db");
        assert_eq!(format!("{:?}", DatabaseUrl::parse("sqlite:///tmp/a.db").unwrap()), "sqlite:/tmp/a.db");
        let postgres = DatabaseUrl::parse("postgres://me:hunter2@db.example:5433/hook").unwrap();
        assert_eq!(format!("{postgres:?}"), "postgres://me@db.example/hook");
    }

    #[test]
    fn nothing_else_is_read_and_nothing_is_repeated() {
        for text in [
            "",
            "sqlite:",
            "sqlite::memory:",
            "sqlite:a.db?mode=rw",
            "mysql://hunter2",
            "postgres://[hunter2",
        ] {
            let error = DatabaseUrl::parse(text).unwrap_err().to_string();
            assert!(!error.contains("hunter2"), "{error}");
        }
    }
}
