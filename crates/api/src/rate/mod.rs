//! How many requests a key or an organisation may send, and how many things it may hold at once.
//!
//! [`pace`] is the rule for one of them (pure, with the time given in), [`table`] the rule over many (bounded),
//! [`limiter`] what a mount has: its rules with their routes. A dialect says how a refusal looks
//! ([`Failure::TooMany`](crate::Failure::TooMany)); the headers are the same everywhere.

mod limiter;
mod pace;
mod places;
mod table;

pub use limiter::{Limiter, Limits, RateRule, RouteSet, TooMany, Whose};
pub use pace::Pace;
pub use places::Place;

use http::{HeaderMap, HeaderName, HeaderValue, header};

/// How many requests fit at once.
const LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
/// How many still fit now: none, or there were no refusal.
const REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
/// When the next one fits: unix seconds.
const RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");

/// What every refusal says in its headers, in whole seconds: clients read them as integers.
pub(crate) fn note(headers: &mut HeaderMap, refused: &TooMany, now_s: i64) {
    let wait = refused.retry_after_s;
    headers.insert(header::RETRY_AFTER, HeaderValue::from(wait));
    headers.insert(LIMIT, HeaderValue::from(refused.limit));
    headers.insert(REMAINING, HeaderValue::from(0));
    headers.insert(RESET, HeaderValue::from(now_s.saturating_add(i64::from(wait))));
}
