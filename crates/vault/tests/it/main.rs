//! The vault as its users see it.
#![allow(clippy::unwrap_used)]

mod key_file;
mod key_text;
mod place;
mod rotation;
mod sealing;
