//! The Omni socket (contract: 4): tagged frames, what the app's ones mean, and how ours are written.

pub mod configure;
pub mod connect;
pub mod frame;
pub mod framing;
pub mod message;
