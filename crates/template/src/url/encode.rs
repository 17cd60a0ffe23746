//! Percent-encoding of values.

use std::fmt::Write as _;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use crate::lookup::text_form;

/// Everything but the unreserved characters of RFC 3986, section 2.3.
const VALUE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// `text` with everything percent-encoded but `A-Z a-z 0-9 - . _ ~`.
pub fn percent_encode(text: &str) -> String {
    utf8_percent_encode(text, VALUE).to_string()
}

/// Appends `name=value` to a URL without fragment, as a filled [`crate::UrlTemplate`] is: scalars as text, arrays and
/// objects as compact JSON, percent-encoded both. A null is left out.
pub fn push_query_pair(url: &mut String, name: &str, value: &Value) {
    if value.is_null() {
        return;
    }
    match url.find('?') {
        None => url.push('?'),
        Some(start) if start + 1 == url.len() || url.ends_with('&') => {}
        Some(_) => url.push('&'),
    }
    let text = text_form(value);
    // Writing to a String can't fail.
    let _ = write!(url, "{}={}", utf8_percent_encode(name, VALUE), utf8_percent_encode(&text, VALUE));
}
