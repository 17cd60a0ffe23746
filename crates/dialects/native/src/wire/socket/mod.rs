//! Frames of the session socket: JSON text, version 1. What a runtime or an app sends, what it is sent, the document.

pub mod document;
pub mod greeting;
pub mod order;
pub mod report;

/// The subprotocol of version 1.
pub const PROTOCOL: &str = "hookswitch.v1";
/// A subprotocol that begins so carries a token, since a web page can't set a header: `hookswitch.token.hs_live_link_…`.
pub const TOKEN_PROTOCOL: &str = "hookswitch.token.";
/// The version of the frames.
pub const VERSION: u32 = 1;
