//! Rows of either driver.

use std::sync::Arc;

use rusqlite::types::Value;
use serde::de::DeserializeOwned;
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{Decode, Postgres, Row as _, Sqlite, Type};
use uuid::Uuid;

use super::{Column, Result};
use crate::error::StoreError;

/// What both drivers can read.
pub(crate) trait Field:
    Type<Sqlite> + for<'r> Decode<'r, Sqlite> + Type<Postgres> + for<'r> Decode<'r, Postgres> + Local
{
}

impl<T> Field for T where
    T: Type<Sqlite> + for<'r> Decode<'r, Sqlite> + Type<Postgres> + for<'r> Decode<'r, Postgres> + Local
{
}

/// What a value of the writing SQLite connection is read as; `None` when it is of another type.
pub(crate) trait Local: Sized {
    fn from_local(value: &Value) -> Option<Self>;
}

macro_rules! local {
    ($($type:ty, $pattern:pat => $read:expr;)*) => {$(
        impl Local for $type {
            fn from_local(value: &Value) -> Option<Self> {
                match value {
                    $pattern => $read,
                    _ => None,
                }
            }
        }
    )*};
}

local! {
    i64, Value::Integer(value) => Some(*value);
    bool, Value::Integer(value) => Some(*value != 0);
    String, Value::Text(text) => Some(text.clone());
    Vec<u8>, Value::Blob(bytes) => Some(bytes.clone());
    Uuid, Value::Blob(bytes) => Uuid::from_slice(bytes).ok();
}

impl<T: Local> Local for Option<T> {
    fn from_local(value: &Value) -> Option<Self> {
        match value {
            Value::Null => Some(None),
            other => T::from_local(other).map(Some),
        }
    }
}

/// The names of a statement's columns.
pub(super) type Names = Arc<[String]>;

/// A row of the writing SQLite connection.
pub(crate) struct LocalRow {
    names: Names,
    values: Vec<Value>,
}

impl LocalRow {
    pub(super) const fn new(names: Names, values: Vec<Value>) -> Self {
        Self { names, values }
    }

    fn read<T: Local>(&self, column: &str) -> Result<T, String> {
        let place = self.names.iter().position(|name| name == column);
        let value = place.and_then(|place| self.values.get(place)).ok_or("no such column")?;
        T::from_local(value).ok_or_else(|| "of another type".to_owned())
    }
}

/// A row.
pub(crate) enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
    Local(LocalRow),
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
            Self::Sqlite(row) => row.try_get(column).map_err(|error| error.to_string()),
            Self::Postgres(row) => row.try_get(column).map_err(|error| error.to_string()),
            Self::Local(row) => row.read(column),
        }
        .map_err(|reason| StoreError::Corrupt { column, reason })
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

/// Room for the text of most documents, so that it need not grow step by step.
const DOCUMENT: usize = 1024;

/// The text of a document. Stored as text, not as a JSON type: keys keep their order and U+0000 its escape.
pub(crate) fn json_text<T: serde::Serialize>(document: &T) -> Result<String> {
    let mut text = Vec::with_capacity(DOCUMENT);
    serde_json::to_writer(&mut text, document).map_err(|error| StoreError::Internal(Box::new(error)))?;
    String::from_utf8(text).map_err(|error| StoreError::Internal(Box::new(error)))
}
