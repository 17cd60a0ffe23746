//! A small server that keeps tools, agents and bindings in memory and answers as the native API does.

use std::sync::Arc;

use hookswitch_model::draft::ToolDraft;
use hookswitch_testkit::{RecordedRequest, Reply, TestServer};
use parking_lot::Mutex;
use serde_json::{Value, json};

use crate::program::KEY;

const TOOL: &str = "tool_01kqf3v4r8e6t9x2b5m7n0p1q";
const AGENT: &str = "agent_01kqf3v4r8e6t9x2b5m7n0p1qs";

#[derive(Debug, Default)]
pub(crate) struct Kept {
    pub(crate) tools: Vec<Value>,
    pub(crate) agent: Option<Value>,
    pub(crate) bindings: Vec<Value>,
    pub(crate) secrets: Vec<(String, String)>,
}

pub(crate) struct Fake {
    pub(crate) server: TestServer,
    pub(crate) kept: Arc<Mutex<Kept>>,
}

impl Fake {
    pub(crate) async fn start() -> Self {
        let kept = Arc::new(Mutex::new(Kept::default()));
        let for_script = Arc::clone(&kept);
        let server = TestServer::start(move |request| answer(&mut for_script.lock(), request)).await;
        Self { server, kept }
    }

    pub(crate) fn url(&self) -> String {
        self.server.url("")
    }

    /// Requests that change something, `METHOD path`.
    pub(crate) fn writes(&self) -> Vec<String> {
        let requests = self.server.requests();
        let writes =
            requests.iter().filter(|request| request.method != "GET" && !request.target.ends_with("/check"));
        writes.map(|request| format!("{} {}", request.method, request.target)).collect()
    }
}

pub(crate) fn problem(status: u16, code: &str, detail: &str) -> Reply {
    let body = json!({
        "type": format!("/problems/{code}"), "title": code, "status": status, "detail": detail, "code": code,
        "request_id": "req_1", "errors": [],
    });
    Reply::with(status, &[("content-type", "application/problem+json")], body.to_string())
}

fn ok(value: &Value) -> Reply {
    Reply::json(&value.to_string())
}

fn answer(kept: &mut Kept, request: &RecordedRequest) -> Reply {
    if request.header("authorization") != Some(format!("Bearer {KEY}").as_str()) {
        return problem(401, "unauthorized", "the key is not known");
    }
    let path = request.target.split('?').next().unwrap_or_default();
    let steps: Vec<&str> = path.trim_start_matches("/v1/").split('/').collect();
    let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
    match (request.method.as_str(), steps.as_slice()) {
        ("POST", ["tools", "check"]) => check(&body),
        ("GET", ["tools"]) => ok(&json!({"data": kept.tools, "next_cursor": null})),
        ("GET", ["tools", "by-name", name]) => found(kept, "name", name),
        ("GET", ["tools", id]) => found(kept, "id", id),
        ("PUT", ["tools", "by-name", name]) => save(kept, name, &body),
        ("GET", ["agents"]) => {
            ok(&json!({"data": kept.agent.iter().collect::<Vec<_>>(), "next_cursor": null}))
        }
        ("POST", ["agents"]) | ("PUT", ["agents", _]) => {
            let mut agent = body;
            agent["id"] = json!(AGENT);
            kept.agent = Some(agent.clone());
            ok(&agent)
        }
        ("GET", ["agents", _, "tools"]) => ok(&json!({"data": kept.bindings})),
        ("PUT", ["agents", _, "tools"]) => bind(kept, &body),
        ("PUT", ["secrets", name]) => {
            kept.secrets.push(((*name).to_owned(), body["value"].as_str().unwrap_or_default().to_owned()));
            ok(&json!({"name": name, "fingerprint": "0a1b2c3d", "warnings": []}))
        }
        _ => problem(404, "not_found", "there is nothing here"),
    }
}

fn check(draft: &Value) -> Reply {
    if let Err(error) = serde_json::from_value::<ToolDraft>(draft.clone()) {
        return problem(400, "invalid_request", &error.to_string());
    }
    let url = draft["webhook"]["url"].as_str().unwrap_or_default();
    let findings = match url {
        "" => json!([]),
        url if url.starts_with("https://") => json!([]),
        _ => {
            json!([{"path": "$.webhook.url", "code": "invalid_url", "message": "must be https", "severity": "error"}])
        }
    };
    ok(&json!({"valid": findings == json!([]), "findings": findings, "effect": "action", "function": {}}))
}

fn found(kept: &Kept, field: &str, text: &str) -> Reply {
    let tool = kept.tools.iter().find(|tool| tool[field] == text);
    tool.map_or_else(|| problem(404, "not_found", "there is no such tool"), ok)
}

/// Shows a definition as the server does: with all defaults, secret headers sealed.
fn save(kept: &mut Kept, name: &str, draft: &Value) -> Reply {
    let draft: ToolDraft = serde_json::from_value(draft.clone()).unwrap();
    let mut definition = serde_json::to_value(draft).unwrap();
    if let Some(value) = definition.pointer_mut("/webhook/headers/Authorization") {
        *value = json!("[REDACTED]");
    }
    let at = kept.tools.iter().position(|tool| tool["name"] == name);
    let position = at.unwrap_or(kept.tools.len());
    if at.is_none() {
        kept.tools.push(Value::Null);
    }
    let version = kept.tools[position]["version"].as_u64().unwrap_or(0) + 1;
    let tool = json!({"id": format!("{TOOL}{position}"), "name": name, "version": version, "definition": definition});
    kept.tools[position] = tool.clone();
    let mut shown = tool;
    shown["created"] = json!(at.is_none());
    shown["changed"] = json!(true);
    shown["findings"] = json!([]);
    if at.is_none() {
        shown["signing_secret"] = json!("whsec_c2hvd24gb25jZQ==");
    }
    ok(&shown)
}

fn bind(kept: &mut Kept, rows: &Value) -> Reply {
    let rows = rows.as_array().unwrap().iter().map(|row| {
        let tool = kept.tools.iter().find(|tool| tool["id"] == row["tool_id"]).unwrap();
        let secret = tool["definition"]["config_schema"]["fields"].as_array().cloned().unwrap_or_default();
        let mut config = row["config"].as_object().cloned().unwrap_or_default();
        for field in secret.iter().filter(|field| field["secret"] == true) {
            if let Some(value) = config.get_mut(field["key"].as_str().unwrap()) {
                *value = json!("[REDACTED]");
            }
        }
        json!({"tool_id": row["tool_id"], "name": tool["name"], "enabled": true, "config": config})
    });
    kept.bindings = rows.collect();
    ok(&json!({"data": kept.bindings}))
}
