//! Commands from their command line to their exit code, over real sockets, against a scripted server.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod apply;
mod calls;
mod errors;
mod fake;
mod house;
mod keys;
mod live;
mod program;
mod tail;
