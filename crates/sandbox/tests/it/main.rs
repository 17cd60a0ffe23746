//! The sandbox, with a real Python in real walls.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

mod abuse;
mod basics;
mod deaths;
mod egress;
mod entries;
mod isolation;
mod layers;
mod processes;
mod sets;
mod spares;
mod support;
mod users;
