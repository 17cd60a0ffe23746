//! The machine from outside: scenarios that read like a protocol, and properties over random event sequences.
#![allow(clippy::unwrap_used)]

mod ids;
mod properties;
mod scenario;
