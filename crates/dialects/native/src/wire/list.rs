//! Pages of lists.

use serde::Serialize;
use utoipa::ToSchema;

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct List<T> {
    /// The entries.
    pub data: Vec<T>,
    /// Give it as `cursor` for the next page; null at the end.
    #[schema(required = true)]
    pub next_cursor: Option<String>,
}

/// A list that is always given whole.
#[derive(Debug, Serialize, ToSchema)]
pub struct Whole<T> {
    /// The entries.
    pub data: Vec<T>,
}
