//! What the built-in brain of an agent thinks with: a chat-completions endpoint and how it is asked.

use serde::{Deserialize, Serialize};

use crate::finding::Findings;
use crate::name::SecretName;
use crate::time::Millis;

/// Longest base URL, in bytes.
const MOST_URL: usize = 2048;
/// Longest name of a model, in bytes.
const MOST_MODEL: usize = 256;
/// Most rounds of tool calls in one turn.
const MOST_ROUNDS: u32 = 64;

/// Whether the model calls tools.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ToolChoice {
    /// As it sees fit.
    #[default]
    Auto,
    /// Never.
    None,
    /// At least one in the first answer of a turn.
    Required,
}

/// In which form the schemas of tools are shown to the model. Arguments are always checked against the original.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SchemaForm {
    /// As they are.
    #[default]
    AsIs,
    /// In the subset that OpenAI's `strict` functions take, where a schema fits into it.
    OpenaiStrict,
    /// In the subset of OpenAPI 3.0 that Gemini takes.
    Gemini,
}

/// The settings of an agent's brain, as written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BrainDraft {
    /// Where the API begins: `https://api.openai.com/v1`; requests go to `/chat/completions` below it.
    pub base_url: String,
    /// The model's name there.
    pub model: String,
    /// The secret that holds the API key; absent: no key is sent (local models).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api_key_secret: Option<SecretName>,
    /// Sampling temperature, 0 to 2; absent: the endpoint's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub temperature: Option<f64>,
    /// Most tokens of one answer; absent: the endpoint's own limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_tokens: Option<u32>,
    /// Whether several tools may be called at once; absent: not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parallel_tool_calls: Option<bool>,
    /// Whether tools are called.
    #[serde(default)]
    pub tool_choice: ToolChoice,
    /// The form of schemas.
    #[serde(default)]
    pub schemas: SchemaForm,
    /// How long the first byte of an answer may take, retries included.
    #[serde(default = "first_byte")]
    pub first_byte_ms: Millis,
    /// How long a whole answer may take.
    #[serde(default = "whole_answer")]
    pub answer_ms: Millis,
    /// Rounds of tool calls in one turn; in the last answer no tools are offered.
    #[serde(default = "rounds")]
    pub max_rounds: u32,
}

fn first_byte() -> Millis {
    Millis(20_000)
}

fn whole_answer() -> Millis {
    Millis(120_000)
}

fn rounds() -> u32 {
    8
}

impl BrainDraft {
    /// Settings with nothing but an endpoint and a model.
    pub fn new(base_url: impl Into<String>, model: impl Into<String>) -> Self {
        Self {
            base_url: base_url.into(),
            model: model.into(),
            api_key_secret: None,
            temperature: None,
            max_tokens: None,
            parallel_tool_calls: None,
            tool_choice: ToolChoice::default(),
            schemas: SchemaForm::default(),
            first_byte_ms: first_byte(),
            answer_ms: whole_answer(),
            max_rounds: rounds(),
        }
    }

    /// The URL that completions are asked at.
    pub fn completions_url(&self) -> String {
        format!("{}/chat/completions", self.base_url.trim_end_matches('/'))
    }

    /// What is wrong with it, with paths below `$.brain`. Whether the address is allowed is asked elsewhere.
    pub fn check(&self, findings: &mut Findings) {
        let url = &self.base_url;
        if !(url.starts_with("https://") || url.starts_with("http://")) || url.len() > MOST_URL {
            findings.error(
                "$.brain.base_url",
                "invalid_value",
                "an https:// URL; http:// for a model nearby",
            );
        } else if url.contains(['?', '#']) || url.chars().any(|c| c.is_control() || c.is_whitespace()) {
            let message = "a URL without query, fragment or blanks";
            findings.error("$.brain.base_url", "invalid_value", message);
        }
        if self.model.is_empty() || self.model.len() > MOST_MODEL {
            findings.error("$.brain.model", "out_of_range", format!("1 to {MOST_MODEL} bytes"));
        }
        if self.temperature.is_some_and(|degree| !(0.0..=2.0).contains(&degree)) {
            findings.error("$.brain.temperature", "out_of_range", "0 to 2");
        }
        if self.max_tokens == Some(0) {
            findings.error("$.brain.max_tokens", "out_of_range", "at least 1");
        }
        if !(1..=MOST_ROUNDS).contains(&self.max_rounds) {
            findings.error("$.brain.max_rounds", "out_of_range", format!("1 to {MOST_ROUNDS}"));
        }
        for (path, span) in
            [("$.brain.first_byte_ms", self.first_byte_ms), ("$.brain.answer_ms", self.answer_ms)]
        {
            if !(100..=600_000).contains(&span.0) {
                findings.error(path, "out_of_range", "100 to 600000 milliseconds");
            }
        }
    }
}
