//! A house whose tools are code, and short ways to make, try and call them.

use hookswitch_testkit::{RecordedRequest, Reply};
use hyper::Method;
use serde_json::{Value, json};
use tokio::time::{Duration, Instant, sleep};

use super::house::House;

/// A server that runs Python.
pub(crate) struct Desk {
    pub(crate) house: House,
}

impl Desk {
    /// A server that does not start without its sandbox.
    pub(crate) async fn open() -> Self {
        Self::open_with("").await
    }

    /// The same with more settings.
    pub(crate) async fn open_with(settings: &str) -> Self {
        Self::open_for(|_| Reply::json(r#"{"status":"ok"}"#), settings).await
    }

    /// The same with a receiver that answers by `script`.
    pub(crate) async fn open_for(
        script: impl Fn(&RecordedRequest) -> Reply + Send + Sync + 'static,
        settings: &str,
    ) -> Self {
        let settings = format!("python = \"required\"\n{settings}");
        Self { house: House::start_with(script, &settings).await }
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Value {
        let answer = self.house.send(Method::POST, path, Some(body)).await;
        assert!(answer.status < 300, "{path}: {} {}", answer.status, answer.body);
        answer.body
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        let answer = self.house.send(Method::GET, path, None).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        answer.body
    }

    /// A tool with this code; gives its id. `more` goes into the definition.
    pub(crate) async fn tool(&self, name: &str, code: &str, more: Value) -> String {
        let mut python = json!({ "code": code });
        merge(&mut python, more["python"].clone());
        let mut draft = json!({"name": name, "kind": "python", "timeout_ms": 10_000});
        merge(&mut draft, more);
        draft["python"] = python;
        self.post("/v1/tools", &draft).await["id"].as_str().unwrap().to_owned()
    }

    /// Tries a tool.
    pub(crate) async fn trial(&self, tool: &str, arguments: Value) -> Value {
        self.post(&format!("/v1/tools/{tool}/test"), &json!({ "arguments": arguments })).await
    }

    /// Makes a tool of the code and tries it with nothing.
    pub(crate) async fn run(&self, name: &str, code: &str, more: Value) -> Value {
        let tool = self.tool(name, code, more).await;
        self.trial(&tool, json!({})).await
    }

    /// Starts a session with these tools; gives its id.
    pub(crate) async fn session(&self, tools: &[&str]) -> String {
        let tools: Vec<Value> = tools.iter().map(|tool| json!({ "tool": tool })).collect();
        self.post("/v1/sessions", &json!({ "tools": tools })).await["id"].as_str().unwrap().to_owned()
    }

    /// Calls a tool in a session.
    pub(crate) async fn call(&self, session: &str, name: &str, arguments: Value) -> Value {
        let body = json!({"name": name, "arguments": arguments});
        self.post(&format!("/v1/sessions/{session}/calls"), &body).await
    }

    /// The record of a call.
    pub(crate) async fn record(&self, answer: &Value) -> Value {
        let id = answer["execution_id"].as_str().unwrap();
        let started = Instant::now();
        loop {
            let answer = self.house.send(Method::GET, &format!("/v1/executions/{id}"), None).await;
            if answer.status == 200 && !answer.body["outcome"].is_null() {
                return answer.body;
            }
            assert!(started.elapsed() < Duration::from_secs(10), "no record: {}", answer.body);
            sleep(Duration::from_millis(5)).await;
        }
    }

    /// A number of `/metrics`.
    pub(crate) async fn metric(&self, name: &str) -> f64 {
        let text = super::house::text_of(&format!("{}/metrics", self.house.address())).await;
        let line = text.lines().find_map(|line| line.strip_prefix(&format!("hookswitch_{name} ")));
        line.unwrap_or_else(|| panic!("no {name} in {text}")).trim().parse().unwrap()
    }

    /// Waits until a number of `/metrics` is at least so high.
    pub(crate) async fn until_metric(&self, name: &str, least: f64) {
        self.until(name, |number| number >= least).await;
    }

    /// Waits until no process waits for a call.
    pub(crate) async fn until_no_spares(&self) {
        self.until("python_spares", |number| number < 1.0).await;
    }

    async fn until(&self, name: &str, is_so: impl Fn(f64) -> bool) {
        let started = Instant::now();
        loop {
            let number = self.metric(name).await;
            if is_so(number) {
                return;
            }
            assert!(started.elapsed() < Duration::from_secs(20), "{name} stays {number}");
            sleep(Duration::from_millis(5)).await;
        }
    }
}

fn merge(into: &mut Value, more: Value) {
    let (Value::Object(into), Value::Object(more)) = (into, more) else { return };
    into.extend(more);
}

/// A parameter list of the given names, each a text.
pub(crate) fn texts(names: &[&str]) -> Value {
    let properties: serde_json::Map<String, Value> =
        names.iter().map(|name| ((*name).to_owned(), json!({"type": "string"}))).collect();
    json!({"type": "object", "properties": properties})
}
