//! Live sessions from outside: the real binary, real WebSocket clients, every frame checked against the document.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests read their own environment"
)]

mod app;
mod calls;
mod confirmation;
mod document;
mod doors;
mod house;
mod interruptions;
mod kill;
mod many;
#[path = "../fault/process.rs"]
#[allow(dead_code, reason = "other binaries use the rest")]
mod process;
mod resume;
#[path = "../fault/server.rs"]
#[allow(dead_code, reason = "other binaries use the rest")]
mod server;
mod socket;
mod speech;
