//! A server with an agent, a scripted model for its brain, and a receiver for its tools.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use bytes::Bytes;
use hookswitch_testkit::{ChatRequest, LlmAnswer, LlmServer, RecordedRequest, Reply, TestServer};
use http_body_util::{BodyExt as _, Full};
use hyper::{Method, Request};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;

use crate::house::{Answer, send_to};
use crate::server::{KEY, ServerProcess};

/// The model's key in the secret store.
pub(crate) const MODEL_KEY: &str = "sk-scripted-model-key-0123456789";

/// Everything of a test. Ends with it.
pub(crate) struct World {
    pub(crate) receiver: TestServer,
    pub(crate) model: LlmServer,
    pub(crate) server: ServerProcess,
    pub(crate) agent: String,
    flags: Vec<String>,
    folder: tempfile::TempDir,
}

/// What a command left behind.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) notes: String,
}

impl World {
    /// A world whose receiver and model answer by script; the agent `Bella` has a brain and no tools yet.
    pub(crate) async fn start(
        receiver: impl Fn(&RecordedRequest) -> Reply + Send + Sync + 'static,
        model: impl Fn(&ChatRequest) -> LlmAnswer + Send + Sync + 'static,
    ) -> Self {
        let receiver = TestServer::start(receiver).await;
        let model = LlmServer::start_with_key(Some(MODEL_KEY), model).await;
        let folder = tempfile::tempdir().unwrap();
        let allowed = [receiver.allow_entry(), model.allow_entry()];
        let flags =
            allowed.into_iter().flat_map(|entry| ["--allow-egress".to_owned(), entry]).collect::<Vec<_>>();
        let server = start(folder.path(), &flags);
        let mut world = Self { receiver, model, server, agent: String::new(), flags, folder };
        world.put("/v1/secrets/model", json!({"value": MODEL_KEY})).await;
        world.agent = world.add_agent("Bella", json!({})).await;
        world
    }

    /// Ends the server in order and starts it again.
    pub(crate) fn restart(&mut self) {
        let folder = tempfile::tempdir().unwrap();
        let idle = ServerProcess::start(folder.path(), &[]);
        assert!(std::mem::replace(&mut self.server, idle).terminate());
        self.server = start(self.folder.path(), &self.flags);
    }

    /// Has the doctor look at its models, with these flags.
    pub(crate) async fn doctor(&self, flags: &[&str]) -> Value {
        // A copy: the server holds its database.
        let copy = tempfile::tempdir().unwrap();
        for entry in std::fs::read_dir(self.folder.path()).unwrap().map(Result::unwrap) {
            if entry.path().is_file() {
                std::fs::copy(entry.path(), copy.path().join(entry.file_name())).unwrap();
            }
        }
        let data = copy.path().to_str().unwrap().to_owned();
        let mut arguments = vec!["doctor", "--json", "--listen", "127.0.0.1:0", "--data", &data];
        arguments.extend(flags);
        let ran = self.run(&arguments).await;
        let report: Value = serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{ran:?}"));
        let checks = report["checks"].as_array().unwrap();
        checks.iter().find(|check| check["check"] == "models").unwrap().clone()
    }

    /// Runs a command of the binary against the server.
    pub(crate) async fn run(&self, arguments: &[&str]) -> Ran {
        self.run_with(arguments, "").await
    }

