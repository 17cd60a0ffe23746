//! Identifiers: a prefix that names the kind, and a time-sorted UUID (version 7) in base32.
//!
//! `tool_01kqf3v4r8e6t9x2b5m7n0p1qs`: lower case, Crockford's alphabet (no i, l, o, u), 26 characters.
//! Ids of one kind sort by creation. Dialects that show UUIDs use [`uuid`](ToolId::uuid) or
//! [`long`](ToolId::long) of the same id; the long form is read wherever the short one is.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const ENCODED_LEN: usize = 26;

/// A text that is not an id of the expected kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected an id of the form {prefix}_…")]
pub struct IdError {
    /// The prefix of the kind that was expected, without the underscore.
    pub prefix: &'static str,
}

fn encode(value: u128, out: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mut text = [0u8; ENCODED_LEN];
    let mut rest = value;
    for slot in text.iter_mut().rev() {
        *slot = ALPHABET[(rest & 31) as usize];
        rest >>= 5;
    }
    out.write_str(std::str::from_utf8(&text).map_err(|_| fmt::Error)?)
}

fn decode(text: &str) -> Option<u128> {
    let bytes = text.as_bytes();
    // 26 characters carry 130 bits: the first one may use only its low three.
    if bytes.len() != ENCODED_LEN || !(b'0'..=b'7').contains(&bytes[0]) {
        return None;
    }
    bytes.iter().try_fold(0u128, |value, byte| {
        let digit = ALPHABET.iter().position(|candidate| candidate == byte)?;
        Some((value << 5) | digit as u128)
    })
}

/// A UUID in its usual form; the other spellings of one are no id.
fn decode_long(text: &str) -> Option<u128> {
    let uuid = (text.len() == 36).then(|| Uuid::try_parse(text).ok())??;
    Some(uuid.as_u128())
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// The prefix of this kind, without the underscore.
            pub const PREFIX: &'static str = $prefix;

            /// A new id of this moment.
            pub fn generate() -> Self {
                Self(Uuid::now_v7())
            }

            /// The id over an existing UUID (a database row, a dialect that shows UUIDs).
            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The long form: the prefix and the UUID as UUIDs are usually written.
            pub fn long(self) -> String {
                format!(concat!($prefix, "_{}"), self.0.hyphenated())
            }

            /// The UUID within.
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str(concat!($prefix, "_"))?;
                encode(self.0.as_u128(), out)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, out)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                text.strip_prefix(concat!($prefix, "_"))
                    .and_then(|text| decode(text).or_else(|| decode_long(text)))
                    .map(|value| Self(Uuid::from_u128(value)))
                    .ok_or(IdError { prefix: $prefix })
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    )*};
}

ids! {
    /// What a tool call means to do; the key under which its effect happens once.
    ActId = "act";
    /// An agent: a prompt with bound tools.
    AgentId = "agent";
    /// A webhook that is told of the events of sessions.
    EventWebhookId = "ewh";
    /// The recorded carrying-out of a tool call.
    ExecutionId = "exec";
    /// An API key (its public handle, not the key itself).
    KeyId = "key";
    /// A server process, for the ownership of sessions.
    NodeId = "node";
    /// An organisation: the tenant.
    OrgId = "org";
    /// A project of an organisation.
    ProjectId = "proj";
    /// One HTTP request to us.
    RequestId = "req";
    /// A sealed value that a definition or a binding refers to.
    SealId = "seal";
    /// A named secret of the organisation.
    SecretId = "sec";
    /// A live conversation.
    SessionId = "sess";
    /// A tool.
    ToolId = "tool";
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn text_form_round_trips(value: u128) {
            let id = ToolId::from_uuid(Uuid::from_u128(value));
            prop_assert_eq!(id.to_string().parse::<ToolId>().unwrap(), id);
        }

        #[test]
        fn the_long_form_is_read_too(value: u128) {
            let id = ToolId::from_uuid(Uuid::from_u128(value));
            prop_assert_eq!(id.long().parse::<ToolId>().unwrap(), id);
            prop_assert_eq!(id.long().parse::<AgentId>().ok(), None);
        }

        #[test]
        fn text_order_is_id_order(a: u128, b: u128) {
            let (a, b) = (ToolId::from_uuid(Uuid::from_u128(a)), ToolId::from_uuid(Uuid::from_u128(b)));
            prop_assert_eq!(a.cmp(&b), a.to_string().cmp(&b.to_string()));
        }

        #[test]
        fn arbitrary_text_never_panics(text: String) {
            let _ = text.parse::<ToolId>();
        }
    }

    #[test]
    fn another_kind_is_refused_by_name() {
        let text = AgentId::generate().to_string();
        assert_eq!(text.parse::<ToolId>().unwrap_err().to_string(), "expected an id of the form tool_…");
    }

    #[test]
    fn a_uuid_has_one_spelling() {
        let id = ToolId::from_uuid(Uuid::from_u128(7));
        assert_eq!(id.long(), "tool_00000000-0000-0000-0000-000000000007");
        for text in ["00000000000000000000000000000007", "{00000000-0000-0000-0000-000000000007}"] {
            assert!(format!("tool_{text}").parse::<ToolId>().is_err(), "{text}");
        }
    }

    #[test]
    fn overlong_values_are_refused() {
        assert!(format!("tool_{}", "z".repeat(26)).parse::<ToolId>().is_err());
    }
}
