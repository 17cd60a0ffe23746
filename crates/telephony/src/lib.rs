//! Call control: what can be done with a live phone call, what comes back, where calls may go.
//!
//! A [`Driver`] carries commands out. `start` refuses before anything is sent, or says that the operation runs; how
//! it ended arrives as an event with the same operation key. A key is stored before the driver acts: the same key
//! again joins the operation, and after a crash an operation that was under way is `unknown` and never repeated.
//!
//! The crate knows nothing of sessions, tools or vendors.

mod capability;
mod command;
mod digits;
mod driver;
mod event;
mod number;
mod operations;
pub mod policy;
mod port;
mod result;
mod status;
mod target;
mod told;

pub use capability::{Capabilities, Capability};
pub use command::{
    CallerId, CollectDigits, Command, Complete, Consult, DialAgain, EndCall, HoldSource, MAX_TARGETS,
    OnFailure, Originate, PlayHold, SendDtmf, Transfer, TransferMode, Wait,
};
pub use digits::{DigitError, Digits, Step};
pub use driver::webhook::{DriverSettings, EngineWebhook};
pub use driver::wire;
pub use event::{CallEvent, EndedBy, EventKind, LegName, Via};
pub use number::{E164, Line, NumberError};
pub use operations::{Begun, Operations};
pub use port::{Answer, Driver, DriverError, Refused, Started};
pub use result::{CallerNow, CollectEnd, Failure, Mode, OpResult, SentCallerId, Verdict};
pub use status::{CallState, CallStatus, LegState, LegStatus, OperationStatus};
pub use target::{MAX_TARGET, Target, TargetError};

/// Names a call: chosen by whoever owns it, at most 128 visible characters.
pub type CallId = String;
/// Names an operation: the tool call's act id; at most 128 visible characters.
pub type OperationKey = String;

/// Whether a text can name a call or an operation.
pub fn is_key(text: &str) -> bool {
    (1..=128).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}
