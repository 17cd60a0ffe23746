//! The dialect's routes over a real engine, registry and SQLite file, with a real receiver where one is called.
#![allow(clippy::unwrap_used, clippy::needless_pass_by_value, clippy::large_futures, reason = "tests")]

mod agents;
mod bad_input;
mod bindings;
mod calls;
mod errors;
mod house;
mod identity;
mod lists;
mod omni;
mod prebuilt;
mod requests;
mod round_trip;
mod shapes;
mod tenancy;
mod tools;
mod trials;
mod upsert;
mod urls;
