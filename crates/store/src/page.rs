//! Lists in pages: a cursor names the last row that was seen, so rows that come in between shift nothing.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use uuid::Uuid;

use crate::db::Query;

/// The place after a row: its sort key and its id. Opaque to clients; text form: 32 characters of base64url.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    pub(crate) key: i64,
    pub(crate) id: Uuid,
}

/// A text that is no cursor of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a cursor of this list")]
pub struct CursorError;

impl fmt::Display for Cursor {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = [0_u8; 24];
        bytes[..8].copy_from_slice(&self.key.to_be_bytes());
        bytes[8..].copy_from_slice(self.id.as_bytes());
        out.write_str(&URL_SAFE_NO_PAD.encode(bytes))
    }
}

impl FromStr for Cursor {
    type Err = CursorError;

    fn from_str(text: &str) -> Result<Self, CursorError> {
        let mut bytes = [0_u8; 24];
        match URL_SAFE_NO_PAD.decode_slice(text, &mut bytes) {
            Ok(24) => {}
            _ => return Err(CursorError),
        }
        let mut key = [0_u8; 8];
        key.copy_from_slice(&bytes[..8]);
        let mut id = [0_u8; 16];
        id.copy_from_slice(&bytes[8..]);
        Ok(Self { key: i64::from_be_bytes(key), id: Uuid::from_bytes(id) })
    }
}

/// Which rows come first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// In the order in which they were made.
    #[default]
    OldestFirst,
    /// The other way round.
    NewestFirst,
}

/// Which part of a list is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// Most rows; what is outside 1 to 1000 is moved there.
    pub limit: u32,
    /// Where the page before ended.
    pub after: Option<Cursor>,
}

impl Page {
    /// Most rows of a page.
    pub const MOST: u32 = 1000;

    /// The first page.
    pub const fn first(limit: u32) -> Self {
        Self { limit, after: None }
    }

    fn wanted(&self) -> usize {
        self.limit.clamp(1, Self::MOST) as usize
    }
}

impl Default for Page {
    fn default() -> Self {
        Self::first(50)
    }
}

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageOf<T> {
    /// The rows.
    pub items: Vec<T>,
    /// Where the next page starts; none at the end of the list.
    pub next: Option<Cursor>,
}

impl<T> PageOf<T> {
    /// Cuts what [`Query::paged`] fetched, one row more than wanted, into a page.
    pub(crate) fn cut(mut items: Vec<T>, page: &Page, place: impl Fn(&T) -> Cursor) -> Self {
        let wanted = page.wanted();
        let next = if items.len() > wanted {
            items.truncate(wanted);
            items.last().map(place)
        } else {
            None
        };
        Self { items, next }
    }
}

impl Query {
    /// Adds the condition after the cursor, the order and the limit. `key` and `id` are columns; the statement
    /// already has a condition.
    pub(crate) fn paged(self, page: &Page, order: Order, key: &str, id: &str) -> Self {
        let (sign, direction) = match order {
            Order::OldestFirst => (">", "asc"),
            Order::NewestFirst => ("<", "desc"),
        };
        let query = match page.after {
            Some(Cursor { key: after, id: after_id }) => {
                let places = format!(" and ({key}, {id}) {sign} (");
                self.push(&places).arg(after).push(", ").arg(after_id).push(")")
            }
            None => self,
        };
        let limit = i64::try_from(page.wanted() + 1).unwrap_or(i64::MAX);
        query.push(&format!(" order by {key} {direction}, {id} {direction} limit ")).arg(limit)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn cursors_go_out_and_come_back() {
        let cursor = Cursor { key: -7, id: Uuid::from_u128(9) };
        assert_eq!(cursor.to_string().len(), 32);
        assert_eq!(cursor.to_string().parse::<Cursor>().unwrap(), cursor);
    }

    #[test]
    fn other_texts_are_no_cursors() {
        for text in ["", "abc", "!!!!", &"A".repeat(31), &"A".repeat(33), &"A".repeat(400)] {
            assert_eq!(text.parse::<Cursor>(), Err(CursorError), "{text}");
        }
    }
}
