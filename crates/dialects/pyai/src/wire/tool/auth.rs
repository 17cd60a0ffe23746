//! The header that carries a webhook's auth value: which one it is, and what becomes of it.

use hookswitch_model::draft::{Headers, ToolDraft};
use hookswitch_model::secret::{Sealable, is_secret_name};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;

use super::EXTRAS;
use super::body::is_redacted;
use crate::wire::given::Given;
use crate::wire::trouble::Trouble;

/// The header when only a value is given.
const DEFAULT_HEADER: &str = "Authorization";

/// The auth header of a tool: its name, and whether a value is stored.
pub(super) fn shown(draft: &ToolDraft) -> (Option<String>, bool) {
    match entry(draft) {
        Some((name, _)) => (Some(name), true),
        None => (remembered(draft).map(str::to_owned), false),
    }
}

/// The header of a tool that has a value: the one named here, else the first that speaks of a secret.
fn entry(draft: &ToolDraft) -> Option<(String, Sealable)> {
    let headers = &draft.webhook.as_ref()?.headers;
    let named = remembered(draft).and_then(|name| headers.iter().find(|(other, _)| same(other, name)));
    let secret =
        || headers.iter().find(|(name, value)| is_secret_name(name) || !matches!(value, Sealable::Text(_)));
    named.or_else(secret).map(|(name, value)| (name.clone(), value.clone()))
}

fn remembered(draft: &ToolDraft) -> Option<&str> {
    draft.extras.get(EXTRAS)?.get("auth_header").and_then(Value::as_str)
}

fn same(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
}

/// The auth header as it is to be.
#[derive(Debug)]
pub(super) struct Auth {
    /// The header that had the value.
    before: Option<String>,
    /// The name that was given here, with or without a value to go with it.
    pub(super) named: Option<String>,
    /// The header as it is to be, when there is a value.
    value: Option<(String, Sealable)>,
}

impl Auth {
    /// What a body makes of the stored one.
    pub(super) fn merged(
        draft: &ToolDraft,
        header: &Given<String>,
        secret: &Given<SecretString>,
    ) -> Result<Self, Trouble> {
        let stored = entry(draft);
        let before = stored.as_ref().map(|(name, _)| name.clone());
        let kept = stored.map(|(_, value)| value);
        let value = match secret {
            Given::Absent => kept,
            Given::Null => None,
            Given::Is(secret) if is_redacted(secret) => match kept {
                Some(kept) => Some(kept),
                None => return Err(Trouble::field("auth_secret", "has no stored value to keep")),
            },
            Given::Is(secret) => Some(Sealable::Literal { literal: secret.expose_secret().to_owned() }),
        };
        let named = match header {
            Given::Absent => remembered(draft).map(str::to_owned),
            Given::Null => None,
            Given::Is(name) => Some(name.clone()),
        };
        let stays = before.clone().filter(|_| *header == Given::Absent);
        let name = stays.or_else(|| named.clone()).unwrap_or_else(|| DEFAULT_HEADER.to_owned());
        Ok(Self { before, named, value: value.map(|value| (name, value)) })
    }

    /// Whether a webhook has to hold a value.
    pub(super) const fn has_value(&self) -> bool {
        self.value.is_some()
    }

    /// Puts the value into the headers of the webhook, in the place of the one before.
    pub(super) fn write(&self, headers: &mut Headers) {
        let mut written = Headers::new();
        let mut value = self.value.clone();
        let is_before = |name: &str| self.before.as_deref().is_some_and(|before| same(before, name));
        for (name, other) in headers.drain(..) {
            if is_before(&name) {
                if let Some((header, value)) = value.take() {
                    written.insert(header, value);
                }
            } else if !self.value.as_ref().is_some_and(|(header, _)| same(header, &name)) {
                written.insert(name, other);
            }
        }
        if let Some((header, value)) = value {
            written.insert(header, value);
        }
        *headers = written;
    }
}
