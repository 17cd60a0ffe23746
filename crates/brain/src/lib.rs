//! The built-in brain: holds a text conversation for an agent with any chat-completions endpoint.
//!
//! - [`client`]: asks a model and reads its answer as it comes.
//! - [`turn`]: the machine of a conversation. Pure.
//! - [`playback`]: how long it takes to say something. Pure.
//! - [`conversation`]: the session as the brain takes part in it.
//! - [`driver`]: one turn, with all of these in one task.
//! - [`brains`]: the conversations of a server.
//!
//! The session machine decides what becomes of a tool call and who may speak; nothing here decides it again.

pub mod brains;
mod call_side;
pub mod client;
pub mod conversation;
pub mod driver;
pub mod error;
pub mod events;
mod live;
pub mod message;
pub mod model;
pub mod playback;
mod prompt;
mod recall;
mod stage;
pub mod turn;

pub use brains::{BrainError, Brains, TurnRequest};
pub use call_side::{CallSide, Context};
pub use error::ModelError;
pub use events::{TimedEvent, TurnEvent};
pub use model::{ScriptedAnswer, ScriptedCall};
pub use stage::{Entrance, Stage};
