//! The dialect's router over an engine in a temporary folder, a receiver, and a small client.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, header};
use hookswitch_dialect_bland::{BlandState, Calls, router};
use hookswitch_egress::testing::ScriptedResolver;
use hookswitch_egress::{Client, Policy, PolicySettings};
use hookswitch_engine::{ArgumentsInput, CallAnswer, CallInput, Engine, EngineSettings};
use hookswitch_model::draft::ToolDraft;
use hookswitch_model::key::Permission;
use hookswitch_model::name::OrgName;
use hookswitch_model::{Dialect, KeyId, Mode, ProjectId, Scope, SessionId, ToolId};
use hookswitch_registry::{NewKey, Registry};
use hookswitch_store::{DatabaseUrl, Store, StoreOptions, Writer, WriterOptions};
use hookswitch_testkit::{RecordedRequest, Reply, TestServer};
use hookswitch_vault::{MasterKeys, Vault};
use http_body_util::BodyExt as _;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use tower::ServiceExt as _;

/// The first key: it may do everything.
const KEY: &str = "hs_live_bland_tests_0000000000000001";

pub(crate) struct House {
    pub(crate) engine: Engine,
    pub(crate) receiver: TestServer,
    pub(crate) scope: Scope,
    pub(crate) project: ProjectId,
    key: KeyId,
    router: Router,
    folder: tempfile::TempDir,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: axum::http::HeaderMap,
    pub(crate) body: Value,
}

impl Answer {
    /// The body of a success.
    pub(crate) fn ok(self) -> Value {
        assert_eq!(self.status, 200, "{}", self.body);
        self.body
    }

    /// Checks that it is an error with everything that errors have; gives the codes of its items.
    pub(crate) fn refused(&self, status: u16) -> Vec<String> {
        assert_eq!(self.status, status, "{}", self.body);
        assert_eq!(self.headers[header::CONTENT_TYPE], "application/json");
        let keys: Vec<&String> = self.body.as_object().unwrap().keys().collect();
        assert_eq!(keys, ["status", "message", "data", "errors"], "{}", self.body);
        assert_eq!((&self.body["status"], &self.body["data"]), (&json!("error"), &Value::Null));
        let items = self.body["errors"].as_array().unwrap();
        assert!(!items.is_empty());
        let messages: Vec<&str> = items.iter().map(|item| item["message"].as_str().unwrap()).collect();
        assert_eq!(self.body["message"], messages.join("; "));
        assert!(items.iter().all(|item| item["error"] == item["code"]));
        items.iter().map(|item| item["code"].as_str().unwrap().to_owned()).collect()
    }

    pub(crate) fn message(&self) -> &str {
        self.body["message"].as_str().unwrap()
    }
}

