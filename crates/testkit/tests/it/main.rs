//! The tools themselves.
#![allow(clippy::unwrap_used, missing_docs)]
#![allow(clippy::disallowed_methods, reason = "the end of a foreign process can only be polled")]

mod postgres;
