//! The dialect's routes over a real engine, registry and store, and a receiver of its requests.
#![recursion_limit = "256"]
#![allow(clippy::unwrap_used, clippy::needless_pass_by_value, clippy::large_futures, reason = "tests")]

mod agent_fields;
mod agents;
mod answers;
mod bad_input;
mod built_in_fields;
mod conversations;
mod house;
mod identity;
mod other_dialects;
mod outbound;
mod parameters;
mod patches;
mod projects;
mod requests;
mod secrets;
mod shapes;
mod tokens;
mod tools;
mod webhook_fields;
