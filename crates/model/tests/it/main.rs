//! Drafts become definitions, or all their findings.
#![allow(clippy::unwrap_used, reason = "tests")]

mod findings;
mod kinds;
mod properties;
