//! The written form of a tool: what files and the native API say, and what is stored.
//!
//! Kept apart from [`crate::definition::Definition`] so that a definition can be checked as a whole and reported
//! with all its findings. The kind's settings stand under a key of the kind's name.

mod answer;
mod call_control;
mod code;
mod names;
mod webhook;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub use answer::{AnswerRule, EmptyAnswer, ErrorWords, Success, TextAnswer};
pub use call_control::{CallControlDraft, CallOperation, NoAnswer};
pub use code::{EventShape, InvocationType, LambdaDraft, Network, PythonDraft};
pub use names::{NameRule, Namespace, UnsetRule, VariableSyntax};
pub use webhook::{
    Headers, QueryLists, RedirectPolicy, SignatureScheme, UnplacedArguments, UrlVariables, WebhookDraft,
};

use crate::config_schema::ConfigSchema;
use crate::effect::{Effect, Repeats};
use crate::parameter::ParameterDraft;
use crate::speech::SpeechRules;
use crate::time::Millis;

/// What runs a tool; the word in `kind`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// An HTTP request of ours.
    Webhook,
    /// Python code in the sandbox.
    Python,
    /// An AWS Lambda function.
    Lambda,
    /// The connected app.
    Client,
    /// A text that enters the conversation.
    Context,
    /// An operation on the call.
    CallControl,
    /// A lookup that this server answers itself.
    Hosted,
}

impl Kind {
    /// The word in the API and the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Webhook => "webhook",
            Self::Python => "python",
            Self::Lambda => "lambda",
            Self::Client => "client",
            Self::Context => "context",
            Self::CallControl => "call_control",
            Self::Hosted => "hosted",
        }
    }
}

/// A tool as written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ToolDraft {
    /// Unique per organisation and mode.
    pub name: String,
    /// What people read in lists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// What the model reads.
    #[serde(default)]
    pub description: String,
    /// What runs it.
    pub kind: Kind,
    /// Settings of a webhook.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub webhook: Option<WebhookDraft>,
    /// Settings of a Python function.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub python: Option<PythonDraft>,
    /// Settings of a Lambda function.
    #[serde(default, rename = "lambda", skip_serializing_if = "Option::is_none")]
    pub lambda: Option<LambdaDraft>,
    /// Settings of a context tool.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<ContextDraft>,
    /// Settings of a call-control tool.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call_control: Option<CallControlDraft>,
    /// Settings of a hosted lookup.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hosted: Option<HostedDraft>,
    /// Parameters one by one, with sources and places.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parameters: Option<Vec<ParameterDraft>>,
    /// Or one JSON Schema 2020-12 of the arguments.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input_schema: Option<Value>,
    /// Or a loose shape, as Bland's dialect takes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loose_input: Option<Value>,
    /// What an explicit null does where the schema admits none.
    #[serde(default, skip_serializing_if = "is_default")]
    pub nulls: NullRule,
    /// Effect class. Default: by kind and method (semantics: Words).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effect: Option<Effect>,
    /// What a repeat on purpose does. Default: `ask`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeats: Option<Repeats>,
    /// The arguments that make the act. Default: all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub act_arguments: Option<Vec<String>>,
    /// Arguments and result paths that are used but never recorded.
    #[serde(default, skip_serializing_if = "Sensitive::is_empty")]
    pub sensitive: Sensitive,
    /// Budget of one call, in milliseconds. Default: 5000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout_ms: Option<Millis>,
    /// Most attempts of one call. Default: 3.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_tries: Option<u32>,
    /// How long the answer of a read may be given again within a session. Default: not at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache_seconds: Option<u32>,
    /// Speech rules.
    #[serde(default, skip_serializing_if = "is_default")]
    pub speech: SpeechRules,
    /// JSONPath extractions into session variables; with any, the model gets the object of them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub extract: BTreeMap<String, String>,
    /// JSONPath of the part of the answer that the model gets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<String>,
    /// Most bytes of a result for the model. Default: 6144.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result_limit: Option<u32>,
    /// Settings captured on each binding.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config_schema: Option<ConfigSchema>,
    /// Words to filter lists by.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// How the model sees it, where that differs from name and description.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub function: Option<FunctionDraft>,
    /// The session variable that keeps the whole answer of this tool, beside what is extracted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer_variable: Option<String>,
    /// Texts with variables that are filled after the extractions and handed to the model as `_context`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub answer_context: Vec<String>,
    /// Waits between attempts. Default: 100 ms, doubled, up to 1 s.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_wait: Option<RetryWait>,
    /// Other organisations of this server may see it and copy it, nothing else.
    #[serde(default, skip_serializing_if = "is_default")]
    pub public: bool,
    /// What only one dialect's form knows, for the way back; changes no behaviour.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub extras: Map<String, Value>,
}

/// The function that the model sees.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FunctionDraft {
    /// Its name; other characters than `[A-Za-z0-9_-]` become `_`. Default: the tool's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What the model reads. Default: the tool's description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// What tells two functions of one name in a session apart.
    #[serde(skip_serializing_if = "is_default")]
    pub suffix: NameSuffix,
}

/// What the later one of two functions of one name gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NameSuffix {
    /// `_2`, `_3`.
    #[default]
    Count,
    /// `_` and the tool's number.
    ToolNumber,
}

/// Waits between attempts: random up to `first_ms`, doubled each time, up to `most_ms`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RetryWait {
    /// Upper end of the first wait.
    pub first_ms: Millis,
    /// Longest wait that the receiver did not ask for.
    pub most_ms: Millis,
}

/// What becomes of an argument that is an explicit null where its schema admits none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NullRule {
    /// The call is refused.
    #[default]
    Refuse,
    /// An optional argument counts as not given; for a required one the call is refused.
    Drop,
}

/// A text that enters the conversation when the tool is called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContextDraft {
    /// At most 65,536 characters.
    pub text: String,
    /// No template, whatever it looks like.
    #[serde(default, skip_serializing_if = "is_default")]
    pub literal: bool,
}

/// A lookup from our own catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HostedDraft {
    /// Its name: `datetime`.
    pub function: String,
}

/// What is used but recorded as `[REDACTED]`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Sensitive {
    /// Names of arguments.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub arguments: Vec<String>,
    /// JSONPaths into the result.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub result: Vec<String>,
}

impl Sensitive {
    /// Whether nothing is marked.
    pub fn is_empty(&self) -> bool {
        self.arguments.is_empty() && self.result.is_empty()
    }
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl ToolDraft {
    /// An empty draft of a kind, for dialects that fill it field by field.
    pub fn new(name: impl Into<String>, kind: Kind) -> Self {
        Self {
            name: name.into(),
            display_name: None,
            description: String::new(),
            kind,
            webhook: None,
            python: None,
            lambda: None,
            context: None,
            call_control: None,
            hosted: None,
            parameters: None,
            input_schema: None,
            loose_input: None,
            nulls: NullRule::default(),
            effect: None,
            repeats: None,
            act_arguments: None,
            sensitive: Sensitive::default(),
            timeout_ms: None,
            max_tries: None,
            cache_seconds: None,
            speech: SpeechRules::default(),
            extract: BTreeMap::new(),
            result: None,
            result_limit: None,
            config_schema: None,
            tags: Vec::new(),
            function: None,
            answer_variable: None,
            answer_context: Vec::new(),
            retry_wait: None,
            public: false,
            extras: Map::new(),
        }
    }
}
