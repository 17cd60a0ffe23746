//! The built-in brain from outside: the real binary, a scripted model behind a strict endpoint, real receivers.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests read their own environment"
)]

mod conversations;
mod faithful;
mod hand_over;
#[path = "../dialects/house.rs"]
#[allow(dead_code, reason = "other binaries use the rest")]
mod house;
mod interruptions;
mod models;
mod restarts;
#[path = "../e2e/server.rs"]
#[allow(dead_code, reason = "other binaries use the rest")]
mod server;
mod simulations;
mod speech;
mod terminal;
mod world;
