//! What happens on a call: one ordered stream.

use serde::{Deserialize, Serialize};

use crate::result::{OpResult, Verdict};
use crate::{CallId, OperationKey};

/// A side of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LegName {
    /// The person.
    Caller,
    /// The voice runtime.
    Brain,
    /// Whom the caller is transferred to.
    Target,
}

/// How a key was heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Via {
    /// RFC 4733 packets.
    Rtp,
    /// A SIP INFO request.
    Info,
}

/// Who ended a call or a leg.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndedBy {
    /// The person.
    Caller,
    /// The voice runtime.
    Brain,
    /// Whom the caller was transferred to.
    Target,
    /// An operation of ours.
    Operation,
    /// The engine: no media, a dead dialog, going down.
    Engine,
}

/// One event of a call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CallEvent {
    /// Which call.
    pub call: CallId,
    /// 1, 2, 3, … without gaps within a call.
    pub seq: u64,
    /// When, by the engine's clock: Unix milliseconds.
    pub time_ms: i64,
    /// Which driver carries the call.
    pub driver: String,
    /// The operation that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<OperationKey>,
    /// What happened.
    #[serde(flatten)]
    pub kind: EventKind,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event")]
pub enum EventKind {
    /// A call came in.
    #[serde(rename = "call.incoming")]
    Incoming {
        /// Who calls, as shown.
        from: String,
        /// Whom.
        to: String,
    },
    /// The call stands.
    #[serde(rename = "call.answered")]
    Answered,
    /// A leg's far end said something before its answer.
    #[serde(rename = "leg.progress")]
    LegProgress {
        /// Which leg.
        leg: LegName,
        /// SIP code, 100 to 199.
        code: u16,
    },
    /// A leg was answered.
    #[serde(rename = "leg.answered")]
    LegAnswered {
        /// Which leg.
        leg: LegName,
    },
    /// A key was heard.
    #[serde(rename = "dtmf.received")]
    DtmfReceived {
        /// Which leg.
        leg: LegName,
        /// The key, or `x` when it is masked.
        digit: char,
        /// How.
        via: Via,
    },
    /// Keys have left.
    #[serde(rename = "dtmf.sent")]
    DtmfSent {
        /// Which leg.
        leg: LegName,
        /// How many.
        count: usize,
    },
    /// The caller hears hold.
    #[serde(rename = "hold.started")]
    HoldStarted,
    /// The caller hears the agent again.
    #[serde(rename = "hold.stopped")]
    HoldStopped,
    /// A REFER was accepted: not an outcome.
    #[serde(rename = "transfer.accepted")]
    TransferAccepted,
    /// The transfer goes on.
    #[serde(rename = "transfer.progress")]
    TransferProgress {
        /// SIP code, 100 to 199.
        code: u16,
    },
    /// The transfer ended well.
    #[serde(rename = "transfer.connected")]
    TransferConnected,
    /// The transfer failed.
    #[serde(rename = "transfer.failed")]
    TransferFailed {
        /// SIP code, where there is one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        code: Option<u16>,
    },
    /// Nobody can tell how the transfer ended.
    #[serde(rename = "transfer.unknown")]
    TransferUnknown,
    /// Who answered, as a guess.
    #[serde(rename = "voicemail.verdict")]
    VoicemailVerdict {
        /// The guess.
        verdict: Verdict,
        /// Milliseconds after the answer.
        at_ms: u32,
    },
    /// A leg's media ended.
    #[serde(rename = "media.end")]
    MediaEnd {
        /// Which leg.
        leg: LegName,
        /// Packets received.
        rx: u64,
        /// Packets sent.
        tx: u64,
    },
    /// A leg ended.
    #[serde(rename = "leg.ended")]
    LegEnded {
        /// Which leg.
        leg: LegName,
        /// By whom.
        by: EndedBy,
    },
    /// An operation ended: its outcome.
    #[serde(rename = "operation.ended")]
    OperationEnded {
        /// How.
        result: OpResult,
    },
    /// The call is over; the last event of a call.
    #[serde(rename = "call.ended")]
    Ended {
        /// By whom.
        by: EndedBy,
        /// Short reason: `hangup`, `media_timeout`, `transferred`, `cancelled`, …
        cause: String,
    },
}
