//! The wire: pure functions between JSON of this API and the model. No I/O, no server types.

pub mod agent;
pub mod conversation;
pub mod fields;
pub mod ids;
pub mod outbound;
pub mod param_errors;
pub mod problem;
pub mod project;
pub mod socket;
pub mod token;
pub mod tool;
