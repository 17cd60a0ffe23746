//! The vendors' dialects from outside: the real binary, the vendors' own clients, real receivers.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests read their own environment"
)]

mod bland;
mod bland_events;
mod burki;
#[allow(dead_code, reason = "other binaries use the rest")]
mod house;
mod limits;
mod mounts;
mod moves;
mod pairs;
mod phonic;
mod pyai;
#[path = "../e2e/server.rs"]
#[allow(dead_code, reason = "other binaries use the rest")]
mod server;
