//! Plans become requests; answers become readings.
#![allow(clippy::unwrap_used, clippy::needless_pass_by_value, clippy::large_futures, reason = "tests")]

mod answers;
mod dollar;
mod lambda;
mod requests;
mod rules;
mod whole;
