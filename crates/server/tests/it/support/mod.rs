//! What the tests share.

mod client;
mod operations;
mod server;
mod world;

pub(crate) use client::{Client, Reply};
pub(crate) use operations::{Operation, Touches, operations};
pub(crate) use server::{Setup, TestServer};
pub(crate) use world::{World, text, webhook};
