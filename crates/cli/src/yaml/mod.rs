//! YAML 1.2 (core schema) to JSON values with the line of every part, and back.
//!
//! Built on the events of `saphyr-parser`: safe Rust (the `serde_yaml` forks carry libyaml translated from C), kept by
//! an organisation, and every event has its line, which a finding of the server is shown with.

mod read;
mod scalar;
mod write;

pub(crate) use read::{Document, read};
pub(crate) use write::write;
