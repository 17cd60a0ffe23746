//! A server that can be killed and started again on the same folder, a tool's receiver and a listener for events.

use std::time::{Duration, Instant};

use hookswitch_testkit::{RecordedRequest, Reply, TestServer};
use hyper::Method;
use serde_json::{Map, Value, json};
use tempfile::TempDir;

use crate::house::{Answer, send_to};
use crate::server::{KEY, ServerProcess};

/// How long anything may take on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

pub(crate) struct Place {
    pub(crate) events: TestServer,
    pub(crate) tools: TestServer,
    pub(crate) folder: TempDir,
    settings: String,
    server: Option<ServerProcess>,
}

impl Place {
    /// A server whose listener for events answers by `script`, with settings of a configuration file.
    pub(crate) async fn open(
        script: impl Fn(&RecordedRequest) -> Reply + Send + Sync + 'static,
        settings: &str,
    ) -> Self {
        let events = TestServer::start(script).await;
        let tools = TestServer::answering(r#"{"booked":true}"#).await;
        let folder = tempfile::tempdir().unwrap();
        let mut place = Self { events, tools, folder, settings: settings.to_owned(), server: None };
        place.start();
        place
    }

    /// Starts the server.
    pub(crate) fn start(&mut self) {
        let file = self.folder.path().join("settings.toml");
        std::fs::write(&file, &self.settings).unwrap();
        let (events, tools) = (self.events.address().to_string(), self.tools.address().to_string());
        let flags = ["--allow-egress", &events, "--allow-egress", &tools, "--config", file.to_str().unwrap()];
        self.server = Some(ServerProcess::start(self.folder.path(), &flags));
    }

    /// SIGKILL.
    pub(crate) fn kill(&mut self) {
        drop(self.server.take());
    }

    pub(crate) fn address(&self) -> &str {
        &self.server.as_ref().unwrap().address
    }

    pub(crate) async fn send(&self, method: Method, path: &str, body: Option<&Value>) -> Answer {
        self.send_as(KEY, method, path, body).await
    }

    pub(crate) async fn send_as(
        &self,
        key: &str,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Answer {
        let url = format!("{}{path}", self.address());
        send_to(&url, &[("authorization", &format!("Bearer {key}"))], method, body).await
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        let answer = self.send(Method::GET, path, None).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        answer.body
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Value {
        let answer = self.send(Method::POST, path, Some(&body)).await;
        assert!(answer.status < 300, "{path}: {} {}", answer.status, answer.body);
        answer.body
    }

    /// A webhook at the listener; with what is given over its usual body.
    pub(crate) async fn webhook(&self, more: Value) -> Value {
        let mut body = Map::from_iter([("url".to_owned(), json!(self.events.url("/events")))]);
        body.extend(more.as_object().unwrap().clone());
        self.post("/v1/event-webhooks", Value::Object(body)).await
    }

    /// A tool that acts, and one that reads.
    pub(crate) async fn make_tools(&self) {
        for (name, effect) in [("book_table", "action"), ("find_table", "read")] {
            let tool = json!({"name": name, "description": "d", "effect": effect, "kind": "webhook",
                "webhook": {"method": "POST", "url": self.tools.url("/tool")},
                "input_schema": {"type": "object", "properties": {"day": {"type": "string"}}}});
            self.post("/v1/tools", tool).await;
        }
    }

    /// A session with both tools; gives its id.
    pub(crate) async fn session(&self, more: Value) -> String {
        let mut body = json!({"tools": ["book_table", "find_table"], "metadata": {"order": 7}});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.post("/v1/sessions", body).await["id"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn call(&self, session: &str, tool: &str, day: &str) -> Value {
        self.post(&format!("/v1/sessions/{session}/calls"), json!({"name": tool, "arguments": {"day": day}}))
            .await
    }

    pub(crate) async fn end(&self, session: &str) {
        self.post(&format!("/v1/sessions/{session}/end"), json!({})).await;
    }

    /// Asks again and again until the answer is as it should be.
    pub(crate) async fn until(&self, path: &str, is_right: impl Fn(&Value) -> bool) -> Value {
        let started = Instant::now();
        loop {
            let body = self.get(path).await;
            if is_right(&body) {
                return body;
            }
            assert!(started.elapsed() < PATIENCE, "{path} stays {body}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// The messages that arrived, once there are so many of them.
    pub(crate) async fn told(&self, count: usize) -> Vec<RecordedRequest> {
        let wait = self.events.wait_until(move |events| events.requests().len() >= count);
        tokio::time::timeout(PATIENCE, wait)
            .await
            .unwrap_or_else(|_| panic!("{} of {count} came", self.events.requests().len()));
        self.events.requests()
    }
}

/// The body of a message.
pub(crate) fn body_of(request: &RecordedRequest) -> Value {
    serde_json::from_slice(&request.body).unwrap()
}

/// The types of messages in the order in which they came.
pub(crate) fn types_of(requests: &[RecordedRequest]) -> Vec<String> {
    requests.iter().map(|request| body_of(request)["type"].as_str().unwrap().to_owned()).collect()
}

/// The headers of a message as a verifier takes them.
pub(crate) fn headers_of(request: &RecordedRequest) -> Value {
    Value::Object(request.headers.iter().map(|(name, value)| (name.to_lowercase(), json!(value))).collect())
}

/// Verifies messages with the published package.
pub(crate) fn verify(secret: &str, requests: &[RecordedRequest]) {
    let messages: Vec<Value> =
        requests.iter().map(|request| json!([request.text(), headers_of(request)])).collect();
    let script = format!(
        "from standardwebhooks import Webhook\nimport json\nfor body, headers in json.loads({:?}):\n    \
         Webhook({secret:?}).verify(body, headers)\nprint('verified')",
        Value::Array(messages).to_string()
    );
    let output = std::process::Command::new(crate::house::interop().join("venv/bin/python"))
        .args(["-c", &script])
        .output()
        .unwrap();
    assert_eq!(crate::house::printed(&output).trim(), "verified");
}
