//! The tools that the tests call, and what the tests call their acts.

use serde_json::{Value, json};

use crate::api::{Api, Ask};
use crate::upstream::Upstream;

/// A tool of the upstream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Tool {
    /// An `action`: must not happen twice.
    Act,
    /// An `idempotent` one: may be sent again under its key.
    Put,
    /// A `read`.
    Look,
}

impl Tool {
    pub(crate) const ALL: [Self; 3] = [Self::Act, Self::Put, Self::Look];

    /// Name of the tool, and of its path at the upstream.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Act => "act",
            Self::Put => "put",
            Self::Look => "look",
        }
    }

    pub(crate) fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tool| tool.name() == name)
    }

    /// Its definition, with this budget. The upstream is told session and argument.
    pub(crate) fn definition(self, upstream: &Upstream, timeout_ms: u64) -> Value {
        let values = json!({"session": "{{system.session_id}}", "id": "{{input.id}}"});
        let url = upstream.url(&format!("/{}", self.name()));
        let (effect, webhook) = match self {
            Self::Act => ("action", json!({"url": url, "method": "POST", "body": values})),
            Self::Put => ("idempotent", json!({"url": url, "method": "POST", "body": values})),
            Self::Look => ("read", json!({"url": url, "query": values})),
        };
        json!({
            "name": self.name(), "description": "For the fault tests", "kind": "webhook", "webhook": webhook,
            "input_schema": {"type": "object", "properties": {"id": {"type": "string"}}, "required": ["id"],
                "additionalProperties": false},
            "effect": effect, "timeout_ms": timeout_ms
        })
    }
}

/// An act as a client means it: this argument for this tool in this session.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Act {
    pub(crate) session: String,
    pub(crate) tool: Tool,
    pub(crate) id: String,
}

impl Act {
    pub(crate) fn new(session: &str, tool: Tool, id: impl Into<String>) -> Self {
        Self { session: session.to_owned(), tool, id: id.into() }
    }

    /// A tool call that asks for it.
    pub(crate) fn ask(&self, tool_call_id: &str) -> Ask {
        let body = json!({
            "name": self.tool.name(), "arguments": {"id": self.id}, "tool_call_id": tool_call_id
        });
        Ask::post(format!("/v1/sessions/{}/calls", self.session), body)
    }
}

/// Saves tools at the server.
pub(crate) async fn save(api: &mut Api, definitions: &[Value]) {
    for definition in definitions {
        let answer = api.send(&Ask::post("/v1/tools", definition.clone())).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
    }
}

/// Starts a session with tools by their names.
pub(crate) async fn start_session(api: &mut Api, tools: &[&str]) -> String {
    let session = api.send(&Ask::post("/v1/sessions", json!({"tools": tools}))).await.success();
    session["id"].as_str().unwrap().to_owned()
}
