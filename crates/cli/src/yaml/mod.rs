//! YAML 1.2 (core schema) to JSON values with the line of every part, and back.

mod read;
mod scalar;
mod write;

pub(crate) use read::{Document, read};
pub(crate) use write::write;
