//! The built-in brain of an agent, as the document shows it. Schemas only: the values are the model's.

use utoipa::ToSchema;

use super::words;

/// What an agent's built-in brain thinks with: any endpoint that speaks OpenAI's chat completions.
#[derive(Debug, serde::Serialize, ToSchema)]
#[schema(as = Brain)]
#[allow(dead_code, reason = "stands for a type of the model in the document")]
pub(crate) struct BrainForm {
    /// Where the API begins; requests go to `/chat/completions` below it. A model on a private address needs an
    /// entry in the server's `allow_egress`.
    #[schema(max_length = 2048, example = "https://api.openai.com/v1")]
    base_url: String,
    /// The model's name there.
    #[schema(min_length = 1, max_length = 256, example = "gpt-4.1-mini")]
    model: String,
    /// Name of the secret that holds the API key. Default: no key is sent.
    #[schema(example = "openai")]
    api_key_secret: Option<String>,
    /// Sampling temperature. Default: the endpoint's own.
    #[schema(minimum = 0, maximum = 2)]
    temperature: Option<f64>,
    /// Most tokens of one answer. Default: the endpoint's own limit.
    #[schema(minimum = 1)]
    max_tokens: Option<u32>,
    /// Whether several tools may be called at once. Default: not said.
    parallel_tool_calls: Option<bool>,
    /// Whether tools are called. Default: `auto`.
    #[schema(required = false)]
    tool_choice: words::ToolChoice,
    /// The form in which schemas are shown to the model. Default: `as_is`. Arguments are always checked against the
    /// original.
    #[schema(required = false)]
    schemas: words::SchemaForm,
    /// How long the first byte of an answer may take, retries included. Default: 20000.
    #[schema(minimum = 100, maximum = 600_000, required = false)]
    first_byte_ms: u64,
    /// How long a whole answer may take. Default: 120000.
    #[schema(minimum = 100, maximum = 600_000, required = false)]
    answer_ms: u64,
    /// Rounds of tool calls in one turn. Default: 8.
    #[schema(minimum = 1, maximum = 64, required = false)]
    max_rounds: u32,
}
