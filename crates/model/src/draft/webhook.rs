//! Settings of a webhook as written.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::answer::AnswerRule;
use super::names::{NameRule, UnsetRule};
use crate::secret::Sealable;

/// Which redirects are followed; each hop is vetted anew, never from https to http.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RedirectPolicy {
    /// None.
    #[default]
    None,
    /// 307 and 308 to the same scheme, host and port, at most 3 hops.
    SameOrigin,
    /// All, at most 5 hops; credentials are dropped across origins.
    Follow,
}

/// How a request is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignatureScheme {
    /// Standard Webhooks with the tool's own secret.
    #[default]
    Standard,
    /// Standard Webhooks with the secret of the tool's project.
    Project,
    /// Not at all.
    None,
}

/// Where arguments go that the model gave and no template names, in definitions without a list of parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnplacedArguments {
    /// All of them to body or query when no template names any argument; else nowhere.
    #[default]
    Auto,
    /// Those that no template names, to body or query; nowhere when the body is a template.
    Unused,
    /// Nowhere.
    Nowhere,
}

/// How an array becomes query parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QueryLists {
    /// One parameter holding compact JSON.
    #[default]
    Json,
    /// One parameter an item.
    Repeated,
}

/// Where a URL may hold variables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UrlVariables {
    /// In path and query.
    #[default]
    PathAndQuery,
    /// Secrets of the organisation also in user info, host and port. The address is then checked at the call only.
    SecretsInHost,
}

/// An HTTP request as written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebhookDraft {
    /// Absolute URL; variables in path and query only.
    pub url: String,
    /// `GET` (default), `HEAD`, `POST`, `PUT`, `PATCH`, `DELETE`, `OPTIONS`; any case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// Header name → template, or a sealed literal.
    #[serde(default, skip_serializing_if = "Headers::is_empty")]
    pub headers: Headers,
    /// Values of the tool's own, always sealed: templates name them like secrets of the organisation, before which
    /// they come. For literals in places that can't be sealed themselves.
    #[serde(default, skip_serializing_if = "Headers::is_empty")]
    pub own_secrets: Headers,
    /// Query name → template.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub query: Map<String, Value>,
    /// Body template. Absent: an object of the parameters whose place is the body, or no body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Value>,
    /// Members that a JSON body has besides in a trial, so that the receiver can tell.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub trial_members: Map<String, Value>,
    /// These settings wait for something: a tool that the app runs may have them, for later, and their URL may be
    /// empty. The calls of a webhook without a URL are refused.
    #[serde(default, skip_serializing_if = "is_default")]
    pub parked: bool,
    /// Which redirects are followed.
    #[serde(default)]
    pub redirects: RedirectPolicy,
    /// Whether the server's certificate is checked. `false` only where the operator allows it.
    #[serde(default = "yes")]
    pub verify_tls: bool,
    /// How the request is signed.
    #[serde(default)]
    pub signature: SignatureScheme,
    /// A further header, `t=<unix seconds>,v1=<hex>`: HMAC-SHA256 of `<t>.<body>` keyed with all bytes of the signing
    /// secret's text, one `v1` for each secret that is valid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timestamped_signature: Option<String>,
    /// How variables are resolved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variables: Option<NameRule>,
    /// What a variable without a value does.
    #[serde(default, skip_serializing_if = "is_default")]
    pub unset: UnsetRule,
    /// Where the URL may hold variables.
    #[serde(default, skip_serializing_if = "is_default")]
    pub url_variables: UrlVariables,
    /// Where arguments go that no template names.
    #[serde(default, skip_serializing_if = "is_default")]
    pub unplaced: UnplacedArguments,
    /// How an array becomes query parameters.
    #[serde(default, skip_serializing_if = "is_default")]
    pub query_lists: QueryLists,
    /// How the answer is read.
    #[serde(default, skip_serializing_if = "is_default")]
    pub answer: AnswerRule,
}

impl WebhookDraft {
    /// Whether it has no URL yet and may be so.
    pub fn lacks_url(&self) -> bool {
        self.parked && self.url.is_empty()
    }

    /// A `GET` of a URL with nothing else set.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            method: None,
            headers: Headers::new(),
            own_secrets: Headers::new(),
            query: Map::new(),
            body: None,
            trial_members: Map::new(),
            parked: false,
            redirects: RedirectPolicy::default(),
            verify_tls: true,
            signature: SignatureScheme::default(),
            timestamped_signature: None,
            variables: None,
            unset: UnsetRule::default(),
            url_variables: UrlVariables::default(),
            unplaced: UnplacedArguments::default(),
            query_lists: QueryLists::default(),
            answer: AnswerRule::default(),
        }
    }
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

fn yes() -> bool {
    true
}

/// Headers in the order in which they were written; an object in JSON.
pub type Headers = indexmap::IndexMap<String, Sealable>;
