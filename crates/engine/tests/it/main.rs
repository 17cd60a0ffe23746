//! The engine against a real HTTP service and a real SQLite file.
#![allow(clippy::unwrap_used, clippy::needless_pass_by_value, clippy::large_futures, reason = "tests")]

mod calls;
mod forms;
mod house;
mod probes;
mod properties;
mod repeats;
mod restart;
mod slow;
mod traces;
