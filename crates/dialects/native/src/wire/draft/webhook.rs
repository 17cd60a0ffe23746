//! Schema of a webhook's settings.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::answer::AnswerRule;
use super::names::{NameRule, UnsetRule};

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
    /// Header name to template, or to `{"literal": "…"}`, which is no template. Literals, and literal secrets in
    /// templates, are sealed when saved and shown as `[REDACTED]`.
    #[schema(value_type = BTreeMap<String, Value>, required = false)]
    headers: BTreeMap<String, String>,
    /// Values of the tool's own, always sealed and shown as `[REDACTED]`: templates name them like secrets of the
    /// organisation, before which they come. Names: 1 to 64 of `A-Z a-z 0-9 _ -`.
    #[schema(value_type = BTreeMap<String, Value>, required = false)]
    own_secrets: BTreeMap<String, String>,
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
    /// Members that a JSON body has besides in a trial, so that the receiver can tell.
    #[schema(value_type = Object, required = false)]
    trial_members: Map<String, Value>,
    /// These settings wait: a client tool may have them for later, and the URL may be empty; calls of a webhook without a
    /// URL are refused. Default: false.
    #[schema(required = false)]
    parked: bool,
    /// A further header, `t=<unix seconds>,v1=<hex>`: HMAC-SHA256 of `<t>.<body>` keyed with all bytes of the signing
    /// secret's text.
    timestamped_signature: Option<String>,
    /// How variables are resolved, where it is not the native way.
    variables: Option<NameRule>,
    /// What a variable without a value does. Default: empty.
    #[schema(required = false)]
    unset: UnsetRule,
    /// Where the URL may hold variables. Default: path and query.
    #[schema(required = false)]
    url_variables: UrlVariables,
    /// Where arguments go that no template names. Default: auto.
    #[schema(required = false)]
    unplaced: UnplacedArguments,
    /// How an array becomes query parameters. Default: json.
    #[schema(required = false)]
    query_lists: QueryLists,
    /// How the answer is read.
    #[schema(required = false)]
    answer: AnswerRule,
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

/// `standard`: Standard Webhooks with the tool's own secret; `project`: with that of its project; `none`.
#[derive(Debug, serde::Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[allow(dead_code, reason = "a schema")]
pub(crate) enum SignatureScheme {
    Standard,
    Project,
    None,
}

/// `path_and_query`; `secrets_in_host`: secrets also in user info, host and port. The address is then checked at the
/// call only, and user info is sent as `Authorization: Basic`.
#[derive(Debug, serde::Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[allow(dead_code, reason = "a schema")]
pub(crate) enum UrlVariables {
    PathAndQuery,
    SecretsInHost,
}

/// For definitions without `parameters`. `auto`: all to body or query when no template names any, else nowhere;
/// `unused`: those that no template names; `nowhere`.
#[derive(Debug, serde::Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[allow(dead_code, reason = "a schema")]
pub(crate) enum UnplacedArguments {
    Auto,
    Unused,
    Nowhere,
}

/// `json`: one parameter holding compact JSON; `repeated`: one parameter an item.
#[derive(Debug, serde::Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[allow(dead_code, reason = "a schema")]
pub(crate) enum QueryLists {
    Json,
    Repeated,
}
