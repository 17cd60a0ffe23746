//! Paths and queries of requests.

use std::fmt::Write as _;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// RFC 3986: unreserved characters stay as they are.
const DATA: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'~');
const DATA_WITH_DOTS: &AsciiSet = &DATA.remove(b'.');

/// A text as one segment of a path: `..` too is data.
pub(crate) fn segment(text: &str) -> String {
    let set = if text.chars().all(|c| c == '.') { DATA } else { DATA_WITH_DOTS };
    utf8_percent_encode(text, set).to_string()
}

/// A query built up piece by piece; what is absent is left out.
#[derive(Debug, Clone, Default)]
pub(crate) struct Query(String);

impl Query {
    /// A parameter, when there is a value.
    #[must_use]
    pub(crate) fn with(mut self, name: &str, value: Option<impl ToString>) -> Self {
        if let Some(value) = value {
            let mark = if self.0.is_empty() { '?' } else { '&' };
            let value = value.to_string();
            // Writing to a text can't fail.
            let _ = write!(self.0, "{mark}{name}={}", utf8_percent_encode(&value, DATA_WITH_DOTS));
        }
        self
    }

    /// The path with this query.
    pub(crate) fn of(&self, path: &str) -> String {
        format!("{path}{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_data_in_one_segment() {
        assert_eq!(segment("Get Rental/ö?"), "Get%20Rental%2F%C3%B6%3F");
        assert_eq!(segment(".."), "%2E%2E");
        assert_eq!(segment("v1.2-x_y~z"), "v1.2-x_y~z");
    }

    #[test]
    fn absent_values_leave_no_trace() {
        let query = Query::default().with("a", Some("x&y")).with("b", None::<&str>).with("c", Some(3));
        assert_eq!(query.of("/v1/x"), "/v1/x?a=x%26y&c=3");
        assert_eq!(Query::default().of("/v1/x"), "/v1/x");
    }
}
