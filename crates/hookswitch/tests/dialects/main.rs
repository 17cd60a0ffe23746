//! The vendors' dialects from outside: the real binary, the vendors' own clients, real receivers.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "tests read their own environment")]

mod bland;
mod burki;
mod house;
mod pairs;
mod phonic;
mod pyai;
#[path = "../e2e/server.rs"]
mod server;
