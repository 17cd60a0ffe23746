//! The server over real HTTP: a real engine on SQLite, a real upstream, loopback, free ports.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, clippy::disallowed_types, clippy::print_stderr)]

mod access;
mod agents;
mod bad_input;
mod canary;
mod connections;
mod drain;
mod happy;
mod idempotency;
mod lists;
mod operations;
mod sessions;
mod streams;
mod support;
mod tenancy;
mod tools;
