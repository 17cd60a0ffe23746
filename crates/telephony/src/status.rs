//! How a call stands; asked after a crash instead of repeating.

use serde::{Deserialize, Serialize};

use crate::event::LegName;
use crate::result::OpResult;
use crate::{CallId, OperationKey};

/// How a call stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallState {
    /// Not answered yet.
    Ringing,
    /// Answered.
    Up,
    /// Over.
    Ended,
}

/// How a leg stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LegState {
    /// Not answered yet.
    Ringing,
    /// Answered.
    Up,
    /// On hold.
    Held,
}

/// One leg.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LegStatus {
    /// Which.
    pub leg: LegName,
    /// How it stands.
    pub state: LegState,
    /// Whom it is connected with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub with: Option<LegName>,
}

/// One operation of the call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OperationStatus {
    /// Its key.
    pub operation: OperationKey,
    /// How it ended; absent while it runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<OpResult>,
}

/// A call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CallStatus {
    /// Which.
    pub call: CallId,
    /// How it stands.
    pub state: CallState,
    /// Its legs.
    pub legs: Vec<LegStatus>,
    /// Operations that the engine remembers, oldest first.
    pub operations: Vec<OperationStatus>,
}
