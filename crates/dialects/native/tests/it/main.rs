//! The document and the wire shapes, locked by snapshots; the walls of the crate.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

mod document;
mod shapes;
