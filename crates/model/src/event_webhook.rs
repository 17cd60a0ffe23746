//! Webhooks to the customer: what happens in sessions, told to a URL of theirs.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::event::EventKind;
use crate::id::{EventWebhookId, IdError, OrgId, ProjectId, SessionId};
use crate::scope::{Mode, Scope};
use crate::time::Stamp;

/// The id of an event wherever it is told: the same for every receiver and every try. `evt_<session>_<number>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventId {
    /// The session.
    pub session: SessionId,
    /// Its number there.
    pub seq: u64,
}

const PREFIX: &str = "evt_";
/// Characters of an id behind its prefix.
const ID_LENGTH: usize = 26;

impl fmt::Display for EventId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let session = self.session.to_string();
        let bare = session.rsplit_once('_').map_or("", |(_, bare)| bare);
        write!(out, "{PREFIX}{bare}_{}", self.seq)
    }
}

/// A text that is no id of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected an id of the form evt_…_1")]
pub struct EventIdError;

impl From<IdError> for EventIdError {
    fn from(_: IdError) -> Self {
        Self
    }
}

impl FromStr for EventId {
    type Err = EventIdError;

    fn from_str(text: &str) -> Result<Self, EventIdError> {
        let (bare, seq) =
            text.strip_prefix(PREFIX).and_then(|rest| rest.split_once('_')).ok_or(EventIdError)?;
        let is_plain = !seq.starts_with('0') && seq.bytes().all(|byte| byte.is_ascii_digit());
        if bare.len() != ID_LENGTH || !is_plain {
            return Err(EventIdError);
        }
        Ok(Self { session: format!("sess_{bare}").parse()?, seq: seq.parse().map_err(|_| EventIdError)? })
    }
}

/// How an event looks on its way out, and who signs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventForm {
    /// `{"type", "timestamp", "data"}`, signed with the webhook's own secret (Standard Webhooks).
    Standard,
    /// Lines of a call's log, signed with the secret of its project.
    CallLog,
}

impl EventForm {
    /// The word in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::CallLog => "call_log",
        }
    }

    /// The form of a word; `None` for any other word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Standard, Self::CallLog].into_iter().find(|form| form.as_str() == word)
    }
}

/// A webhook that is told of events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventWebhook {
    /// Its id.
    pub id: EventWebhookId,
    /// The organisation it belongs to.
    pub org: OrgId,
    /// Live or test.
    pub mode: Mode,
    /// The project whose secret signs, where it has none of its own.
    pub project: Option<ProjectId>,
    /// The only session that it is told of; such a webhook is in no list.
    pub session: Option<SessionId>,
    /// Where events go.
    pub url: String,
    /// What it is for.
    pub description: String,
    /// Which events; empty: all.
    pub kinds: BTreeSet<EventKind>,
    /// How they look.
    pub form: EventForm,
    /// Whether events go there.
    pub enabled: bool,
    /// Why the server switched it off, where it did.
    pub disabled_because: Option<String>,
    /// Since when nothing got through; none after a success.
    pub failing_since: Option<Stamp>,
    /// When it was made.
    pub created_at: Stamp,
    /// When it was last changed.
    pub updated_at: Stamp,
}

impl EventWebhook {
    /// The scope it belongs to.
    pub const fn scope(&self) -> Scope {
        Scope::new(self.org, self.mode)
    }
}

/// Where a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// It is still to be sent, or sent again.
    Waiting,
    /// The receiver took it.
    Delivered,
    /// It was given up.
    Failed,
}

impl DeliveryState {
    /// The word in the store and the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
        }
    }

    /// The state of a word; `None` for any other word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Waiting, Self::Delivered, Self::Failed].into_iter().find(|state| state.as_str() == word)
    }
}

/// One try of a delivery.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryTry {
    /// When it started.
    pub at: Stamp,
    /// HTTP status of the answer, if one came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// One line on what went wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// How long it took; microseconds.
    pub total_us: u64,
}

/// An event on its way to a webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The webhook.
    pub webhook: EventWebhookId,
    /// The event.
    pub event: EventId,
    /// Where it stands.
    pub state: DeliveryState,
    /// Its last tries, oldest first.
    pub tries: Vec<DeliveryTry>,
    /// How many tries there were.
    pub tried: u32,
    /// When the event was stored.
    pub created_at: Stamp,
    /// When it is tried next, while it waits.
    pub next_at: Stamp,
    /// From when the time is counted after which it is given up: the event's, or of a person's order to send it again.
    pub give_up_from: Stamp,
    /// When it was delivered or given up.
    pub done_at: Option<Stamp>,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn ids_of_events_go_out_and_come_back(value: u128, seq in 1u64..) {
            let id = EventId { session: SessionId::from_uuid(uuid::Uuid::from_u128(value)), seq };
            let text = id.to_string();
            prop_assert_eq!(text.parse::<EventId>().unwrap(), id);
            prop_assert!(text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'.'), "a webhook id");
        }
    }

    #[test]
    fn other_texts_are_no_ids() {
        let bare = "0".repeat(26);
        for text in [
            "",
            "evt_",
            "evt_x_1",
            &format!("evt_{bare}_0"),
            &format!("evt_{bare}_01"),
            &format!("evt_{bare}_+1"),
            &format!("evt_{bare}"),
            &format!("evt_{bare}_1_1"),
            &format!("sess_{bare}_1"),
            &format!("evt_{bare}_99999999999999999999"),
        ] {
            assert_eq!(text.parse::<EventId>(), Err(EventIdError), "{text}");
        }
    }
}
