//! How columns become domain types.

use uuid::Uuid;

use hookswitch_model::event::EventKind;
use hookswitch_model::event_webhook::{DeliveryState, EventForm};
use hookswitch_model::execution::{ActKey, ActState};
use hookswitch_model::name::{OrgName, ProjectName, SecretName, ToolName};
use hookswitch_model::session::{Channel, EndReason};
use hookswitch_model::{
    ActId, AgentId, Dialect, Effect, EventWebhookId, ExecutionId, KeyId, Mode, NodeId, OrgId, Outcome,
    ProjectId, SealId, SecretId, SessionId, Stamp, ToolId,
};

use super::row::Field;

/// A type that is read from one column.
pub(crate) trait Column: Sized {
    /// What the driver gives.
    type Raw: Field;

    /// Reads it, or says why not (without the value).
    fn from_raw(raw: Self::Raw) -> Result<Self, String>;
}

macro_rules! columns {
    ($($type:ty, $raw:ty, $read:expr;)*) => {$(
        impl Column for $type {
            type Raw = $raw;

            fn from_raw(raw: $raw) -> Result<Self, String> {
                let read: fn($raw) -> Result<Self, String> = $read;
                read(raw)
            }
        }
    )*};
}

fn word<T>(found: Option<T>) -> Result<T, String> {
    found.ok_or_else(|| "unknown word".to_owned())
}

fn one_of<T: Copy>(all: &[T], as_str: fn(T) -> &'static str, text: &str) -> Result<T, String> {
    word(all.iter().copied().find(|value| as_str(*value) == text))
}

/// The values of enums whose words only serde knows.
fn serde_word<T: serde::de::DeserializeOwned>(raw: String) -> Result<T, String> {
    serde_json::from_value(serde_json::Value::String(raw)).map_err(|_| "unknown word".to_owned())
}

columns! {
    Channel, String, serde_word;
    EndReason, String, serde_word;
    i64, i64, Ok;
    bool, bool, Ok;
    String, String, Ok;
    Vec<u8>, Vec<u8>, Ok;
    Uuid, Uuid, Ok;
    u32, i64, |raw| u32::try_from(raw).map_err(|error| error.to_string());
    u64, i64, |raw| u64::try_from(raw).map_err(|error| error.to_string());
    Stamp, i64, |raw| Ok(Self::from_micros(raw));
    ActId, Uuid, |raw| Ok(Self::from_uuid(raw));
    AgentId, Uuid, |raw| Ok(Self::from_uuid(raw));
    EventWebhookId, Uuid, |raw| Ok(Self::from_uuid(raw));
    ExecutionId, Uuid, |raw| Ok(Self::from_uuid(raw));
    KeyId, Uuid, |raw| Ok(Self::from_uuid(raw));
    NodeId, Uuid, |raw| Ok(Self::from_uuid(raw));
    OrgId, Uuid, |raw| Ok(Self::from_uuid(raw));
    ProjectId, Uuid, |raw| Ok(Self::from_uuid(raw));
    SealId, Uuid, |raw| Ok(Self::from_uuid(raw));
    SecretId, Uuid, |raw| Ok(Self::from_uuid(raw));
    SessionId, Uuid, |raw| Ok(Self::from_uuid(raw));
    ToolId, Uuid, |raw| Ok(Self::from_uuid(raw));
    OrgName, String, |raw| Self::parse(raw).map_err(|error| error.to_string());
    ProjectName, String, |raw| Self::parse(raw).map_err(|error| error.to_string());
    SecretName, String, |raw| Self::parse(raw).map_err(|error| error.to_string());
    ToolName, String, |raw| Self::parse(raw).map_err(|error| error.to_string());
    ActKey, Vec<u8>, |raw| raw.try_into().map(Self).map_err(|_| "expected 32 bytes".to_owned());
    ActState, String, |raw| word(Self::from_word(&raw));
    Outcome, String, |raw| word(Self::from_word(&raw));
    EventKind, String, |raw| word(Self::from_word(&raw));
    EventForm, String, |raw| word(Self::from_word(&raw));
    DeliveryState, String, |raw| word(Self::from_word(&raw));
    Mode, String, |raw| one_of(&[Self::Live, Self::Test], Self::as_str, &raw);
    Effect, String, |raw| {
        one_of(&[Self::Read, Self::Idempotent, Self::Action, Self::Irreversible], Self::as_str, &raw)
    };
    Dialect, String, |raw| {
        one_of(&[Self::Native, Self::Pyai, Self::Burki, Self::Phonic, Self::Bland], Self::as_str, &raw)
    };
}
