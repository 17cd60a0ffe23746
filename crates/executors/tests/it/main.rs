//! Plans become requests; answers become readings.
#![allow(clippy::unwrap_used, reason = "tests")]

mod answers;
mod requests;
