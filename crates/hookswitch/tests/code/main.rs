//! Code tools from outside: the real binary, real functions, emulators that nobody here wrote.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::large_futures,
    reason = "tests read their own environment"
)]

#[path = "../dialects/house.rs"]
#[allow(dead_code, reason = "other binaries use the rest")]
mod house;
mod lambda;
#[path = "../e2e/server.rs"]
#[allow(dead_code, reason = "other binaries use the rest")]
mod server;
