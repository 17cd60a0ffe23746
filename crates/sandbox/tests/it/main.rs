//! The sandbox, with a real Python in real walls.

mod abuse;
mod basics;
mod entries;
mod layers;
mod support;
