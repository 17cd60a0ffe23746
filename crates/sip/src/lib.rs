//! Our call engine: a back-to-back user agent between a trunk and the voice runtime, a process of its own.
//!
//! A call has up to three legs: caller, brain (the voice runtime), target. Each leg is a SIP dialog and an audio
//! port; who hears whom is decided in one place (`call/route.rs`). The server speaks with the engine by the signed
//! commands and events of driver `engine-webhook`, so that the server can be deployed without dropping a call.
//!
//! Operations are written as what they do, one after the other; being dropped or told to stop withdraws them.

mod address;
mod admission;
mod call;
mod control;
mod engine;
mod leg;
mod listen;
mod outbox;
mod port;
mod register;
mod serve;
mod settings;
mod sipfrag;

pub use serve::{Running, ServeError, serve};
pub use settings::{
    Agent, Hold, Inbound, Limits, Password, SettingsError, SipSettings, Trunk, TrunkTransport,
};
