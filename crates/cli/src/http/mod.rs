//! A small HTTP/1.1 client for our own API: one connection, kept alive, no redirects, no proxy.

mod answer;
mod client;
mod dial;
mod server;

pub(crate) use answer::Answer;
pub(crate) use client::{Call, Client};
pub(crate) use server::Server;
