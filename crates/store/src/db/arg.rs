//! Arguments of statements.

use std::borrow::Cow;

use rusqlite::CachedStatement;
use sqlx::{Arguments, Encode, Type};
use uuid::Uuid;

use hookswitch_model::execution::ActState;
use hookswitch_model::{
    ActId, AgentId, Dialect, Effect, EventWebhookId, ExecutionId, KeyId, Mode, NodeId, OrgId, Outcome,
    ProjectId, SealId, SecretId, SessionId, Stamp, ToolId,
};

use super::Result;
use crate::error::StoreError;

/// One argument; `None` is a NULL of that type.
#[derive(Debug, Clone)]
pub(crate) enum Arg {
    Int(Option<i64>),
    Bool(bool),
    Text(Option<Cow<'static, str>>),
    Bytes(Option<Vec<u8>>),
    Uuid(Option<Uuid>),
}

impl Arg {
    pub(super) fn add_to<'t, A>(self, arguments: &mut A) -> Result<()>
    where
        A: Arguments,
        Option<i64>: Encode<'t, A::Database> + Type<A::Database>,
        bool: Encode<'t, A::Database> + Type<A::Database>,
        Option<String>: Encode<'t, A::Database> + Type<A::Database>,
        Option<Vec<u8>>: Encode<'t, A::Database> + Type<A::Database>,
        Option<Uuid>: Encode<'t, A::Database> + Type<A::Database>,
    {
        match self {
            Self::Int(value) => arguments.add(value),
            Self::Bool(value) => arguments.add(value),
            Self::Text(value) => arguments.add(value.map(|text| without_nul(text).into_owned())),
            Self::Bytes(value) => arguments.add(value),
            Self::Uuid(value) => arguments.add(value),
        }
        .map_err(StoreError::Internal)
    }

    /// Gives it to a statement of the writing SQLite connection; places count from 1.
    pub(super) fn bind_to(&self, statement: &mut CachedStatement<'_>, place: usize) -> Result<()> {
        match self {
            Self::Int(value) => statement.raw_bind_parameter(place, value),
            Self::Bool(value) => statement.raw_bind_parameter(place, value),
            Self::Text(Some(text)) if text.contains('\0') => {
                statement.raw_bind_parameter(place, without_nul(text.clone()).as_ref())
            }
            Self::Text(value) => statement.raw_bind_parameter(place, value.as_deref()),
            Self::Bytes(value) => statement.raw_bind_parameter(place, value),
            Self::Uuid(value) => statement.raw_bind_parameter(place, value.as_ref().map(Uuid::as_bytes)),
        }
        .map_err(StoreError::from)
    }
}

/// PostgreSQL keeps no U+0000 in a text; models send it in ids now and then. Both databases get the
/// replacement character, so that a look-up finds what was stored.
fn without_nul(text: Cow<'static, str>) -> Cow<'static, str> {
    if text.contains('\0') { text.replace('\0', "\u{fffd}").into() } else { text }
}

macro_rules! arg_from {
    ($($kind:ident($inner:ty): $($type:ty => $convert:expr),+;)*) => {$($(
        impl From<$type> for Arg {
            fn from(value: $type) -> Self {
                let convert: fn($type) -> $inner = $convert;
                Self::$kind(Some(convert(value)))
            }
        }

        impl From<Option<$type>> for Arg {
            fn from(value: Option<$type>) -> Self {
                let convert: fn($type) -> $inner = $convert;
                Self::$kind(value.map(convert))
            }
        }
    )+)*};
}

arg_from! {
    Int(i64):
        i64 => |value| value,
        u32 => i64::from,
        u64 => |value| i64::try_from(value).unwrap_or(i64::MAX),
        Stamp => Stamp::micros;
    Text(Cow<'static, str>):
        String => Cow::Owned,
        &str => |value| Cow::Owned(value.to_owned()),
        Mode => |mode| mode.as_str().into(),
        Dialect => |dialect| dialect.as_str().into(),
        Effect => |effect| effect.as_str().into(),
        Outcome => |outcome| outcome.as_str().into(),
        ActState => |state| state.as_str().into();
    Bytes(Vec<u8>):
        Vec<u8> => |value| value,
        &[u8] => <[u8]>::to_vec,
        &[u8; 32] => |value| value.to_vec();
    Uuid(Uuid):
        Uuid => |value| value,
        ActId => ActId::uuid,
        AgentId => AgentId::uuid,
        EventWebhookId => EventWebhookId::uuid,
        ExecutionId => ExecutionId::uuid,
        KeyId => KeyId::uuid,
        NodeId => NodeId::uuid,
        OrgId => OrgId::uuid,
        ProjectId => ProjectId::uuid,
        SealId => SealId::uuid,
        SecretId => SecretId::uuid,
        SessionId => SessionId::uuid,
        ToolId => ToolId::uuid;
}

impl From<bool> for Arg {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}
