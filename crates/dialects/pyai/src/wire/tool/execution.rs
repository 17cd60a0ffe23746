//! Who runs a tool.

use hookswitch_model::draft::{Kind, ToolDraft};
use serde_json::Value;

use super::EXTRAS;

/// The four ways of this dialect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Execution {
    /// This server itself.
    Hosted,
    /// This server calls the tool's webhook.
    Server,
    /// The call engine.
    Engine,
    /// The connected app.
    Client,
}

impl Execution {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Hosted, Self::Server, Self::Engine, Self::Client];

    /// The word on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hosted => "hosted",
            Self::Server => "server",
            Self::Engine => "engine",
            Self::Client => "client",
        }
    }

    /// The way of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|execution| execution.as_str() == word)
    }

    /// The way of a kind; none for kinds that this dialect can't show.
    pub const fn of(kind: Kind) -> Option<Self> {
        match kind {
            Kind::Webhook => Some(Self::Server),
            Kind::Client => Some(Self::Client),
            Kind::CallControl => Some(Self::Engine),
            Kind::Hosted => Some(Self::Hosted),
            Kind::Python | Kind::Lambda | Kind::Context => None,
        }
    }
}

/// Whether this dialect can show a tool.
pub const fn is_expressible(draft: &ToolDraft) -> bool {
    Execution::of(draft.kind).is_some()
}

/// The prebuilt tool that a stored one is a copy of.
pub fn prebuilt_copy(draft: &ToolDraft) -> Option<&str> {
    draft.extras.get(EXTRAS)?.get("prebuilt")?.as_str()
}

/// What was once given; counts as long as no other dialect made something else of the tool.
pub(super) fn given_before(draft: &ToolDraft) -> Option<Execution> {
    let word = draft.extras.get(EXTRAS)?.get("execution").and_then(Value::as_str)?;
    Execution::from_word(word).filter(|given| Some(*given) == Execution::of(draft.kind))
}
