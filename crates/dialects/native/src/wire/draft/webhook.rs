//! Schema of a webhook's settings.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use utoipa::ToSchema;

/// An HTTP request. Templates: `{{name}}`, `{{input.a.b}}`, `{{vars.x}}`, `{{system.now}}`, `{{config.x}}`,
/// `{{secret.x}}`; each is filled once, encoded for its place.
#[derive(Debug, serde::Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Webhook {
    /// Absolute http or https URL; variables in path and query only.
    #[schema(example = "https://api.example.com/customers/{{input.phone}}")]
    url: String,
    /// `GET` (default), `HEAD`, `POST`, `PUT`, `PATCH`, `DELETE`, `OPTIONS`; any case.
    #[schema(example = "POST")]
    method: Option<String>,
    /// Header name to template. Literal secrets are sealed when saved and shown as `[REDACTED]`.
    #[schema(value_type = BTreeMap<String, String>, required = false)]
    headers: BTreeMap<String, String>,
    /// Query name to template.
    #[schema(value_type = Object, required = false)]
    query: Map<String, Value>,
    /// Body template: any JSON. Default: an object of the parameters whose place is the body, or no body.
    #[schema(value_type = Value, required = false)]
    body: Option<Value>,
    /// Which redirects are followed. Default: none.
    #[schema(required = false)]
    redirects: RedirectPolicy,
    /// Whether the server's certificate is checked. `false` only where the operator allows it. Default: true.
    #[schema(required = false)]
    verify_tls: bool,
    /// How the request is signed. Default: standard.
    #[schema(required = false)]
    signature: SignatureScheme,
    /// How variables are resolved, where it is not the native way.
    variables: Option<NameRule>,
}

/// `none`; `same_origin`: 307 and 308 to the same scheme, host and port, at most 3; `follow`: all, at most 5, with
/// credentials dropped across origins.
#[derive(Debug, serde::Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[allow(dead_code, reason = "a schema")]
pub(crate) enum RedirectPolicy {
    None,
    SameOrigin,
    Follow,
}

/// `standard`: Standard Webhooks with the tool's own secret; `none`.
#[derive(Debug, serde::Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[allow(dead_code, reason = "a schema")]
pub(crate) enum SignatureScheme {
    Standard,
    None,
}

/// How the variables of a definition's templates are resolved.
#[derive(Debug, serde::Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NameRule {
    /// Brackets: `{{…}}` or `${…}`.
    #[schema(required = false)]
    syntax: VariableSyntax,
    /// Brackets in the URL, when they differ.
    url_syntax: Option<VariableSyntax>,
    /// Names compared without regard to case.
    #[schema(required = false)]
    case_blind: bool,
    /// First segments and the place that each names.
    #[schema(value_type = Vec<Vec<String>>)]
    prefixes: Vec<(String, Namespace)>,
    /// Where a name without such a segment is looked for, in order.
    bare: Vec<Namespace>,
}

/// The brackets around a variable; `single` in URLs only.
#[derive(Debug, serde::Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[allow(dead_code, reason = "a schema")]
pub(crate) enum VariableSyntax {
    Braces,
    Dollar,
    Single,
}

/// Where the value of a variable is looked for.
#[derive(Debug, serde::Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[allow(dead_code, reason = "a schema")]
pub(crate) enum Namespace {
    Input,
    System,
    Vars,
    Config,
    Secret,
    Session,
}
