//! The real binary, from outside.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "tests read their own environment")]

mod demo;
mod doctor;
mod proofs;
mod rooms;
mod schemathesis;
#[allow(dead_code, reason = "other binaries use the rest")]
mod server;
mod start;
mod traces;
