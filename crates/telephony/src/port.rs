//! The port: what a driver of a call engine offers.

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use http::HeaderMap;
use serde::{Deserialize, Serialize};
use tokio::sync::broadcast;

use crate::capability::Capabilities;
use crate::command::Command;
use crate::event::CallEvent;
use crate::result::OpResult;
use crate::status::CallStatus;

/// Why a command was not sent: known not to have happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{line}")]
pub struct Refused {
    /// Stable code: `unknown_call`, `operation_in_progress`, `not_supported`, `destination_refused`, …
    pub code: String,
    /// One line for the model.
    pub line: String,
}

impl Refused {
    /// With a fixed code.
    pub fn new(code: &str, line: impl Into<String>) -> Self {
        Self { code: code.to_owned(), line: line.into() }
    }
}

/// Why nothing can be said of a command.
#[derive(Debug, thiserror::Error)]
pub enum DriverError {
    /// Refused before anything was sent.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// It did not leave; nothing happened.
    #[error("the call engine can't be reached: {0}")]
    Unreachable(String),
    /// It left and nothing came back: may have happened.
    #[error("the call engine did not answer: {0}")]
    Lost(String),
}

/// A command that was taken.
#[derive(Debug, Clone, PartialEq)]
pub enum Started {
    /// It runs; the outcome comes as an event.
    Running,
    /// The key had ended before: this is how.
    Ended(OpResult),
}

/// A boxed answer.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Carries out operations on calls.
pub trait Driver: Send + Sync + fmt::Debug {
    /// Short name, as in events: `sip`, `engine-webhook`, `attached`.
    fn name(&self) -> &'static str;

    /// What it can do.
    fn capabilities(&self) -> Capabilities;

    /// Gives a command to the engine. A repeated key joins.
    fn start<'a>(
        &'a self,
        call: &'a str,
        key: &'a str,
        command: &'a Command,
    ) -> Answer<'a, Result<Started, DriverError>>;

    /// Waits for the outcome of an operation that was started; `None` when its call is gone without one.
    fn outcome<'a>(&'a self, call: &'a str, key: &'a str) -> Answer<'a, Option<OpResult>>;

    /// Takes events that the engine posted: `false` when the signature or the form is wrong.
    fn deliver(&self, _headers: &HeaderMap, _body: &[u8]) -> bool {
        false
    }

    /// All events from now on, where they come this way.
    fn listen(&self) -> Option<broadcast::Receiver<CallEvent>> {
        None
    }

    /// How a call stands.
    fn status<'a>(&'a self, call: &'a str) -> Answer<'a, Result<CallStatus, DriverError>>;
}
