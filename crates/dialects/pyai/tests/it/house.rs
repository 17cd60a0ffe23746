//! A whole house in a temporary folder, spoken to through the dialect's router.

use std::num::NonZeroU32;
use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use hookswitch_api::{Limiter, Pace, RateRule, RequestContext, RouteSet, Seen, Whose};
use hookswitch_dialect_pyai::{PyaiState, router};
use hookswitch_egress::testing::ScriptedResolver;
use hookswitch_egress::{Client, Policy, PolicySettings};
use hookswitch_engine::{ArgumentsInput, CallAnswer, CallInput, Engine, EngineSettings, SessionStart};
use hookswitch_model::draft::ToolDraft;
use hookswitch_model::key::Permission;
use hookswitch_model::name::OrgName;
use hookswitch_model::{Dialect, Mode, RequestId, Scope, SessionId, ToolId};
use hookswitch_registry::{Caller, NewKey, Registry};
use hookswitch_store::{DatabaseUrl, Store, StoreOptions, Writer, WriterOptions};
use hookswitch_testkit::TestServer;
use hookswitch_vault::{KeyFile, Vault};
use http::{HeaderMap, Method, Request};
use http_body_util::BodyExt as _;
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use tempfile::TempDir;
use tower::ServiceExt as _;

/// How the tests' house is seen from outside.
pub(crate) const BASE: &str = "https://tools.example.com/pyai";

pub(crate) struct House {
    pub(crate) engine: Engine,
    pub(crate) caller: Caller,
    pub(crate) key: String,
    limiter: Option<Arc<Limiter>>,
    router: Router,
    folder: TempDir,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    /// The body of an answer that must have this status.
    pub(crate) fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        assert!(self.json().is_object(), "bodies are objects: {}", self.text);
        self.json()
    }

    /// Checks a problem of this status, code and field, in all that problems have.
    pub(crate) fn problem(self, status: u16, code: &str, param: Option<&str>) -> Value {
        assert_eq!(self.headers["content-type"], "application/problem+json", "{}", self.text);
        let body = self.expect(status);
        assert_eq!(body["type"], format!("{BASE}/problems/{code}"), "{body}");
        assert_eq!(body["status"], status, "{body}");
        assert_eq!(body["error"]["code"], code, "{body}");
        assert_eq!(body["error"]["param"], json!(param), "{body}");
        assert_eq!(body["error"]["message"], body["detail"], "{body}");
        assert!(body["request_id"].as_str().unwrap().starts_with("req_"), "{body}");
        assert!(body["title"].is_string() && !body["detail"].as_str().unwrap().is_empty(), "{body}");
        body
    }

    /// Checks a gateway error of this status, family and code.
    pub(crate) fn gateway(self, status: u16, kind: &str, code: &str) -> String {
        assert_eq!(self.headers["content-type"], "application/json", "{}", self.text);
        let body = self.expect(status);
        assert_eq!(body.as_object().unwrap().len(), 1, "{body}");
        assert_eq!((&body["error"]["type"], &body["error"]["code"]), (&json!(kind), &json!(code)), "{body}");
        assert_eq!(body["error"]["param"], Value::Null);
        body["error"]["message"].as_str().unwrap().to_owned()
    }
}

impl House {
    /// A house whose tools reach nothing private.
    pub(crate) async fn open() -> Self {
        Self::with(&[], EngineSettings::default()).await
    }

    /// A house whose tools may call a receiver.
    pub(crate) async fn reaching(receiver: &TestServer) -> Self {
        Self::with(&[receiver.allow_entry()], EngineSettings::default()).await
    }

