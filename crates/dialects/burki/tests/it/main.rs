//! The dialect over its router: a real engine on SQLite, a real receiver on loopback.
#![allow(
    clippy::unwrap_used,
    clippy::needless_pass_by_value,
    clippy::large_futures,
    clippy::disallowed_methods,
    reason = "tests"
)]

mod access;
mod assignments;
mod assistants;
mod bad_input;
mod calls;
mod changes;
mod create;
mod discovery;
mod faults;
mod foreign;
mod house;
mod lambda;
mod lists;
mod literals;
mod logs;
mod overrides;
mod public;
mod round_trips;
mod secrets;
mod shapes;
mod templates;
mod tests_of_tools;
mod transfer;
