//! What goes between the server and a call engine: JSON over HTTP, signed both ways by Standard Webhooks.
//!
//! The server posts an [`Ask`] to the engine's one URL and reads an [`Answer`]; the engine posts [`Events`] to the
//! server's URL and repeats them until it reads a 2xx. Both are signed with the same secret; the id of a command's
//! message is fresh, its key is in the body.

use hookswitch_egress::signing::{
    ID_HEADER, SIGNATURE_HEADER, SignError, TIMESTAMP_HEADER, WebhookSecret, sign, verify,
};
use http::{HeaderMap, HeaderValue};
use serde::{Deserialize, Serialize};

use crate::capability::Capabilities;
use crate::command::Command;
use crate::event::CallEvent;
use crate::port::Refused;
use crate::result::OpResult;
use crate::status::CallStatus;
use crate::{CallId, OperationKey};

/// Longest body in bytes.
pub const MAX_BODY: usize = 256 * 1024;
/// Most events of one message.
pub const MAX_EVENTS: usize = 100;

/// What the server asks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case")]
pub enum Ask {
    /// Carry an operation out.
    Command {
        /// On which call.
        call: CallId,
        /// The key: the same again does nothing new.
        operation: OperationKey,
        /// What.
        command: Command,
    },
    /// How does a call stand?
    Status {
        /// Which.
        call: CallId,
    },
    /// What can you do?
    Capabilities,
}

/// What the engine answers, always with status 200 when the message was taken.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub enum Answer {
    /// It runs; the outcome comes as an event.
    Started,
    /// The key had ended before.
    Ended {
        /// How.
        result: OpResult,
    },
    /// Nothing was done.
    Refused(Refused),
    /// How the call stands.
    Status {
        /// The call.
        status: CallStatus,
    },
    /// What the engine can do.
    Capabilities {
        /// All of it.
        capabilities: Capabilities,
    },
}

/// Events, in order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Events {
    /// 1 to [`MAX_EVENTS`]; of several calls perhaps.
    pub events: Vec<CallEvent>,
}

/// Reads events. One that is not understood (a newer engine's) is left out, so that it does not hold up the others.
pub fn read_events(body: &[u8]) -> Option<Vec<CallEvent>> {
    #[derive(Deserialize)]
    struct Loose {
        events: Vec<serde_json::Value>,
    }
    let Loose { events } = serde_json::from_slice(body).ok()?;
    if events.len() > MAX_EVENTS {
        return None;
    }
    let known = events.into_iter().filter_map(|event| match serde_json::from_value(event) {
        Ok(event) => Some(event),
        Err(error) => {
            tracing::warn!(%error, "an event of the call engine is not understood");
            None
        }
    });
    Some(known.collect())
}

/// Signature headers for a body.
pub fn signed(body: &[u8], now: i64, secret: &WebhookSecret) -> Result<HeaderMap, SignError> {
    let id = format!("msg_{}", uuid::Uuid::now_v7().simple());
    let signature = sign(&id, now, body, &[secret])?;
    let mut headers = HeaderMap::new();
    let value = |text: &str| HeaderValue::from_str(text).map_err(|_| SignError::Id);
    headers.insert(ID_HEADER, value(&id)?);
    headers.insert(TIMESTAMP_HEADER, HeaderValue::from(now));
    headers.insert(SIGNATURE_HEADER, value(&signature)?);
    headers.insert(http::header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(headers)
}

/// Whether a message was signed with the secret. `now` in Unix seconds.
pub fn is_signed(headers: &HeaderMap, body: &[u8], now: i64, secret: &WebhookSecret) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let (Some(id), Some(at), Some(signatures)) =
        (text(ID_HEADER), text(TIMESTAMP_HEADER), text(SIGNATURE_HEADER))
    else {
        return false;
    };
    at.parse().is_ok_and(|at| verify((id, at, signatures), body, now, &[secret]).is_ok())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_message_is_taken_once_signed_and_only_as_it_was() {
        let secret = WebhookSecret::generate().unwrap();
        let body = serde_json::to_vec(&Ask::Status { call: "call_1".into() }).unwrap();
        let headers = signed(&body, 1_700_000_000, &secret).unwrap();
        assert!(is_signed(&headers, &body, 1_700_000_010, &secret));
        assert!(!is_signed(&headers, b"{}", 1_700_000_010, &secret));
        assert!(!is_signed(&headers, &body, 1_700_000_400, &secret));
        assert!(!is_signed(&HeaderMap::new(), &body, 1_700_000_010, &secret));
    }

    #[test]
    fn an_event_of_a_newer_engine_holds_up_no_other() {
        let body = serde_json::json!({"events": [
            {"call": "c", "seq": 1, "time_ms": 0, "driver": "sip", "event": "call.sung"},
            {"call": "c", "seq": 2, "time_ms": 0, "driver": "sip", "event": "call.answered"},
        ]});
        let events = read_events(body.to_string().as_bytes()).unwrap();
        assert_eq!(events.iter().map(|event| event.seq).collect::<Vec<_>>(), [2]);
        assert!(read_events(b"{}").is_none());
    }

    #[test]
    fn messages_look_like_this() {
        let ask = Ask::Command {
            call: "call_1".into(),
            operation: "act_1".into(),
            command: serde_json::from_value(serde_json::json!({
                "operation": "transfer", "targets": ["+14155552671"], "post_digits": "1w2",
                "caller_id": {"explicit": "+14155550100"}
            }))
            .unwrap(),
        };
        insta::assert_snapshot!(serde_json::to_string(&ask).unwrap(), @r#"{"ask":"command","call":"call_1","operation":"act_1","command":{"operation":"transfer","targets":["+14155552671"],"mode":"auto","caller_id":{"explicit":"+14155550100"},"post_digits":"1w2","detect_voicemail":false,"ring_timeout_ms":30000,"hold":"tone","on_failure":"return","keep_agent":false}}"#);
        let event = serde_json::json!({"call": "call_1", "seq": 3, "time_ms": 1_763_640_000_000_i64, "driver": "sip",
            "operation": "act_1", "event": "operation.ended",
            "result": {"result": "failed", "why": "busy", "code": 486, "caller": "with_agent"}});
        let read: CallEvent = serde_json::from_value(event.clone()).unwrap();
        assert_eq!(serde_json::to_value(read).unwrap(), event);
        // An event's own members stand beside the envelope's: none may have its name.
        let verdict = serde_json::json!({"call": "call_1", "seq": 4, "time_ms": 1_763_640_000_000_i64,
            "driver": "sip", "event": "voicemail.verdict", "verdict": "human", "at_ms": 1_100});
        let read: CallEvent = serde_json::from_value(verdict.clone()).unwrap();
        assert_eq!(serde_json::to_value(read).unwrap(), verdict);
    }
}
