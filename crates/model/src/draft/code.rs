//! Settings of code tools as written: Python functions and AWS Lambda.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::names::{NameRule, UnsetRule};
use crate::secret::Sealable;

/// What code may reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Network {
    /// Nothing.
    #[default]
    None,
    /// Public addresses, through the egress policy.
    Public,
}

/// A Python function.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PythonDraft {
    /// The source, at most 256 KiB.
    pub code: String,
    /// Memory limit in MiB, 16 to 1024. Default: 128.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_memory_mb: Option<u32>,
    /// Modules that may be imported; absent or empty: no restriction.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allowed_modules: Vec<String>,
    /// Requirement lines (PEP 508).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requirements: Vec<String>,
    /// What it may reach. Default: nothing.
    #[serde(default)]
    pub network: Network,
    /// Under which names it is told the values of the session. Default: their own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variables: Option<NameRule>,
}

/// How Lambda is invoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum InvocationType {
    /// Wait for the answer.
    #[default]
    RequestResponse,
    /// Queue it.
    Event,
    /// Check permissions only.
    DryRun,
}

/// What the function's event looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventShape {
    /// The arguments.
    #[default]
    Arguments,
    /// An object with arguments and context.
    Envelope,
}

/// An AWS Lambda function.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LambdaDraft {
    /// Name, `name:alias`, partial or full ARN; at most 170 characters.
    pub function: String,
    /// Region. Default: `us-east-1`, or the ARN's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// How it is invoked.
    #[serde(default)]
    pub invocation_type: InvocationType,
    /// Delivered with the event; values are templates.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub environment_variables: BTreeMap<String, Sealable>,
    /// Event template, instead of the shape.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payload: Option<Value>,
    /// Event shape.
    #[serde(default)]
    pub event_shape: EventShape,
    /// How the variables of its templates are found. Default: the native rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variables: Option<NameRule>,
    /// What a variable without a value does.
    #[serde(default, skip_serializing_if = "super::is_default")]
    pub unset: UnsetRule,
    /// Version or alias.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub qualifier: Option<String>,
    /// Another endpoint than AWS's, for emulators; egress rules apply.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint_url: Option<String>,
    /// Own access key id. Default: the organisation's secrets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_key: Option<Sealable>,
    /// Own secret access key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret_key: Option<Sealable>,
    /// Own session token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_token: Option<Sealable>,
}
