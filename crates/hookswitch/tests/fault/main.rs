//! The real binary against kills, load, signals and a disk that is watched. Every part is real: the server is
//! `hookswitch serve` in its own process, the webhooks arrive at an HTTP server that remembers all of them.
//!
//! `HOOKSWITCH_FAULT_KILLS` (20) and `HOOKSWITCH_FAULT_SEED` set the long run of [`kills`].
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a run shows how far it is and what it found")]
#![allow(
    clippy::disallowed_methods,
    reason = "a test's own client of the server under test, and its own settings from the environment"
)]

mod api;
mod books;
mod check;
mod client;
mod dice;
mod drain;
mod flush;
mod kills;
mod memory;
mod process;
mod receptions;
mod report;
mod second_server;
mod server;
mod settled;
mod syscalls;
mod tools;
mod torn;
mod upstream;
