//! Settings of a webhook as written.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

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
    /// Not at all.
    None,
}

/// Where the value of a variable is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Namespace {
    /// The checked arguments.
    Input,
    /// Values of the session: ids, numbers, clock.
    System,
    /// Session variables: given at the start or extracted from answers.
    Vars,
    /// The binding's config.
    Config,
    /// The organisation's secrets.
    Secret,
}

/// How the variables of a definition's templates are resolved. A dialect writes its own rule; absent means
/// the native one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NameRule {
    /// `{{…}}` or `${…}`.
    #[serde(default)]
    pub syntax: VariableSyntax,
    /// The brackets in the URL, when they differ.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url_syntax: Option<VariableSyntax>,
    /// Names compared without regard to case.
    #[serde(default)]
    pub case_blind: bool,
    /// First segments that name a place: `input` → [`Namespace::Input`].
    pub prefixes: Vec<(String, Namespace)>,
    /// Where a name without such a segment is looked for, in order.
    pub bare: Vec<Namespace>,
}

/// The brackets around a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VariableSyntax {
    /// `{{a.b}}`
    #[default]
    Braces,
    /// `${a.b}`
    Dollar,
    /// `{a}`: in URLs only.
    Single,
}

impl Default for NameRule {
    /// The native rule: `input.` `system.` `vars.` `config.` `secret.`; bare names in input, vars, system.
    fn default() -> Self {
        let prefixes = [
            ("input", Namespace::Input),
            ("system", Namespace::System),
            ("vars", Namespace::Vars),
            ("config", Namespace::Config),
            ("secret", Namespace::Secret),
        ];
        Self {
            syntax: VariableSyntax::Braces,
            url_syntax: None,
            case_blind: false,
            prefixes: prefixes.into_iter().map(|(prefix, place)| (prefix.to_owned(), place)).collect(),
            bare: vec![Namespace::Input, Namespace::Vars, Namespace::System],
        }
    }
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
    /// Query name → template.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub query: Map<String, Value>,
    /// Body template. Absent: an object of the parameters whose place is the body, or no body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Value>,
    /// Which redirects are followed.
    #[serde(default)]
    pub redirects: RedirectPolicy,
    /// Whether the server's certificate is checked. `false` only where the operator allows it.
    #[serde(default = "yes")]
    pub verify_tls: bool,
    /// How the request is signed.
    #[serde(default)]
    pub signature: SignatureScheme,
    /// How variables are resolved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variables: Option<NameRule>,
}

fn yes() -> bool {
    true
}

/// Headers in the order in which they were written; an object in JSON.
pub type Headers = indexmap::IndexMap<String, Sealable>;
