//! Query strings: names that nobody knows are ignored.

use std::collections::HashMap;

use hookswitch_registry::{Cursor, Page};
use http::Uri;

use crate::wire::trouble::Trouble;

/// A query, read.
#[derive(Debug)]
pub(super) struct Query(HashMap<String, String>);

impl Query {
    /// Reads the query of a request; of a name that is there twice the first counts.
    pub(super) fn of(uri: &Uri) -> Self {
        let mut values = HashMap::new();
        for (name, value) in url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()) {
            values.entry(name.into_owned()).or_insert_with(|| value.into_owned());
        }
        Self(values)
    }

    /// A value.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// `limit`, at most `most`.
    pub(super) fn limit(&self, by_default: u32, most: u32) -> Result<u32, Trouble> {
        let Some(text) = self.get("limit") else { return Ok(by_default) };
        let number = text.parse().ok().filter(|number| (1..=most).contains(number));
        number.ok_or_else(|| Trouble::field("limit", &format!("must be 1 to {most}")))
    }

    /// `cursor` of a list that is one of the house.
    pub(super) fn cursor(&self) -> Result<Option<Cursor>, Trouble> {
        let Some(text) = self.get("cursor") else { return Ok(None) };
        text.parse().map(Some).map_err(|_| Trouble::field("cursor", "is not a cursor of this list"))
    }

    /// `limit` and `cursor`.
    pub(super) fn page(&self, by_default: u32, most: u32) -> Result<Page, Trouble> {
        Ok(Page { limit: self.limit(by_default, most)?, after: self.cursor()? })
    }
}
