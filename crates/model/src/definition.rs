//! A tool that can run: parsed from its draft, shared by all sessions that pinned its version.

use std::collections::BTreeSet;
use std::time::Duration;

use hookswitch_schema::{ArgumentSchema, LooseShape};
use hookswitch_template::{Extraction, JsonTemplate, Path, Text};
use serde_json::Value;

use crate::config_schema::ConfigSchema;
use crate::draft::{CallControlDraft, Kind, NameRule, NullRule, PythonDraft, RetryWait};
use crate::effect::{Effect, Repeats};
use crate::lambda::LambdaPlan;
use crate::name::{SecretName, ToolName};
use crate::plan::{HostedFunction, RequestPlan};
use crate::session::Channel;
use crate::speech::SpeechRules;

/// A parsed definition. Illegal tools can't be represented.
#[derive(Debug)]
pub struct Definition {
    /// Its name.
    pub name: ToolName,
    /// The function name that the model sees, before it is made unique in a session.
    pub function: String,
    /// What the model reads.
    pub description: String,
    /// The arguments that the model gives.
    pub arguments: Arguments,
    /// What an explicit null does where the schema admits none.
    pub nulls: NullRule,
    /// Values added after validation; the model can't override them.
    pub fixed: Vec<FixedParameter>,
    /// What runs it.
    pub kind: ToolKind,
    /// Effect class.
    pub effect: Effect,
    /// Whether somebody declared the effect (else it is the default of kind and method).
    pub effect_declared: bool,
    /// What a repeat on purpose does.
    pub repeats: Repeats,
    /// The arguments that make the act; `None`: all.
    pub act_arguments: Option<Vec<String>>,
    /// Session variables that its templates read: part of the act.
    pub act_variables: Vec<Path>,
    /// Arguments that are never recorded.
    pub sensitive_arguments: Vec<String>,
    /// Parts of the answer that are never recorded.
    pub sensitive_result: Vec<Extraction>,
    /// Budget of one call.
    pub timeout: Duration,
    /// Most attempts of one call.
    pub max_tries: u32,
    /// How long the answer of a read may be given again.
    pub cache: Option<Duration>,
    /// Speech rules.
    pub speech: SpeechRules,
    /// The spoken line, parsed.
    pub speech_line: Option<Text>,
    /// Extractions into session variables.
    pub extract: Vec<Extraction>,
    /// The part of the answer that the model gets.
    pub result: Option<Extraction>,
    /// The session variable that keeps the whole answer.
    pub answer_variable: Option<String>,
    /// Texts that are filled after the extractions and handed to the model with the result.
    pub answer_context: Vec<Text>,
    /// Waits between attempts.
    pub retry_waits: RetryWaits,
    /// Most bytes of a result for the model.
    pub result_limit: usize,
    /// Settings captured on each binding.
    pub config_schema: Option<ConfigSchema>,
    /// Secrets that its templates and fixed parameters name.
    pub secrets: Vec<SecretName>,
    /// Secrets that its templates may mean: opened where they are there.
    pub maybe_secrets: Vec<SecretName>,
    /// What of the session's values its request needs.
    pub system_use: SystemUse,
}

/// What of the session's values a request needs, so that a call prepares no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum SystemUse {
    /// None of them.
    #[default]
    Nothing,
    /// Ids, numbers and the like.
    Values,
    /// The clock in the session's time zone as well.
    Clock,
}

/// Waits between attempts: random up to `first`, doubled each time, up to `most`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryWaits {
    /// Upper end of the first wait.
    pub first: Duration,
    /// Longest wait that the receiver did not ask for.
    pub most: Duration,
}

impl Default for RetryWaits {
    fn default() -> Self {
        Self { first: Duration::from_millis(100), most: Duration::from_secs(1) }
    }
}

impl From<RetryWait> for RetryWaits {
    fn from(written: RetryWait) -> Self {
        Self { first: written.first_ms.duration(), most: written.most_ms.duration() }
    }
}

/// What the model may give.
#[derive(Debug)]
pub enum Arguments {
    /// Checked by JSON Schema 2020-12.
    Strict(ArgumentSchema),
    /// Checked by the shape that a loose schema implies.
    Loose(LooseShape),
}

impl Arguments {
    /// The JSON Schema that the model sees.
    pub fn shown(&self) -> &Value {
        match self {
            Self::Strict(schema) => schema.as_value(),
            Self::Loose(shape) => shape.model_schema(),
        }
    }

    /// The names of the arguments that it declares.
    pub fn declared(&self) -> BTreeSet<String> {
        let properties = self.shown().get("properties").and_then(Value::as_object);
        properties.into_iter().flat_map(|properties| properties.keys().cloned()).collect()
    }
}

/// A value added after validation.
#[derive(Debug, Clone)]
pub struct FixedParameter {
    /// The argument's name.
    pub name: String,
    /// Where its value comes from.
    pub source: FixedSource,
}

/// Where a value comes from that is not the model's to give.
#[derive(Debug, Clone)]
pub enum FixedSource {
    /// A fixed value.
    Static(Value),
    /// A value of the session.
    System(String),
    /// A named secret.
    Secret(SecretName),
    /// A field of the binding's config.
    Config(String),
    /// A template over session, variables and config; null on every other channel than the one named.
    Template(JsonTemplate, Option<Channel>),
}

/// What runs a tool, with its prepared settings.
#[derive(Debug)]
pub enum ToolKind {
    /// An HTTP request of ours.
    Webhook(Box<RequestPlan>),
    /// Python code in the sandbox.
    Python(Box<PythonDraft>),
    /// An AWS Lambda function.
    Lambda(Box<LambdaPlan>),
    /// The connected app.
    Client,
    /// A text that enters the conversation.
    Context(Text),
    /// An operation on the call.
    CallControl(Box<CallControlDraft>),
    /// A lookup of our own catalogue.
    Hosted(HostedFunction),
}

impl ToolKind {
    /// How the variables of its request are resolved, where it has a request.
    pub fn names(&self) -> Option<&NameRule> {
        match self {
            Self::Webhook(plan) => Some(&plan.names),
            Self::Lambda(plan) => Some(&plan.names),
            Self::Python(python) => python.variables.as_ref(),
            _ => None,
        }
    }

    /// The word of the kind.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Webhook(_) => Kind::Webhook,
            Self::Python(_) => Kind::Python,
            Self::Lambda(_) => Kind::Lambda,
            Self::Client => Kind::Client,
            Self::Context(_) => Kind::Context,
            Self::CallControl(_) => Kind::CallControl,
            Self::Hosted(_) => Kind::Hosted,
        }
    }
}
