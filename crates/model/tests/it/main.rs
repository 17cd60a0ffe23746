//! Drafts become definitions, or all their findings.
#![allow(clippy::unwrap_used, clippy::needless_pass_by_value, clippy::large_futures, reason = "tests")]

mod findings;
mod kinds;
mod properties;
