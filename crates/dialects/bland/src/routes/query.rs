//! The query of a list. Names that nobody knows are ignored.

use axum::extract::FromRequestParts;
use axum::response::Response;
use http::request::Parts;

use super::answer::refusal;
use crate::wire::problem::{INVALID_PARAMETER, Problem};

/// Most tools of a list, and as many as there are without a limit.
const MOST: u32 = 1000;

/// Which tools.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ListQuery {
    pub(super) search: Option<String>,
    pub(super) limit: u32,
}

impl<S: Send + Sync> FromRequestParts<S> for ListQuery {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Response> {
        read(parts.uri.query().unwrap_or_default()).map_err(|problem| refusal(&problem))
    }
}

fn read(text: &str) -> Result<ListQuery, Problem> {
    let mut query = ListQuery { search: None, limit: MOST };
    for (name, value) in url::form_urlencoded::parse(text.as_bytes()) {
        match &*name {
            "search" => query.search = Some(value.into_owned()),
            "limit" => {
                let limit = value.trim().parse().ok().filter(|limit| (1..=MOST).contains(limit));
                query.limit = limit.ok_or_else(|| {
                    let message = format!("limit must be a number from 1 to {MOST}.");
                    Problem::at(INVALID_PARAMETER, "limit", message)
                })?;
            }
            _ => {}
        }
    }
    Ok(query)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn unknown_names_are_ignored() {
        let all = ListQuery { search: None, limit: 1000 };
        assert_eq!(read("").unwrap(), all);
        assert_eq!(read("page=3&sort=name").unwrap(), all);
        let some = ListQuery { search: Some("a b".to_owned()), limit: 5 };
        assert_eq!(read("search=a%20b&limit=5").unwrap(), some);
        for text in ["limit=0", "limit=1001", "limit=x", "limit=-1", "limit="] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
