//! The body of a create or an update: fields with their types and limits (contract: 2.2). Unknown ones are ignored.

use hookswitch_model::config_schema::ConfigSchema;
use http::{HeaderName, HeaderValue};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Map, Value};

use super::config_schema;
use super::execution::Execution;
use crate::wire::given::{self, Given};
use crate::wire::trouble::Trouble;

/// Headers that are not a tool's to set.
const REFUSED_HEADERS: [&str; 15] = [
    "host",
    "content-length",
    "content-type",
    "transfer-encoding",
    "connection",
    "proxy-connection",
    "keep-alive",
    "upgrade",
    "te",
    "trailer",
    "x-pyai-signature",
    "webhook-id",
    "webhook-timestamp",
    "webhook-signature",
    "idempotency-key",
];

/// Largest input schema, in bytes of JSON.
const MOST_SCHEMA: usize = 64 * 1024;

/// What a call does to the world, in this dialect's two words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SideEffect {
    /// Safe to repeat.
    Read,
    /// Must not happen twice.
    Action,
}

/// A body, read.
#[derive(Debug)]
pub struct ToolBody {
    pub(super) name: Given<String>,
    pub(super) description: Given<String>,
    pub(super) input_schema: Given<Value>,
    pub(super) config_schema: Given<ConfigSchema>,
    pub(super) webhook_url: Given<String>,
    pub(super) execution: Given<Execution>,
    pub(super) auth_header: Given<String>,
    pub(super) auth_secret: Given<SecretString>,
    pub(super) side_effect: Given<SideEffect>,
    pub(super) timeout_ms: Given<u64>,
    status: Given<Value>,
}

impl ToolBody {
    /// Reads a body. `timeout_ms` outside its range passes here: what is stored may be outside, too.
    pub fn parse(members: &Map<String, Value>) -> Result<Self, Trouble> {
        Ok(Self {
            name: given::text(members, "name", 128)?,
            description: given::text(members, "description", 4096)?,
            input_schema: given::any(members, "input_schema").try_map(input_schema)?,
            config_schema: given::any(members, "config_schema")
                .try_map(|schema| config_schema::read(&schema))?,
            webhook_url: given::text(members, "webhook_url", 2048)?,
            execution: given::text(members, "execution", 64)?.try_map(|word| {
                Execution::from_word(&word)
                    .ok_or_else(|| Trouble::field("execution", "must be one of server, client"))
            })?,
            auth_header: given::text(members, "auth_header", 256)?.try_map(header_name)?,
            auth_secret: given::text(members, "auth_secret", 8192)?.try_map(header_value)?,
            side_effect: given::text(members, "side_effect", 64)?.try_map(|word| match word.as_str() {
                "read" => Ok(SideEffect::Read),
                "action" => Ok(SideEffect::Action),
                _ => Err(Trouble::field("side_effect", "must be one of read, action")),
            })?,
            timeout_ms: given::whole(members, "timeout_ms", 0..=u64::MAX)?,
            status: given::any(members, "status"),
        })
    }

    /// Reads the body of an update by id: there a name may be left out, but not be null.
    pub fn parse_update(members: &Map<String, Value>) -> Result<Self, Trouble> {
        let body = Self::parse(members)?;
        match body.name {
            Given::Null => Err(Trouble::field("name", "must not be null")),
            Given::Absent | Given::Is(_) => Ok(body),
        }
    }

    /// The name of a tool that is created or updated by it.
    pub fn wanted_name(&self) -> Result<&str, Trouble> {
        match &self.name {
            Given::Is(name) => Ok(name),
            Given::Null | Given::Absent => Err(Trouble::field("name", "is required")),
        }
    }

    /// Whether the tool is to be switched on or off; of updates by id only.
    pub fn enabled(&self) -> Result<Option<bool>, Trouble> {
        match &self.status {
            Given::Absent => Ok(None),
            Given::Null => Ok(Some(true)),
            Given::Is(Value::String(word)) if word == "active" => Ok(Some(true)),
            Given::Is(Value::String(word)) if word == "disabled" => Ok(Some(false)),
            Given::Is(_) => Err(Trouble::field("status", "must be one of active, disabled")),
        }
    }
}

fn input_schema(schema: Value) -> Result<Value, Trouble> {
    let refuse = |rule: &str| Err(Trouble::field("input_schema", rule));
    let Some(members) = schema.as_object() else { return refuse("must be an object") };
    if members.get("type").is_some_and(|kind| kind != "object") {
        return refuse("must be a JSON Schema of type object");
    }
    if schema.to_string().len() > MOST_SCHEMA {
        return refuse("must have at most 65536 bytes");
    }
    Ok(schema)
}

fn header_name(text: String) -> Result<String, Trouble> {
    if HeaderName::from_bytes(text.as_bytes()).is_err() {
        return Err(Trouble::field("auth_header", "must be a header name (RFC 9110)"));
    }
    if REFUSED_HEADERS.iter().any(|refused| text.eq_ignore_ascii_case(refused)) {
        return Err(Trouble::field("auth_header", "names a header that the server sets"));
    }
    Ok(text)
}

/// What a header can carry; the value is in no message.
fn header_value(text: String) -> Result<SecretString, Trouble> {
    if text.is_empty() {
        return Err(Trouble::field("auth_secret", "must not be empty; null removes it"));
    }
    if HeaderValue::from_str(&text).is_err() {
        return Err(Trouble::field("auth_secret", "must be visible ASCII characters and blanks"));
    }
    Ok(SecretString::from(text))
}

/// Whether a given secret stands for the stored one.
pub(super) fn is_redacted(secret: &SecretString) -> bool {
    secret.expose_secret() == hookswitch_model::secret::REDACTED
}
