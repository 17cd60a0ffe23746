//! Rows of either driver.

use serde::de::DeserializeOwned;
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{Decode, Postgres, Row as _, Sqlite, Type};

use super::{Column, Result};
use crate::error::StoreError;

/// What both drivers can read.
pub(crate) trait Field:
    Type<Sqlite> + for<'r> Decode<'r, Sqlite> + Type<Postgres> + for<'r> Decode<'r, Postgres>
{
}

impl<T> Field for T where
    T: Type<Sqlite> + for<'r> Decode<'r, Sqlite> + Type<Postgres> + for<'r> Decode<'r, Postgres>
{
}

/// A row.
pub(crate) enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

impl Row {
    fn raw<T: Field>(&self, column: &'static str) -> Result<T>
    where
        Option<T>: Field,
    {
        self.raw_opt(column)?.ok_or_else(|| StoreError::Corrupt { column, reason: "missing".to_owned() })
    }

    fn raw_opt<T: Field>(&self, column: &'static str) -> Result<Option<T>>
    where
        Option<T>: Field,
    {
        match self {
            Self::Sqlite(row) => row.try_get(column),
            Self::Postgres(row) => row.try_get(column),
        }
        .map_err(|error| StoreError::Corrupt { column, reason: error.to_string() })
    }

    /// A column that is there.
    pub(crate) fn get<T: Column>(&self, column: &'static str) -> Result<T>
    where
        Option<T::Raw>: Field,
    {
        T::from_raw(self.raw(column)?).map_err(|reason| StoreError::Corrupt { column, reason })
    }

    /// A column that may be null.
    pub(crate) fn opt<T: Column>(&self, column: &'static str) -> Result<Option<T>>
    where
        Option<T::Raw>: Field,
    {
        self.raw_opt::<T::Raw>(column)?
            .map(T::from_raw)
            .transpose()
            .map_err(|reason| StoreError::Corrupt { column, reason })
    }

    /// A document that is there.
    pub(crate) fn json<T: DeserializeOwned>(&self, column: &'static str) -> Result<T> {
        read_json(column, &self.raw::<String>(column)?)
    }

    /// A document that may have been removed.
    pub(crate) fn json_opt<T: DeserializeOwned>(&self, column: &'static str) -> Result<Option<T>> {
        self.raw_opt::<String>(column)?.map(|text| read_json(column, &text)).transpose()
    }
}

fn read_json<T: DeserializeOwned>(column: &'static str, text: &str) -> Result<T> {
    // The place of the error is told, its text may hold a piece of the document.
    serde_json::from_str(text).map_err(|error| StoreError::Corrupt {
        column,
        reason: format!("not the expected document, at character {}", error.column()),
    })
}

/// The text of a document. Stored as text, not as a JSON type: keys keep their order and U+0000 its escape.
pub(crate) fn json_text<T: serde::Serialize>(document: &T) -> Result<String> {
    serde_json::to_string(document).map_err(|error| StoreError::Internal(Box::new(error)))
}
