//! What can go wrong in the store.

/// An error of the store. Texts are for operators; the edge words its own answers.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// No such row within the scope; rows of other tenants are not there.
    #[error("not found")]
    NotFound,
    /// Another row has it already, or the row is not in the state that the change needs.
    #[error("{what} is already taken")]
    Conflict {
        /// What is taken: `tool name`, `agent name`, …
        what: &'static str,
    },
    /// The row changed since the caller read it.
    #[error("expected version {expected}, found {found}")]
    VersionMismatch {
        /// The version the caller read.
        expected: u32,
        /// The version that is stored.
        found: u32,
    },
    /// A list is as long as it may be.
    #[error("at most {most} {what}")]
    Full {
        /// What there is too much of.
        what: &'static str,
        /// How many there may be.
        most: usize,
    },
    /// The database can't be reached, is locked, or is shutting down; trying again may help.
    #[error("the database is not available")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A stored value can't be read back.
    #[error("column {column} holds a value that can't be read: {reason}")]
    Corrupt {
        /// The column.
        column: &'static str,
        /// Why, without the value.
        reason: String,
    },
    /// The database can't be opened as configured.
    #[error("{0}")]
    Setup(String),
    /// Anything else that the database said.
    #[error("the database refused a statement")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl StoreError {
    /// Names what a broken uniqueness rule was about.
    pub(crate) fn about(self, what: &'static str) -> Self {
        match self {
            Self::Conflict { .. } => Self::Conflict { what },
            other => other,
        }
    }

    /// Whether trying the same again later may help.
    pub const fn is_transient(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        if let sqlx::Error::Database(database) = &error {
            if database.is_unique_violation() {
                return Self::Conflict { what: "value" };
            }
            return match database.code() {
                Some(code) if is_transient_code(&code) => Self::Unavailable(Box::new(error)),
                _ => Self::Internal(Box::new(error)),
            };
        }
        match error {
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed => Self::Unavailable(Box::new(error)),
            other => Self::Internal(Box::new(other)),
        }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        let rusqlite::Error::SqliteFailure(failure, _) = &error else {
            return Self::Internal(Box::new(error));
        };
        match failure.extended_code {
            rusqlite::ffi::SQLITE_CONSTRAINT_UNIQUE | rusqlite::ffi::SQLITE_CONSTRAINT_PRIMARYKEY => {
                Self::Conflict { what: "value" }
            }
            code if is_transient_code(&code.to_string()) => Self::Unavailable(Box::new(error)),
            _ => Self::Internal(Box::new(error)),
        }
    }
}

/// SQLite's busy (5), locked (6) and full (13) families, also as extended codes; PostgreSQL's connection
/// trouble (08), rollbacks by the server (40), lack of resources (53) and shutdown (57P).
fn is_transient_code(code: &str) -> bool {
    match code.parse::<u32>() {
        Ok(number) if code.len() < 5 => matches!(number & 0xff, 5 | 6 | 13),
        _ => ["08", "40", "53", "57P"].iter().any(|class| code.starts_with(class)),
    }
}

#[cfg(test)]
mod tests {
    use super::is_transient_code;

    #[test]
    fn transient_codes_of_both_databases() {
        for code in ["5", "261", "6", "13", "08006", "40P01", "53300", "57P01"] {
            assert!(is_transient_code(code), "{code}");
        }
        for code in ["1", "19", "2067", "23505", "42P01", "57014"] {
            assert!(!is_transient_code(code), "{code}");
        }
    }
}