    /// The same with something on the standard input.
    pub(crate) async fn run_with(&self, arguments: &[&str], input: &str) -> Ran {
        let mut child = tokio::process::Command::new(env!("CARGO_BIN_EXE_hookswitch"))
            .args(arguments)
            .env("HOOKSWITCH_URL", &self.server.address)
            .env("HOOKSWITCH_KEY", KEY)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(input.as_bytes()).await.unwrap();
        drop(stdin);
        let output = child.wait_with_output().await.unwrap();
        Ran {
            code: output.status.code().unwrap(),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            notes: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// A further agent with a brain; `more` are further settings of the agent.
    pub(crate) async fn add_agent(&self, name: &str, more: Value) -> String {
        let mut body = json!({"name": name, "prompt": "You work for {{company}}.",
            "variables": {"company": "Trattoria"}, "brain": {"base_url": self.model.base_url(),
            "model": "scripted-1", "api_key_secret": "model", "temperature": 0.2}});
        merge(&mut body, &more);
        self.post("/v1/agents", body).await["id"].as_str().unwrap().to_owned()
    }

    /// Changes the settings of the first agent's brain.
    pub(crate) async fn set_brain(&self, change: Value) {
        let path = format!("/v1/agents/{}", self.agent);
        let answer = self.send(Method::PATCH, &path, Some(&json!({"brain": change}))).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
    }

    /// A webhook tool of the first agent, with further members of its definition.
    pub(crate) async fn add_tool(&self, name: &str, more: Value) -> String {
        let mut body = json!({"name": name, "kind": "webhook", "description": format!("does {name}"),
            "input_schema": {"type": "object", "properties": {"day": {"type": "string"}}},
            "webhook": {"method": "POST", "url": self.receiver.url(&format!("/{name}"))}});
        merge(&mut body, &more);
        let tool = self.post("/v1/tools", body).await["id"].as_str().unwrap().to_owned();
        self.bind(&self.agent, &tool).await;
        tool
    }

    pub(crate) async fn bind(&self, agent: &str, tool: &str) {
        self.put(&format!("/v1/agents/{agent}/tools/{tool}"), json!({})).await;
    }

    /// A session of the first agent.
    pub(crate) async fn session(&self) -> String {
        let body = json!({"agent_id": self.agent});
        self.post("/v1/sessions", body).await["id"].as_str().unwrap().to_owned()
    }

    /// A user turn to its end: its events.
    pub(crate) async fn say(&self, session: &str, text: &str) -> Turn {
        self.turn(session, json!({"text": text})).await
    }

    /// A user turn with its settings, to its end.
    pub(crate) async fn turn(&self, session: &str, body: Value) -> Turn {
        let mut stream = self.open_turn(session, body).await;
        while stream.next().await.is_some() {}
        Turn { events: stream.seen }
    }

    /// A user turn that is read as it goes.
    pub(crate) async fn open_turn(&self, session: &str, body: Value) -> TurnStream {
        let request = Request::builder()
            .method(Method::POST)
            .uri(format!("{}/v1/sessions/{session}/turns", self.server.address))
            .header("authorization", format!("Bearer {KEY}"))
            .header("content-type", "application/json")
            .body(Full::new(Bytes::from(body.to_string())))
            .unwrap();
        let client = Client::builder(TokioExecutor::new()).build_http::<Full<Bytes>>();
        let response = client.request(request).await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        TurnStream { body: response.into_body(), text: String::new(), seen: Vec::new() }
    }

    pub(crate) async fn send(&self, method: Method, path: &str, body: Option<&Value>) -> Answer {
        let url = format!("{}{path}", self.server.address);
        send_to(&url, &[("authorization", &format!("Bearer {KEY}"))], method, body).await
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        let answer = self.send(Method::GET, path, None).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.body
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Value {
        let answer = self.send(Method::POST, path, Some(&body)).await;
        assert!((200..300).contains(&answer.status), "{path} {}", answer.body);
        answer.body
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> Value {
        let answer = self.send(Method::PUT, path, Some(&body)).await;
        assert!((200..300).contains(&answer.status), "{path} {}", answer.body);
        answer.body
    }

    /// Requests of tools at a path of the receiver.
    pub(crate) fn received(&self, path: &str) -> Vec<Value> {
        let requests = self.receiver.requests();
        let here = requests.iter().filter(|request| request.target == path);
        here.map(|request| serde_json::from_slice(&request.body).unwrap_or_default()).collect()
    }
}

fn start(folder: &Path, flags: &[String]) -> ServerProcess {
    let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
    ServerProcess::start(folder, &flags)
}

fn merge(into: &mut Value, from: &Value) {
    for (name, value) in from.as_object().unwrap() {
        match (&mut into[name], value) {
            (own @ Value::Object(_), Value::Object(_)) => merge(own, value),
            (own, value) => *own = value.clone(),
        }
    }
}

/// The events of a turn, as they come.
pub(crate) struct TurnStream {
    body: hyper::body::Incoming,
    text: String,
    pub(crate) seen: Vec<Value>,
}

impl TurnStream {
    /// The next event.
    pub(crate) async fn next(&mut self) -> Option<Value> {
        let waiting = async {
            loop {
                if let Some((event, rest)) = self.text.split_once("\n\n") {
                    let data = event.lines().find_map(|line| line.strip_prefix("data: "));
                    let data = data.and_then(|data| serde_json::from_str::<Value>(data).ok());
                    self.text = String::from(rest);
                    if let Some(data) = data {
                        return Some(data);
                    }
                    continue;
                }
                let frame = self.body.frame().await?.ok()?;
                self.text.push_str(std::str::from_utf8(&frame.into_data().ok()?).unwrap());
            }
        };
        let event = tokio::time::timeout(Duration::from_secs(30), waiting).await.expect("an event in time");
        self.seen.extend(event.clone());
        event
    }

    /// Reads on to an event of a type.
    pub(crate) async fn until(&mut self, kind: &str) -> Value {
        while let Some(event) = self.next().await {
            if event["type"] == kind {
                return event;
            }
        }
        panic!("no {kind} in {:?}", self.seen);
    }

    /// The whole turn.
    pub(crate) async fn rest(mut self) -> Turn {
        while self.next().await.is_some() {}
        Turn { events: self.seen }
    }
}

/// A turn that is over.
#[derive(Debug)]
pub(crate) struct Turn {
    pub(crate) events: Vec<Value>,
}

impl Turn {
    pub(crate) fn of(&self, kind: &str) -> Vec<&Value> {
        self.events.iter().filter(|event| event["type"] == kind).collect()
    }

    pub(crate) fn end(&self) -> &Value {
        let last = self.events.last().unwrap_or(&Value::Null);
        assert_eq!(last["type"], "end", "{:?}", self.events);
        last
    }

    pub(crate) fn heard(&self) -> &str {
        self.end()["heard"].as_str().unwrap()
    }

    /// The types of its events, equal neighbours once.
    pub(crate) fn outline(&self) -> Vec<&str> {
        let mut kinds: Vec<&str> = self.events.iter().filter_map(|event| event["type"].as_str()).collect();
        kinds.dedup();
        kinds
    }
}
