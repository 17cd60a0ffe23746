//! A model that answers by script, behind a chat-completions endpoint that is strict about the public specification:
//! what OpenAI refuses is refused here, in the same form.

mod answer;
mod check;
mod messages;
mod strict;

use serde_json::{Value, json};

use crate::{RecordedRequest, Reply, TestServer};

pub use answer::{LlmAnswer, LlmCall};

/// A request that passed the checks.
#[derive(Debug, Clone)]
pub struct ChatRequest {
    /// The whole body.
    pub body: Value,
    /// The key, without `Bearer `.
    pub key: Option<String>,
}

impl ChatRequest {
    /// The messages.
    pub fn messages(&self) -> &[Value] {
        self.body["messages"].as_array().map_or(&[], Vec::as_slice)
    }

    /// The last message.
    pub fn last(&self) -> &Value {
        self.messages().last().unwrap_or(&Value::Null)
    }

    /// The text of the last message of a user.
    pub fn user_text(&self) -> &str {
        let users = self.messages().iter().rev().find(|message| message["role"] == "user");
        users.and_then(|message| message["content"].as_str()).unwrap_or_default()
    }

    /// What the tool calls since the user's last message were answered, in order.
    pub fn tool_results(&self) -> Vec<Value> {
        let results = self.messages().iter().rev().take_while(|message| message["role"] != "user");
        let results = results.filter(|message| message["role"] == "tool");
        let mut results: Vec<Value> = results
            .map(|message| {
                let text = message["content"].as_str().unwrap_or_default();
                serde_json::from_str(text).unwrap_or_else(|_| Value::from(text))
            })
            .collect();
        results.reverse();
        results
    }

    /// The names of the functions on offer.
    pub fn functions(&self) -> Vec<&str> {
        let tools = self.body["tools"].as_array().into_iter().flatten();
        tools.filter_map(|tool| tool["function"]["name"].as_str()).collect()
    }
}

/// A scripted model on loopback; ends when dropped.
pub struct LlmServer {
    server: TestServer,
}

impl LlmServer {
    /// A model that takes any key, or none, and answers by script.
    pub async fn start(script: impl Fn(&ChatRequest) -> LlmAnswer + Send + Sync + 'static) -> Self {
        Self::start_with_key(None, script).await
    }

    /// The same for one that takes only this key.
    pub async fn start_with_key(
        key: Option<&str>,
        script: impl Fn(&ChatRequest) -> LlmAnswer + Send + Sync + 'static,
    ) -> Self {
        let key = key.map(str::to_owned);
        let server = TestServer::start(move |request| match take(request, key.as_deref()) {
            Ok(chat) => {
                let is_streamed = chat.body["stream"] == true;
                let model = chat.body["model"].as_str().unwrap_or_default().to_owned();
                script(&chat).into_reply(&model, is_streamed)
            }
            Err(refusal) => refusal.into_reply(),
        })
        .await;
        Self { server }
    }

    /// What clients call `base_url`.
    pub fn base_url(&self) -> String {
        self.server.url("/v1")
    }

    /// The `allow_egress` entry that opens it.
    pub fn allow_entry(&self) -> String {
        self.server.allow_entry()
    }

    /// The server below: its requests and connections.
    pub fn server(&self) -> &TestServer {
        &self.server
    }

    /// The bodies of all requests so far, refused ones too.
    pub fn bodies(&self) -> Vec<Value> {
        let requests = self.server.requests();
        requests.iter().map(|request| serde_json::from_slice(&request.body).unwrap_or_default()).collect()
    }
}

/// An error in the form of the specification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refused {
    status: u16,
    kind: &'static str,
    param: Option<String>,
    code: Option<&'static str>,
    message: String,
}

impl Refused {
    pub(crate) fn request(param: impl Into<String>, message: impl Into<String>) -> Self {
        let (param, message) = (Some(param.into()), message.into());
        Self { status: 400, kind: "invalid_request_error", param, code: None, message }
    }

    fn into_reply(self) -> Reply {
        let body = json!({"error": {"message": self.message, "type": self.kind, "param": self.param,
            "code": self.code}});
        Reply::with(self.status, &[("content-type", "application/json")], body.to_string())
    }
}

fn take(request: &RecordedRequest, wanted_key: Option<&str>) -> Result<ChatRequest, Refused> {
    let invalid = |status, code, message: &str| Refused {
        status,
        kind: "invalid_request_error",
        param: None,
        code,
        message: message.to_owned(),
    };
    if request.target != "/v1/chat/completions" {
        return Err(invalid(404, Some("unknown_url"), "Unknown request URL"));
    }
    if request.method != "POST" {
        return Err(invalid(405, Some("method_not_supported"), "Not allowed to use this method here"));
    }
    let key = request.header("authorization").and_then(|value| value.strip_prefix("Bearer "));
    if wanted_key.is_some_and(|wanted| key != Some(wanted)) {
        return Err(invalid(401, Some("invalid_api_key"), "Incorrect API key provided"));
    }
    let kind = request.header("content-type").unwrap_or_default();
    if kind.split(';').next().map(str::trim) != Some("application/json") {
        return Err(invalid(415, None, "Unsupported Media Type"));
    }
    let body: Value = serde_json::from_slice(&request.body)
        .map_err(|_| invalid(400, None, "We could not parse the JSON body of your request"))?;
    check::check(&body)?;
    Ok(ChatRequest { key: key.map(str::to_owned), body })
}
