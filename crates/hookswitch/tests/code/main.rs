//! Code tools from outside: the real binary with its real sandbox, real functions and emulators that nobody here wrote.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::large_futures,
    reason = "tests read their own environment"
)]

mod abuse;
mod boundaries;
mod burki;
mod container;
mod deaths;
mod desk;
#[path = "../dialects/house.rs"]
#[allow(dead_code, reason = "other binaries use the rest")]
mod house;
#[path = "../../../pyenv/tests/it/index.rs"]
#[allow(dead_code, reason = "another binary uses the rest")]
mod index;
mod lambda;
mod network;
mod packages;
mod processes;
mod python;
mod rebinding;
#[path = "../e2e/server.rs"]
#[allow(dead_code, reason = "other binaries use the rest")]
mod server;
mod spares;
mod start;
