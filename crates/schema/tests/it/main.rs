//! Tests of the whole crate through its public API.
#![allow(clippy::unwrap_used)]

mod canonical;
mod decode;
mod hostile;
mod loose;
mod lowering;
mod messages;
mod schema;
mod support;
