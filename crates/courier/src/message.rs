//! What is sent: one JSON object an event (Standard Webhooks: `type`, `timestamp`, `data`).

use hookswitch_model::event::SessionEvent;
use hookswitch_model::event_webhook::EventId;
use hookswitch_model::session::Session;
use serde_json::{Map, Value, json};

/// The body of an event. Its details are the event's own, beside who it is about; null when they were erased or are
/// too old to be kept.
pub(crate) fn standard(event: &SessionEvent, session: &Session) -> Value {
    let mut data = Map::from_iter([
        ("session_id".to_owned(), json!(session.id)),
        ("seq".to_owned(), json!(event.seq)),
        ("agent_id".to_owned(), json!(session.agent)),
        ("project_id".to_owned(), json!(session.project)),
        ("mode".to_owned(), json!(session.mode)),
        ("channel".to_owned(), json!(session.channel)),
        ("metadata".to_owned(), Value::Object(session.metadata.clone())),
    ]);
    data.insert("details".to_owned(), event.data.clone());
    let id = EventId { session: event.session, seq: event.seq };
    json!({"id": id.to_string(), "type": event.kind, "timestamp": event.at, "data": data})
}

#[cfg(test)]
mod tests {
    use super::*;
    use hookswitch_model::event::EventKind;
    use hookswitch_model::session::Channel;
    use hookswitch_model::{Mode, OrgId, ProjectId, SessionId, Stamp};

    #[test]
    fn an_event_says_what_when_and_of_whom() {
        let session = Session {
            id: SessionId::generate(),
            number: 1,
            org: OrgId::generate(),
            mode: Mode::Test,
            project: ProjectId::generate(),
            agent: None,
            channel: Channel::Phone,
            system: Map::new(),
            variables: Map::from_iter([("card".to_owned(), json!("4111"))]),
            tools: Vec::new(),
            mocks: None,
            metadata: Map::from_iter([("order".to_owned(), json!(7))]),
            created_at: Stamp::from_micros(0),
            ended_at: None,
            ends_by: None,
            end_reason: None,
            epoch: 1,
        };
        let event = SessionEvent {
            session: session.id,
            seq: 3,
            at: Stamp::from_micros(1_700_000_000_000_000),
            kind: EventKind::CallAnswered,
            data: json!({"outcome": "done"}),
        };
        let body = standard(&event, &session);
        assert_eq!(
            (&body["type"], &body["timestamp"]),
            (&json!("call.answered"), &json!("2023-11-14T22:13:20.000Z"))
        );
        let data = &body["data"];
        assert_eq!((&data["session_id"], &data["seq"]), (&json!(session.id), &json!(3)));
        assert_eq!(
            (&data["details"], &data["metadata"]),
            (&json!({"outcome": "done"}), &json!({"order": 7}))
        );
        assert!(!body.to_string().contains("4111"), "variables stay here");
    }
}
