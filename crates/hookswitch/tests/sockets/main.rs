//! The vendors' own sockets from outside: the real binary, the vendors' public Python clients, a scripted model.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests read their own environment"
)]

mod client;
#[path = "../dialects/house.rs"]
#[allow(dead_code, reason = "other binaries use the rest")]
mod house;
mod phonic;
mod phonic_edges;
mod pyai;
mod pyai_edges;
#[path = "../e2e/server.rs"]
#[allow(dead_code, reason = "other binaries use the rest")]
mod server;
#[path = "../brain/world.rs"]
#[allow(dead_code, reason = "other binaries use the rest")]
mod world;
