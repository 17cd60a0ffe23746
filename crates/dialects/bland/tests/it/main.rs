//! The routes of the dialect over a real engine, registry and SQLite.
#![allow(clippy::unwrap_used)]

mod bad_input;
mod call_time;
mod calls;
mod filling;
mod house;
mod lists;
mod loose_input;
mod others;
mod round_trips;
mod secrets;
mod shapes;
mod tools;
mod trials;
mod updates;
