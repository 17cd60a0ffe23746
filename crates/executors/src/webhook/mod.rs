//! Webhook tools: fill the request once, sign and send it per attempt, read the answer.

mod answer;
mod body;
mod fill;
mod record;
mod send;
mod user_info;

pub use answer::{read_answer, read_error};
pub use fill::{FilledRequest, Refused, fill};
pub(crate) use record::body_of;
pub use record::record_request;
pub use send::{attempt, preview, timings_of};
