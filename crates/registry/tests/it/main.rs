//! The registry over a real SQLite file and a real vault.
#![allow(clippy::unwrap_used, clippy::needless_pass_by_value, clippy::large_futures, reason = "tests")]

mod bindings;
mod built_in;
mod changes;
mod house;
mod keys;
mod secrets;
mod staleness;
mod tools;
