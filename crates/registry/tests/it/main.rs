//! The registry over a real SQLite file and a real vault.
#![allow(clippy::unwrap_used, reason = "tests")]

mod bindings;
mod house;
mod keys;
mod secrets;
mod tools;
