//! The server over real HTTP: a real engine on SQLite, a real upstream, loopback, free ports.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, clippy::disallowed_types, clippy::print_stderr)]

mod happy;
mod support;
