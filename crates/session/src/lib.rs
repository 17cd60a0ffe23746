//! The session machine: what happens to a tool call in a live session (semantics page, the whole of it).
//!
//! [`Machine::on`] takes one [`Event`] and appends [`Order`]s. It does no I/O, reads no clock and draws no
//! random number: the moment comes with the event, ids come with the event, a timer goes out as an order and
//! comes back as an event. It holds keys and states of acts, never arguments or results.
//!
//! Where to look:
//!
//! - [`event`], [`rules`], [`order`], [`refusal`], [`settings`]: the boundary.
//! - `admit`: a call comes in. `gates`: what makes it wait, one file a gate. `verdicts`: whether it runs, is
//!   answered from an earlier act or is refused, one file a rule.
//! - `start`, `finish`, `answers`: it runs, ends, is answered. `withdraw`: interruption, drop, lost app, end.
//! - `permissions`: what the brain and the runtime may do meanwhile.
//! - `acts`, `calls`, `past`, `reads`, `confirmations`, `floor`, `timers`: what the machine remembers.

mod acts;
mod admit;
mod answers;
mod calls;
mod confirmations;
pub mod event;
mod finish;
mod floor;
mod gates;
mod machine;
pub mod order;
mod past;
mod permissions;
mod reads;
pub mod refusal;
mod restore;
pub mod rules;
pub mod settings;
mod start;
mod timers;
mod verdicts;
mod withdraw;

pub use event::{Call, CallRequest, Checked, EndReason, Event, RestoredAct};
pub use machine::Machine;
pub use order::{Answer, Order, Proof, Reply, SpeechLine, TimerId, Warning};
pub use refusal::{Refusal, RefusalCode};
pub use rules::CallRules;
pub use settings::Settings;