impl House {
    /// A house that simulates calls; the receiver answers `{"message":"Booked"}`.
    pub(crate) async fn open() -> Self {
        Self::answering(|_| Reply::json(r#"{"message":"Booked"}"#)).await
    }

    pub(crate) async fn answering(
        script: impl Fn(&RecordedRequest) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let receiver = TestServer::start(script).await;
        Self::build(receiver, tempfile::tempdir().unwrap(), Calls::Simulate).await
    }

    pub(crate) async fn without_calls() -> Self {
        let receiver = TestServer::answering("{}").await;
        Self::build(receiver, tempfile::tempdir().unwrap(), Calls::None).await
    }

    async fn build(receiver: TestServer, folder: tempfile::TempDir, calls: Calls) -> Self {
        let url = DatabaseUrl::sqlite(folder.path().join("bland.db"));
        let store = Store::open(&url, StoreOptions::default()).await.unwrap();
        let policy = Policy::new(PolicySettings {
            allow_egress: vec![receiver.allow_entry().parse().unwrap()],
            ..PolicySettings::default()
        });
        let egress = Client::builder(policy, Arc::new(ScriptedResolver::new())).build().unwrap();
        let master = SecretString::from("qVJ0J4a0ZJ2w9hZ2cF0l3m5n7p9r1t3v5x7z9B1D3F4=".to_owned());
        let vault = Arc::new(Vault::new(MasterKeys::parse(&master).unwrap()));
        let registry = Registry::new(store.clone(), vault, egress.clone());
        registry.bootstrap(Some(SecretString::from(KEY.to_owned()))).await.unwrap();
        let caller = registry.authenticate(KEY).await.unwrap();
        let writer = Writer::start(store, WriterOptions::default());
        let engine = Engine::new(registry, writer, egress, EngineSettings::default());
        let router = router(BlandState::new(engine.clone(), calls));
        let (scope, project, key) = (caller.scope(), caller.key.project, caller.key.id);
        Self { engine, receiver, scope, project, key, router, folder }
    }

    /// The same house after a restart.
    pub(crate) async fn restarted(self) -> Self {
        self.engine.drain().await;
        self.engine.registry().store().close().await;
        Self::build(self.receiver, self.folder, Calls::Simulate).await
    }

    pub(crate) fn registry(&self) -> &Registry {
        self.engine.registry()
    }

    pub(crate) fn url(&self, path: &str) -> String {
        self.receiver.url(path)
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(KEY, "GET", path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(KEY, "POST", path, Some(body.to_string().into_bytes())).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.send(KEY, "DELETE", path, None).await
    }

    pub(crate) async fn send(&self, key: &str, method: &str, path: &str, body: Option<Vec<u8>>) -> Answer {
        self.send_with(&[("authorization", key)], method, path, body).await
    }

    pub(crate) async fn send_with(
        &self,
        headers: &[(&str, &str)],
        method: &str,
        path: &str,
        body: Option<Vec<u8>>,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(body.unwrap_or_default())).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        Answer {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body: serde_json::from_slice(&bytes).unwrap_or(Value::Null),
        }
    }

    /// Makes a tool that posts to the receiver, with more fields; gives its id.
    pub(crate) async fn tool(&self, more: Value) -> String {
        let mut body = json!({"name": "BookAppointment", "description": "Books one appointment",
            "url": self.url("/book"), "method": "POST"});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let made = self.post("/v1/tools", body).await.ok();
        made["tool_id"].as_str().unwrap().to_owned()
    }

    /// The record of a tool.
    pub(crate) async fn record(&self, id: &str) -> Value {
        self.get(&format!("/v1/tools/{id}")).await.ok()["tool"].clone()
    }

    /// A tool made in another dialect, from its draft.
    pub(crate) async fn foreign(&self, dialect: Dialect, draft: Value) -> ToolId {
        let draft: ToolDraft = serde_json::from_value(draft).unwrap();
        let saved = self.registry().create_tool(self.scope, self.project, dialect, draft, self.key).await;
        saved.unwrap().tool.id
    }

    /// Sends a call; gives its id as the engine knows it.
    pub(crate) async fn call(&self, more: Value) -> SessionId {
        let mut body = json!({"phone_number": "+14155550100", "task": "Book an appointment"});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let made = self.post("/v1/calls", body).await.ok();
        session_id(&made["call_id"])
    }

    /// A model calls a function of a session.
    pub(crate) async fn run(&self, session: SessionId, name: &str, arguments: Value) -> CallAnswer {
        let input = CallInput {
            tool_call_id: None,
            name: name.to_owned(),
            arguments: ArgumentsInput::Value(arguments),
            idempotency_key: None,
            confirmation: None,
            traceparent: None,
        };
        self.engine.call(self.scope, session, input).await.unwrap()
    }

    /// A key of the same organisation.
    pub(crate) async fn key_with(&self, permissions: &[Permission], mode: Mode) -> String {
        let new = NewKey {
            name: "limited".to_owned(),
            mode,
            project: self.project,
            permissions: permissions.iter().copied().collect(),
            expires_at: None,
        };
        let made = self.registry().create_key(self.scope, new).await.unwrap();
        made.secret.expose_secret().to_owned()
    }

    /// The first key of another organisation.
    pub(crate) async fn other_org(&self) -> String {
        let (_, key) =
            self.registry().create_org(OrgName::parse("Other").unwrap(), Mode::Live).await.unwrap();
        key.secret.expose_secret().to_owned()
    }
}

/// The session of a call.
pub(crate) fn session_id(call: &Value) -> SessionId {
    SessionId::from_uuid(call.as_str().unwrap().parse().unwrap())
}
