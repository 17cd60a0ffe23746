//! Tests of the whole crate through its public API.
#![allow(clippy::unwrap_used)]

mod cut;
mod extract;
mod header;
mod json;
mod rfc9535;
mod support;
mod text;
mod url;
