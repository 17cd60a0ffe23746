//! Spans on their way to a collector that is a real HTTP server.
#![allow(clippy::unwrap_used, reason = "tests")]

mod collector;
mod delivery;
mod trouble;
