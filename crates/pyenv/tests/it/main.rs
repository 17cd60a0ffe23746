//! Environments made by the real uv, from an index of the tests' own and from the public one.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

mod hostile;
#[allow(dead_code, reason = "another binary uses the rest")]
mod index;
mod life;
mod public;
mod support;
