//! A tool in this API's own terms: what is read from bodies, checked across fields, written into a definition and
//! shown (contract: 2.2, 2.5). Made of a stored definition alone, whatever dialect that was made in.

use std::collections::BTreeSet;

use hookswitch_model::draft::{Headers, NoAnswer};

use super::kind::ToolType;
use super::parameters::Parameters;

/// Budget of a call when the body names none, in milliseconds.
pub const DEFAULT_TIMEOUT_MS: u64 = 5000;

/// Whether the agent speaks before a built-in is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SpeechBefore {
    /// As it likes.
    #[default]
    Optional,
    /// It must.
    Required,
    /// It is told not to.
    Suppressed,
}

/// Words of [`SpeechBefore`].
pub const SPEECH_BEFORE: [(&str, SpeechBefore); 3] = [
    ("optional", SpeechBefore::Optional),
    ("required", SpeechBefore::Required),
    ("suppressed", SpeechBefore::Suppressed),
];

/// Words of what follows when nobody answers a transfer.
pub const NO_ANSWER: [(&str, NoAnswer); 2] =
    [("return_to_assistant", NoAnswer::ReturnToAssistant), ("keep_retrying", NoAnswer::KeepRetrying)];

/// How a call is spoken around.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flow {
    /// `wait_for_speech_before_tool_call`
    pub wait_for_speech: bool,
    /// `forbid_speech_after_tool_call`
    pub forbid_speech_after: bool,
    /// `forbid_tool_call_after_speech`
    pub forbid_call_after_speech: bool,
    /// `allow_tool_chaining`
    pub allow_chaining: bool,
    /// `wait_for_response`
    pub wait_for_response: bool,
    /// `uninterruptible`
    pub uninterruptible: bool,
    /// `can_run_during_user_speech`
    pub can_run_during_user_speech: bool,
}

/// The request of a webhook.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Request {
    /// `endpoint_method`; `GET` or `POST` where it was set here.
    pub method: String,
    /// `endpoint_url`
    pub url: String,
    /// `endpoint_headers`
    pub headers: Headers,
}

impl Request {
    /// Whether its arguments go to the query by themselves.
    pub fn is_bodyless(&self) -> bool {
        matches!(self.method.as_str(), "GET" | "HEAD" | "DELETE" | "OPTIONS")
    }
}

/// A transfer to a phone number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transfer {
    /// `phone_number`; none: the model names it.
    pub phone_number: Option<String>,
    /// `dtmf`
    pub dtmf: Option<String>,
    /// `dynamic_dtmf`
    pub dynamic_dtmf: bool,
    /// `post_transfer_message`
    pub message: Option<String>,
    /// `use_agent_phone_number`
    pub use_agent_phone_number: bool,
    /// `detect_voicemail`
    pub detect_voicemail: bool,
    /// `keep_listening`; none: as `use_agent_phone_number`.
    pub keep_listening: Option<bool>,
    /// `on_transfer_no_answer`
    pub no_answer: NoAnswer,
}

impl Transfer {
    /// Whether we stay on the line.
    pub fn keeps_listening(&self) -> bool {
        self.keep_listening.unwrap_or(self.use_agent_phone_number)
    }
}

/// A tool in this API's terms. Fields of other types stand at their defaults.
#[derive(Debug, Clone, PartialEq)]
pub struct Form {
    /// `type`
    pub kind: ToolType,
    /// `name`
    pub name: String,
    /// `description`
    pub description: String,
    /// `execution_mode` is `async`.
    pub is_async: bool,
    /// `require_speech_before_tool_call`
    pub require_speech: bool,
    /// `parameters` with their places.
    pub parameters: Parameters,
    /// A webhook's request.
    pub request: Request,
    /// `endpoint_timeout_ms` or `tool_call_output_timeout_ms`
    pub timeout_ms: u64,
    /// Speech and flow.
    pub flow: Flow,
    /// A transfer to a phone number.
    pub transfer: Transfer,
    /// `agents_to_transfer_to`, by name.
    pub agents: Vec<String>,
    /// `speech_before_tool_call`
    pub speech_before: SpeechBefore,
    /// `respond_after_sec`
    pub respond_after: Option<f64>,
    /// `context`
    pub context: String,
}

impl Form {
    /// A tool of a type with nothing set.
    pub fn new(kind: ToolType) -> Self {
        Self {
            kind,
            name: String::new(),
            description: String::new(),
            is_async: false,
            require_speech: false,
            parameters: Parameters::default(),
            request: Request::default(),
            timeout_ms: DEFAULT_TIMEOUT_MS,
            flow: Flow {
                wait_for_speech: false,
                forbid_speech_after: false,
                forbid_call_after_speech: false,
                allow_chaining: true,
                wait_for_response: false,
                uninterruptible: kind == ToolType::TransferPhone,
                can_run_during_user_speech: false,
            },
            transfer: Transfer {
                phone_number: None,
                dtmf: None,
                dynamic_dtmf: false,
                message: None,
                use_agent_phone_number: true,
                detect_voicemail: false,
                keep_listening: None,
                no_answer: NoAnswer::ReturnToAssistant,
            },
            agents: Vec::new(),
            speech_before: SpeechBefore::Optional,
            respond_after: None,
            context: String::new(),
        }
    }
}

/// The fields that a body gives, and that therefore change the definition.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Given(BTreeSet<&'static str>);

impl Given {
    /// Notes a field.
    pub fn add(&mut self, field: &'static str) {
        self.0.insert(field);
    }

    /// Whether a field was given.
    pub fn has(&self, field: &str) -> bool {
        self.0.contains(field)
    }

    /// Whether one of some fields was given.
    pub fn has_any(&self, fields: &[&str]) -> bool {
        fields.iter().any(|field| self.has(field))
    }
}
