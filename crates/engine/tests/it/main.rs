//! The engine against a real HTTP service and a real SQLite file.
#![allow(clippy::unwrap_used, clippy::needless_pass_by_value, clippy::large_futures, reason = "tests")]

mod calls;
mod client_tools;
mod forms;
mod house;
mod links;
mod probes;
mod properties;
mod repeats;
mod restart;
mod slow;
mod traces;