    pub(crate) async fn with(allowed: &[String], settings: EngineSettings) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = DatabaseUrl::sqlite(folder.path().join("house.db"));
        let store = Store::open(&url, StoreOptions::default()).await.unwrap();
        let allow_egress = allowed.iter().map(|entry| entry.parse().unwrap()).collect();
        let policy = Policy::new(PolicySettings { allow_egress, ..PolicySettings::default() });
        let egress = Client::builder(policy, Arc::new(ScriptedResolver::new())).build().unwrap();
        let key_file = KeyFile::new(folder.path().join("master.key"));
        let vault = Arc::new(Vault::new(key_file.load_or_create().unwrap().keys));
        let registry = Registry::with_key_file(store.clone(), vault, egress.clone(), Some(key_file));
        let made = registry.bootstrap(None).await.unwrap().unwrap();
        let writer = Writer::start(store, WriterOptions::default());
        let engine = Engine::new(registry, writer, egress, settings);
        let router = router(PyaiState::new(engine.clone()));
        let key = made.secret.expose_secret().to_owned();
        Self { engine, caller: Caller { key: made.key }, key, limiter: None, router, folder }
    }

    /// The same with a limit: a second, at once, live connections.
    pub(crate) fn limited_to(mut self, per_second: u32, burst: u32, concurrency: u32) -> Self {
        let number = |number| NonZeroU32::new(number).unwrap();
        let pace = Pace::new(number(per_second), number(burst));
        let rule = RateRule { pace, whose: Whose::Key, routes: RouteSet::AllBut(&[]) };
        self.limiter = Some(Arc::new(Limiter::new(vec![rule], Some(concurrency))));
        self
    }

    pub(crate) fn registry(&self) -> &Registry {
        self.engine.registry()
    }

    pub(crate) fn scope(&self) -> Scope {
        self.caller.scope()
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.send(Method::GET, path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Reply {
        self.send(Method::POST, path, Some(body)).await
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> Reply {
        self.send(Method::PUT, path, Some(body)).await
    }

    pub(crate) async fn patch(&self, path: &str, body: Value) -> Reply {
        self.send(Method::PATCH, path, Some(body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Reply {
        self.send(Method::DELETE, path, None).await
    }

    pub(crate) async fn send(&self, method: Method, path: &str, body: Option<Value>) -> Reply {
        self.send_as(&self.key, method, path, body).await
    }

    pub(crate) async fn send_as(&self, key: &str, method: Method, path: &str, body: Option<Value>) -> Reply {
        let bytes = body.map(|body| body.to_string().into_bytes()).unwrap_or_default();
        self.send_bytes(&[("authorization", &format!("Bearer {key}"))], method, path, bytes).await
    }

    pub(crate) async fn send_bytes(
        &self,
        headers: &[(&str, &str)],
        method: Method,
        path: &str,
        body: Vec<u8>,
    ) -> Reply {
        let mut request = Request::builder().method(method).uri(path).header("host", "tools.example.com");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = self.router.clone().oneshot(request.body(Body::from(body)).unwrap());
        let seen = Seen {
            public_url: "https://tools.example.com".into(),
            prefix: "/pyai",
            dialect: "pyai",
            limiter: self.limiter.clone(),
        };
        let (answer, _) = RequestContext::run(RequestId::generate(), seen, answer).await;
        let (parts, body) = answer.unwrap().into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        Reply { status: parts.status.as_u16(), headers: parts.headers, text }
    }

    /// A key of the first organisation.
    pub(crate) async fn key_with(&self, mode: Mode, permissions: &[Permission]) -> String {
        let new = NewKey {
            name: "another".to_owned(),
            mode,
            project: self.caller.key.project,
            permissions: permissions.iter().copied().collect(),
            expires_at: None,
        };
        self.registry().create_key(self.scope(), new).await.unwrap().secret.expose_secret().to_owned()
    }

    /// A key of another organisation.
    pub(crate) async fn other_org(&self) -> String {
        let store = self.registry().store();
        let org = store.create_org(&OrgName::parse("Other").unwrap()).await.unwrap();
        let project = store.project_by_name(org.id, "main").await.unwrap().unwrap().id;
        let new = NewKey {
            name: "first".to_owned(),
            mode: Mode::Live,
            project,
            permissions: Permission::ALL.into_iter().collect(),
            expires_at: None,
        };
        let made = self.registry().create_key(Scope::new(org.id, Mode::Live), new).await.unwrap();
        made.secret.expose_secret().to_owned()
    }

    /// Creates a tool; gives its object.
    pub(crate) async fn tool(&self, body: Value) -> Value {
        self.post("/v1/tools", body).await.expect(201)
    }

    /// Saves a tool of another dialect.
    pub(crate) async fn native_tool(&self, draft: Value) -> ToolId {
        let draft: ToolDraft = serde_json::from_value(draft).unwrap();
        let (project, by) = (self.caller.key.project, self.caller.key.id);
        let saved = self.registry().create_tool(self.scope(), project, Dialect::Native, draft, by).await;
        saved.unwrap().tool.id
    }

    /// Creates an agent and binds these tools; gives its id.
    pub(crate) async fn agent_with(&self, bindings: Value) -> String {
        let agent = self.post("/v1/agents", json!({"name": "Front desk"})).await.expect(201);
        let id = text(&agent, "agent_id");
        self.put(&format!("/v1/agents/{id}/tools"), bindings).await.expect(200);
        id
    }

    /// Starts a session of an agent.
    pub(crate) async fn session(&self, agent: &str) -> SessionId {
        let start = SessionStart { agent: Some(agent.parse().unwrap()), ..SessionStart::default() };
        self.start(start).await
    }

    pub(crate) async fn start(&self, start: SessionStart) -> SessionId {
        self.engine.start_session(self.scope(), self.caller.key.project, start).await.unwrap().id
    }

    /// Calls a tool and waits for the answer.
    pub(crate) async fn call(&self, session: SessionId, name: &str, arguments: Value) -> CallAnswer {
        let input = CallInput {
            tool_call_id: None,
            name: name.to_owned(),
            arguments: ArgumentsInput::Value(arguments),
            idempotency_key: None,
            confirmation: None,
            traceparent: None,
        };
        self.engine.call(self.scope(), session, input).await.unwrap()
    }
}

/// The text of a member.
pub(crate) fn text(value: &Value, member: &str) -> String {
    value[member].as_str().unwrap_or_else(|| panic!("no {member} in {value}")).to_owned()
}
