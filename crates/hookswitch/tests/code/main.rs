//! Python tools from outside: the real binary with its real sandbox.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests read their own environment"
)]

mod abuse;
mod boundaries;
mod burki;
mod deaths;
mod desk;
#[path = "../dialects/house.rs"]
#[allow(dead_code, reason = "other binaries use the rest")]
mod house;
mod network;
mod processes;
mod python;
mod rebinding;
#[path = "../e2e/server.rs"]
#[allow(dead_code, reason = "other binaries use the rest")]
mod server;
mod spares;
mod start;
