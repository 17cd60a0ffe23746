//! Events of sessions told to the customer's webhooks: the real binary, real receivers, kills in between.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests read their own environment"
)]

mod ends;
mod failing;
#[path = "../dialects/house.rs"]
#[allow(dead_code, reason = "other binaries use the rest")]
mod house;
mod kills;
mod place;
#[path = "../e2e/server.rs"]
#[allow(dead_code, reason = "other binaries use the rest")]
mod server;
mod shell;
mod told;
