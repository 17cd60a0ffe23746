//! One folder a tool kind: each makes one attempt and knows nothing of ledgers, retries or sessions.
//!
//! Attempts, backoff, breaker and limits are the engine's. An executor fills what it needs from the
//! [`Opened`] secrets of the call, does its work once, and says what came back.

mod call_context;
pub mod call_control;
pub mod context;
pub mod hosted;
pub mod lambda;
mod opened;
pub mod python;
mod reading;
mod redact;
mod variables;
mod watched;
pub mod webhook;

pub use opened::Opened;
pub use reading::{Reading, Stamps};
pub use redact::{Redactor, blot};
pub use variables::Variables;
