//! A server whose Lambda endpoint is an emulator.

use hyper::Method;
use serde_json::{Value, json};

use crate::house::{Answer, send_to};
use crate::server::{KEY, ServerProcess};

/// A server of the test's own; ends with it.
pub(crate) struct Stand {
    server: ServerProcess,
    _folder: tempfile::TempDir,
}

impl Stand {
    /// A server that takes `address` for AWS, with more settings of a file and variables of the environment.
    pub(crate) fn start(address: &str, settings: &str, variables: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("settings.toml");
        let endpoints = format!(
            "aws_lambda_endpoint = \"http://{address}\"\naws_sts_endpoint = \"http://{address}\"\n{settings}"
        );
        std::fs::write(&file, endpoints).unwrap();
        let flags = ["--allow-egress", address, "--config", file.to_str().unwrap()];
        let server = ServerProcess::start_with(folder.path(), &flags, variables);
        Self { server, _folder: folder }
    }

    pub(crate) fn address(&self) -> &str {
        &self.server.address
    }

    pub(crate) fn log(&self) -> String {
        self.server.log()
    }

    pub(crate) async fn send(&self, method: Method, path: &str, body: Option<&Value>) -> Answer {
        let url = format!("{}{path}", self.server.address);
        send_to(&url, &[("authorization", &format!("Bearer {KEY}"))], method, body).await
    }

    /// A POST that must succeed.
    pub(crate) async fn post(&self, path: &str, body: Value) -> Value {
        let answer = self.send(Method::POST, path, Some(&body)).await;
        assert!(answer.status < 300, "{path}: {} {}", answer.status, answer.body);
        answer.body
    }

    pub(crate) async fn secret(&self, name: &str, value: &str) {
        let path = format!("/v1/secrets/{name}");
        let answer = self.send(Method::PUT, &path, Some(&json!({ "value": value }))).await;
        assert!(answer.status < 300, "{}", answer.body);
    }

    /// A native tool with these settings of its function; gives its id.
    pub(crate) async fn tool(&self, name: &str, lambda: Value) -> String {
        let schema = json!({"type": "object", "additionalProperties": true});
        let tool = json!({"name": name, "description": "d", "kind": "lambda", "lambda": lambda,
            "input_schema": schema, "timeout_ms": 30_000});
        self.post("/v1/tools", tool).await["id"].as_str().unwrap().to_owned()
    }

    /// Tries a tool.
    pub(crate) async fn try_tool(&self, id: &str, arguments: Value) -> Value {
        self.post(&format!("/v1/tools/{id}/test"), json!({ "arguments": arguments })).await
    }

    /// Calls a tool in a session of its own; gives the answer and the record.
    pub(crate) async fn call(&self, tool: &str, function: &str, arguments: Value) -> (Value, Value) {
        let session = self.post("/v1/sessions", json!({ "tools": [tool] })).await;
        let path = format!("/v1/sessions/{}/calls", session["id"].as_str().unwrap());
        let answer = self.post(&path, json!({"name": function, "arguments": arguments})).await;
        let execution = format!("/v1/executions/{}", answer["execution_id"].as_str().unwrap());
        let record = self.send(Method::GET, &execution, None).await.body;
        (answer, record)
    }
}
