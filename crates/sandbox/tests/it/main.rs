//! The sandbox, with a real Python in real walls.

mod basics;
mod support;
