//! Schema of the settings of code tools.

use std::collections::BTreeMap;

use serde_json::Value;
use utoipa::ToSchema;

use super::names::{NameRule, UnsetRule};

/// A Python function.
#[derive(Debug, serde::Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Python {
    /// The source, at most 256 KiB.
    #[schema(max_length = 262_144)]
    code: String,
    /// Memory limit in MiB. Default: 128.
    #[schema(minimum = 16, maximum = 1024)]
    max_memory_mb: Option<u32>,
    /// Modules that may be imported; absent or empty: no restriction.
    #[schema(required = false)]
    allowed_modules: Vec<String>,
    /// Requirement lines (PEP 508).
    #[schema(required = false)]
    requirements: Vec<String>,
    /// What it may reach. Default: nothing.
    #[schema(required = false)]
    network: Network,
    /// Under which names it is told the values of the session. Default: their own.
    #[schema(required = false)]
    variables: Option<NameRule>,
}

/// `none`, or `public` addresses through the egress policy.
#[derive(Debug, serde::Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[allow(dead_code, reason = "a schema")]
pub(crate) enum Network {
    None,
    Public,
}

/// An AWS Lambda function.
#[derive(Debug, serde::Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Lambda {
    /// Name, `name:alias`, partial or full ARN.
    #[schema(min_length = 1, max_length = 170)]
    function: String,
    /// Region. Default: `us-east-1`, or the ARN's.
    region: Option<String>,
    /// How it is invoked. Default: RequestResponse.
    #[schema(required = false)]
    invocation_type: InvocationType,
    /// Delivered with the event; values are templates.
    #[schema(value_type = BTreeMap<String, String>, required = false)]
    environment_variables: BTreeMap<String, String>,
    /// Event template, instead of the shape.
    #[schema(value_type = Value, required = false)]
    payload: Option<Value>,
    /// Event shape. Default: arguments.
    #[schema(required = false)]
    event_shape: EventShape,
    /// How the variables of its templates are found, where it is not the native way.
    variables: Option<NameRule>,
    /// What a variable without a value does. Default: empty.
    #[schema(required = false)]
    unset: UnsetRule,
    /// Version or alias.
    qualifier: Option<String>,
    /// Another endpoint than AWS's, for emulators; egress rules apply.
    endpoint_url: Option<String>,
    /// Own access key id. Default: the organisation's secrets.
    access_key: Option<String>,
    /// Own secret access key; sealed when saved.
    secret_key: Option<String>,
    /// Own session token; sealed when saved.
    session_token: Option<String>,
}

/// How Lambda is invoked.
#[derive(Debug, serde::Serialize, ToSchema)]
#[allow(dead_code, reason = "a schema")]
pub(crate) enum InvocationType {
    RequestResponse,
    Event,
    DryRun,
}

/// `arguments`, or an `envelope` of arguments and context.
#[derive(Debug, serde::Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[allow(dead_code, reason = "a schema")]
pub(crate) enum EventShape {
    Arguments,
    Envelope,
}
