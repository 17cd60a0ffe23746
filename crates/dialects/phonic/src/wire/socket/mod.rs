//! The conversation socket (contract: 2.10): what its messages mean, and how ours are written.

pub mod config;
pub mod frame;
pub mod message;
pub mod processed;
pub mod tools;
