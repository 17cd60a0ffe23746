//! What the tests share.

mod client;
mod server;

pub(crate) use client::{Client, Reply};
pub(crate) use server::{Setup, TestServer, bootstrap_key};
