//! Lists over several pages.

use serde_json::{Value, json};

use super::{Api, Query};
use crate::error::CliError;

/// Most rows of one page (native API: Lists).
const MOST_ROWS: usize = 200;

/// How much of a list is wanted.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(crate) struct Paging {
    /// Most rows
    #[arg(long, default_value_t = 50, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    limit: u32,
}

impl Paging {
    /// All there is, within reason.
    pub(crate) const ALL: Self = Self { limit: 100_000 };
}

/// Rows of a list.
#[derive(Debug, Clone)]
pub(crate) struct Page {
    /// The API's JSON; of several pages put together.
    pub(crate) raw: Vec<u8>,
    /// The same as a value.
    pub(crate) value: Value,
    /// Whether there are more rows than were asked for.
    pub(crate) has_more: bool,
}

impl Page {
    /// The rows.
    pub(crate) fn rows(&self) -> &[Value] {
        self.value["data"].as_array().map_or(&[], Vec::as_slice)
    }
}

impl Api {
    /// Reads a list, page after page until there are as many rows as wanted.
    pub(crate) async fn list(&mut self, path: &str, query: &Query, paging: Paging) -> Result<Page, CliError> {
        let wanted = paging.limit as usize;
        let mut rows: Vec<Value> = Vec::new();
        let mut cursor: Option<String> = None;
        loop {
            let limit = (wanted - rows.len()).min(MOST_ROWS);
            let query = query.clone().with("limit", Some(limit)).with("cursor", cursor.as_deref());
            let answer = self.get(&query.of(path)).await?;
            let next = answer.value["next_cursor"].as_str().map(str::to_owned);
            let has_more = next.is_some();
            if rows.is_empty() && (!has_more || wanted <= MOST_ROWS) {
                return Ok(Page { raw: answer.raw.to_vec(), value: answer.value, has_more });
            }
            let mut value = answer.value;
            let page = value["data"].as_array_mut().map(std::mem::take).unwrap_or_default();
            let is_stuck = page.is_empty();
            rows.extend(page);
            if !has_more || is_stuck || rows.len() >= wanted {
                let value = json!({"data": rows, "next_cursor": next});
                return Ok(Page { raw: value.to_string().into_bytes(), value, has_more });
            }
            cursor = next;
        }
    }
}
