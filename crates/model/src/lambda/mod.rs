//! An AWS Lambda function, prepared: everything parsed, nothing left to look up but values.

mod function;
mod region;

use std::collections::BTreeSet;

use hookswitch_template::{JsonTemplate, Path, Text};

pub use function::{FunctionRef, InvalidFunction, Qualifier};
pub use region::{InvalidRegion, Region};

use crate::draft::{EventShape, InvocationType, NameRule, UnsetRule};
use crate::id::SealId;
use crate::name::SecretName;

/// The organisation's secret with the access key id, where a tool has no credentials of its own.
pub const ACCESS_KEY_SECRET: &str = "AWS_ACCESS_KEY_ID";
/// The one with the secret access key.
pub const SECRET_KEY_SECRET: &str = "AWS_SECRET_ACCESS_KEY";
/// The one with the session token, which may be absent.
pub const SESSION_TOKEN_SECRET: &str = "AWS_SESSION_TOKEN";

/// How a function is invoked.
#[derive(Debug, Clone)]
pub struct LambdaPlan {
    /// Which function.
    pub function: FunctionRef,
    /// Where it lives.
    pub region: Region,
    /// Version or alias.
    pub qualifier: Option<Qualifier>,
    /// How it is invoked.
    pub invocation: InvocationType,
    /// What the event looks like where no template says it.
    pub shape: EventShape,
    /// The event's template.
    pub template: Option<EventTemplate>,
    /// What is delivered beside the event; in order of the names.
    pub environment: Vec<(String, SecretText)>,
    /// Another endpoint than AWS's: scheme, authority and perhaps a path.
    pub endpoint: Option<String>,
    /// The tool's own credentials; none: the organisation's secrets.
    pub credentials: Option<OwnCredentials>,
    /// How variables are resolved.
    pub names: NameRule,
    /// What a variable without a value does.
    pub unset: UnsetRule,
    /// Arguments that the definition declares.
    pub declared: BTreeSet<String>,
}

/// The template of an event.
#[derive(Debug, Clone)]
pub enum EventTemplate {
    /// A JSON value with variables.
    Json(JsonTemplate),
    /// A text that becomes JSON once it is filled.
    Text(Text),
}

/// A text that may be secret.
#[derive(Debug, Clone)]
pub enum SecretText {
    /// A template.
    Template(Text),
    /// A literal, sealed beside the definition.
    Sealed(SealId),
    /// A template with literal secrets in it, sealed beside the definition, and the variables that it names.
    SealedTemplate(SealId, Vec<Path>),
    /// A literal of a definition that was not saved.
    Literal(String),
}

/// Credentials that a tool brings along. Their templates follow the native rule in every dialect.
#[derive(Debug, Clone)]
pub struct OwnCredentials {
    /// Access key id.
    pub access_key: SecretText,
    /// Secret access key.
    pub secret_key: SecretText,
    /// Session token.
    pub session_token: Option<SecretText>,
}

impl LambdaPlan {
    /// Every variable that its event and its environment name.
    pub fn variables(&self) -> Vec<&Path> {
        let mut paths: Vec<&Path> = match &self.template {
            Some(EventTemplate::Json(template)) => template.paths(),
            Some(EventTemplate::Text(text)) => text.paths().collect(),
            None => Vec::new(),
        };
        for (_, text) in &self.environment {
            paths.extend(text.variables());
        }
        paths
    }

    /// The texts of its own credentials.
    pub fn credential_texts(&self) -> impl Iterator<Item = &SecretText> {
        let own = self.credentials.iter();
        own.flat_map(|own| [Some(&own.access_key), Some(&own.secret_key), own.session_token.as_ref()])
            .flatten()
    }

    /// The sealed values it needs.
    pub fn seals(&self) -> impl Iterator<Item = SealId> + '_ {
        let environment = self.environment.iter().map(|(_, text)| text);
        environment.chain(self.credential_texts()).filter_map(SecretText::seal)
    }

    /// The organisation's secrets that stand in for credentials of its own.
    pub fn stand_ins(&self) -> impl Iterator<Item = SecretName> {
        let names = match self.credentials {
            Some(_) => &[][..],
            None => &[ACCESS_KEY_SECRET, SECRET_KEY_SECRET, SESSION_TOKEN_SECRET],
        };
        names.iter().filter_map(|name| SecretName::parse(*name).ok())
    }
}

impl SecretText {
    /// The variables that it names.
    pub fn variables(&self) -> Vec<&Path> {
        match self {
            Self::Template(text) => text.paths().collect(),
            Self::SealedTemplate(_, named) => named.iter().collect(),
            Self::Sealed(_) | Self::Literal(_) => Vec::new(),
        }
    }

    const fn seal(&self) -> Option<SealId> {
        match self {
            Self::Sealed(seal) | Self::SealedTemplate(seal, _) => Some(*seal),
            Self::Template(_) | Self::Literal(_) => None,
        }
    }
}
