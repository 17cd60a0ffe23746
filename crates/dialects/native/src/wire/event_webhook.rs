//! Event webhooks and their deliveries on the wire.

use std::collections::BTreeSet;

use hookswitch_model::event::EventKind;
use hookswitch_model::event_webhook::{Delivery, DeliveryState, DeliveryTry, EventWebhook};
use hookswitch_model::{EventWebhookId, SessionId, Stamp};
use hookswitch_registry::EventWebhookDraft;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{ids, millis, words};

/// A webhook that is told what happens in sessions.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EventWebhook)]
pub struct EventWebhookView {
    /// Its id.
    #[schema(value_type = ids::EventWebhookId)]
    pub id: EventWebhookId,
    /// Where events go.
    pub url: String,
    /// What it is for.
    pub description: String,
    /// Which events; empty: all.
    #[schema(value_type = Vec<words::EventKind>)]
    pub event_types: BTreeSet<EventKind>,
    /// Whether events go there.
    pub enabled: bool,
    /// Why the server switched it off: `failing`, `gone`; null otherwise.
    pub disabled_because: Option<String>,
    /// Since when nothing got through; null after a success.
    #[schema(value_type = Option<ids::Moment>)]
    pub failing_since: Option<Stamp>,
    /// When it was made.
    #[schema(value_type = ids::Moment)]
    pub created_at: Stamp,
    /// When it was last changed.
    #[schema(value_type = ids::Moment)]
    pub updated_at: Stamp,
}

impl From<EventWebhook> for EventWebhookView {
    fn from(webhook: EventWebhook) -> Self {
        Self {
            id: webhook.id,
            url: webhook.url,
            description: webhook.description,
            event_types: webhook.kinds,
            enabled: webhook.enabled,
            disabled_because: webhook.disabled_because,
            failing_since: webhook.failing_since,
            created_at: webhook.created_at,
            updated_at: webhook.updated_at,
        }
    }
}

/// A new webhook with its secret.
#[derive(Debug, Serialize, ToSchema)]
pub struct CreatedEventWebhook {
    /// The webhook as it is shown from now on.
    #[serde(flatten)]
    pub webhook: EventWebhookView,
    /// Verifies what it gets (Standard Webhooks). Shown this once.
    #[schema(example = "whsec_…")]
    pub signing_secret: String,
}

impl CreatedEventWebhook {
    /// The one answer that carries the secret.
    pub fn new(webhook: EventWebhook, secret: &SecretString) -> Self {
        Self { webhook: webhook.into(), signing_secret: secret.expose_secret().to_owned() }
    }
}

/// A webhook to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewEventWebhook {
    /// Where events go.
    #[schema(example = "https://app.example.com/hookswitch-events")]
    pub url: String,
    /// What it is for; at most 500 characters.
    #[serde(default)]
    #[schema(required = false, max_length = 500)]
    pub description: String,
    /// Which events. Default, also for an empty list: all.
    #[serde(default)]
    #[schema(value_type = Vec<words::EventKind>, required = false)]
    pub event_types: BTreeSet<EventKind>,
    /// Whether events go there. Default: true.
    pub enabled: Option<bool>,
}

impl From<NewEventWebhook> for EventWebhookDraft {
    fn from(new: NewEventWebhook) -> Self {
        Self {
            url: new.url,
            description: new.description,
            kinds: new.event_types,
            enabled: new.enabled.unwrap_or(true),
        }
    }
}

/// What is to be changed of a webhook; what is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EventWebhookChange {
    /// Where events go.
    pub url: Option<String>,
    /// What it is for.
    #[schema(max_length = 500)]
    pub description: Option<String>,
    /// Which events; an empty list: all.
    #[schema(value_type = Option<Vec<words::EventKind>>)]
    pub event_types: Option<BTreeSet<EventKind>>,
    /// Whether events go there. What waits for a webhook that is switched off goes on when it is switched on.
    pub enabled: Option<bool>,
}

impl EventWebhookChange {
    /// The webhook with these changes.
    pub fn over(self, webhook: EventWebhook) -> EventWebhookDraft {
        EventWebhookDraft {
            url: self.url.unwrap_or(webhook.url),
            description: self.description.unwrap_or(webhook.description),
            kinds: self.event_types.unwrap_or(webhook.kinds),
            enabled: self.enabled.unwrap_or(webhook.enabled),
        }
    }
}

/// One try of a delivery.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DeliveryAttempt)]
pub struct DeliveryAttemptBody {
    /// When it started.
    #[schema(value_type = ids::Moment)]
    pub at: Stamp,
    /// HTTP status of the answer, if one came.
    pub status: Option<u16>,
    /// One line on what went wrong.
    pub error: Option<String>,
    /// How long it took, in milliseconds.
    #[schema(minimum = 0)]
    pub duration_ms: f64,
}

impl From<DeliveryTry> for DeliveryAttemptBody {
    fn from(tried: DeliveryTry) -> Self {
        Self { at: tried.at, status: tried.status, error: tried.error, duration_ms: millis(tried.total_us) }
    }
}

/// An event on its way to a webhook.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Delivery)]
pub struct DeliveryView {
    /// Id of the event: `webhook-id` of every attempt.
    #[schema(value_type = ids::EventId)]
    pub event_id: String,
    /// The session.
    #[schema(value_type = ids::SessionId)]
    pub session_id: SessionId,
    /// Its number there.
    #[schema(minimum = 1)]
    pub seq: u64,
    /// Where it stands.
    #[schema(value_type = words::DeliveryState)]
    pub status: DeliveryState,
    /// How many attempts there were.
    pub attempt_count: u32,
    /// The last 20 of them, oldest first.
    pub attempts: Vec<DeliveryAttemptBody>,
    /// When the event happened.
    #[schema(value_type = ids::Moment)]
    pub created_at: Stamp,
    /// When it is sent next, while it waits.
    #[schema(value_type = Option<ids::Moment>)]
    pub next_attempt_at: Option<Stamp>,
    /// When it was delivered or given up.
    #[schema(value_type = Option<ids::Moment>)]
    pub ended_at: Option<Stamp>,
}

impl From<Delivery> for DeliveryView {
    fn from(delivery: Delivery) -> Self {
        Self {
            event_id: delivery.event.to_string(),
            session_id: delivery.event.session,
            seq: delivery.event.seq,
            status: delivery.state,
            attempt_count: delivery.tried,
            attempts: delivery.tries.into_iter().map(DeliveryAttemptBody::from).collect(),
            created_at: delivery.created_at,
            next_attempt_at: (delivery.state == DeliveryState::Waiting).then_some(delivery.next_at),
            ended_at: delivery.done_at,
        }
    }
}
