//! Pages of lists: `limit` and an opaque `cursor`.

use hookswitch_registry::Page;

use crate::failure::Failure;

/// Most rows of a page.
pub const MAX_LIMIT: u32 = 200;
/// Rows of a page when nothing is said.
const DEFAULT_LIMIT: u32 = 50;

/// The paging part of a query. Fields of queries are not flattened, so lists name these two themselves.
#[derive(Debug, Clone, Default)]
pub struct PageQuery {
    /// 1 to 200; 50 when absent.
    pub limit: Option<u32>,
    /// What the page before said.
    pub cursor: Option<String>,
}

impl PageQuery {
    /// The page for the store.
    pub fn page(&self) -> Result<Page, Failure> {
        let limit = self.limit.unwrap_or(DEFAULT_LIMIT);
        if !(1..=MAX_LIMIT).contains(&limit) {
            return Err(Failure::invalid("$query.limit", "out_of_range", format!("1 to {MAX_LIMIT}")));
        }
        let after = self.cursor.as_deref().map(str::parse).transpose();
        let after = after.map_err(|error: hookswitch_registry::CursorError| {
            Failure::invalid("$query.cursor", "invalid_cursor", error.to_string())
        })?;
        Ok(Page { limit, after })
    }
}
