//! Events of a session on the wire.

use hookswitch_model::event::{EventKind, SessionEvent};
use hookswitch_model::{SessionId, Stamp};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::{ids, words};

/// One event of a session.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SessionEvent)]
pub struct EventBody {
    /// The session.
    #[schema(value_type = ids::SessionId)]
    pub session_id: SessionId,
    /// Its place in the order: 1, 2, 3, … without gaps.
    #[schema(minimum = 1)]
    pub seq: u64,
    /// When it happened.
    #[schema(value_type = ids::Moment)]
    pub at: Stamp,
    /// What happened.
    #[serde(rename = "type")]
    #[schema(value_type = words::EventKind)]
    pub kind: EventKind,
    /// Details by type; null when the session's content was erased.
    #[schema(value_type = Value)]
    pub data: Value,
}

impl From<SessionEvent> for EventBody {
    fn from(event: SessionEvent) -> Self {
        Self { session_id: event.session, seq: event.seq, at: event.at, kind: event.kind, data: event.data }
    }
}
