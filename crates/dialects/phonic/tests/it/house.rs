//! The dialect's router over an engine in a temporary folder, a receiver, and a small client.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request};
use hookswitch_dialect_phonic::{PhonicState, router};
use hookswitch_egress::testing::ScriptedResolver;
use hookswitch_egress::{Client, Policy, PolicySettings};
use hookswitch_engine::{
    ArgumentsInput, CallAnswer, CallInput, Engine, EngineSettings, SessionStart, StartTool,
};
use hookswitch_model::draft::ToolDraft;
use hookswitch_model::key::Permission;
use hookswitch_model::name::OrgName;
use hookswitch_model::session::Channel;
use hookswitch_model::tool::StoredTool;
use hookswitch_model::{Dialect, KeyId, Mode, ProjectId, Scope, SessionId, ToolId};
use hookswitch_registry::{NewKey, Registry};
use hookswitch_store::{DatabaseUrl, Store, StoreOptions, Writer, WriterOptions};
use hookswitch_testkit::{RecordedRequest, Reply, TestServer};
use hookswitch_vault::{MasterKeys, Vault};
use http_body_util::BodyExt as _;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Map, Value, json};
use tower::ServiceExt as _;

/// The first key: it may do everything.
pub(crate) const KEY: &str = "hs_live_phonic_tests_000000000000001";

pub(crate) struct House {
    pub(crate) engine: Engine,
    pub(crate) receiver: TestServer,
    pub(crate) scope: Scope,
    pub(crate) project: ProjectId,
    key: KeyId,
    router: Router,
    _folder: tempfile::TempDir,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Answer {
    /// The body of an answer of this status.
    pub(crate) fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.body);
        self.body
    }

    pub(crate) fn ok(self) -> Value {
        self.expect(200)
    }

    /// Checks that it is an error with no more than errors have; gives the keys of `param_errors`.
    pub(crate) fn refused(self, status: u16) -> Vec<String> {
        assert_eq!(self.status, status, "{}", self.body);
        assert_eq!(self.headers["content-type"], "application/json");
        assert!(self.body["error"]["message"].is_string(), "{}", self.body);
        assert!(self.headers.get("retry-after").is_none() && self.headers.get("x-ratelimit-reset").is_none());
        let has_params = self.body.get("param_errors").is_some();
        assert_eq!(self.body.as_object().unwrap().len(), 1 + usize::from(has_params), "{}", self.body);
        // 400 always has them, a taken tool name as the only other error too.
        assert!(has_params || status != 400, "{}", self.body);
        let keys = self.body["param_errors"].as_object();
        keys.map(|keys| keys.keys().cloned().collect()).unwrap_or_default()
    }

    pub(crate) fn message(&self) -> &str {
        self.body["error"]["message"].as_str().unwrap()
    }
}

impl House {
    /// The receiver answers `{"ok":1}`.
    pub(crate) async fn open() -> Self {
        Self::answering(|_| Reply::json(r#"{"ok":1}"#)).await
    }

    pub(crate) async fn answering(
        script: impl Fn(&RecordedRequest) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let receiver = TestServer::start(script).await;
        let folder = tempfile::tempdir().unwrap();
        let url = DatabaseUrl::sqlite(folder.path().join("phonic.db"));
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
        let router = router(PhonicState::new(engine.clone()));
        let (scope, project, key) = (caller.scope(), caller.key.project, caller.key.id);
        Self { engine, receiver, scope, project, key, router, _folder: folder }
    }

    pub(crate) fn registry(&self) -> &Registry {
        self.engine.registry()
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(KEY, "GET", path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(KEY, "POST", path, Some(body.to_string().into_bytes())).await
    }

    pub(crate) async fn patch(&self, path: &str, body: Value) -> Answer {
        self.send(KEY, "PATCH", path, Some(body.to_string().into_bytes())).await
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> Answer {
        self.send(KEY, "PUT", path, Some(body.to_string().into_bytes())).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.send(KEY, "DELETE", path, None).await
    }

    pub(crate) async fn send(&self, key: &str, method: &str, path: &str, body: Option<Vec<u8>>) -> Answer {
        self.send_with(&[("authorization", &format!("Bearer {key}"))], method, path, body).await
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

    /// Makes a tool; gives its id.
    pub(crate) async fn tool(&self, body: Value) -> String {
        let made = self.post("/v1/tools", body).await.expect(201);
        assert_eq!(made.as_object().unwrap().len(), 2, "{made}");
        made["id"].as_str().unwrap().to_owned()
    }

    /// A tool as it is shown.
    pub(crate) async fn shown(&self, id: &str) -> Value {
        self.get(&format!("/v1/tools/{id}")).await.ok()["tool"].clone()
    }

    /// A webhook to the receiver, with more fields.
    pub(crate) fn webhook(&self, more: Value) -> Value {
        with(
            json!({"name": "book", "description": "Books", "type": "custom_webhook", "execution_mode": "sync",
                "endpoint_method": "POST", "endpoint_url": self.receiver.url("/book")}),
            more,
        )
    }

    /// What is stored of a tool.
    pub(crate) async fn stored(&self, id: &str) -> StoredTool {
        self.registry().get_tool(self.scope, tool_id(id)).await.unwrap()
    }

    /// A tool made in another dialect, from its draft.
    pub(crate) async fn foreign(&self, dialect: Dialect, draft: Value) -> String {
        let draft: ToolDraft = serde_json::from_value(draft).unwrap();
        let saved = self.registry().create_tool(self.scope, self.project, dialect, draft, self.key).await;
        format!("tool_{}", saved.unwrap().tool.id.uuid())
    }

    /// Saves a draft over a tool, as another dialect does.
    pub(crate) async fn save(&self, id: &str, draft: ToolDraft) {
        self.registry().update_tool(self.scope, tool_id(id), None, draft, self.key).await.unwrap();
    }

    /// A session with one tool.
    pub(crate) async fn session(&self, tool: &str, channel: Channel, system: Value) -> SessionId {
        let start = SessionStart {
            tools: vec![StartTool { tool: tool_id(tool), config: Map::new() }],
            channel,
            system: system.as_object().unwrap().clone(),
            ..SessionStart::default()
        };
        self.engine.start_session(self.scope, self.project, start).await.unwrap().id
    }

    /// A model calls a function of a session.
    pub(crate) async fn call(&self, session: SessionId, name: &str, arguments: Value) -> CallAnswer {
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

    /// A text session that calls a tool once.
    pub(crate) async fn run(&self, tool: &str, name: &str, arguments: Value) -> CallAnswer {
        let session = self.session(tool, Channel::Text, json!({})).await;
        self.call(session, name, arguments).await
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
        let name = OrgName::parse("Other").unwrap();
        let (_, key) = self.registry().create_org(name, Mode::Live).await.unwrap();
        key.secret.expose_secret().to_owned()
    }
}

/// The tool of an id as shown.
pub(crate) fn tool_id(text: &str) -> ToolId {
    ToolId::from_uuid(text.strip_prefix("tool_").unwrap().parse().unwrap())
}

/// The members of one object over another's.
pub(crate) fn with(mut base: Value, more: Value) -> Value {
    base.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    base
}

/// A parameter of the list form.
pub(crate) fn parameter(name: &str, more: Value) -> Value {
    with(json!({"type": "string", "name": name, "description": "d", "is_required": true}), more)
}

/// A tool of a type without fields of its own, with more fields.
pub(crate) fn plain(kind: &str, more: Value) -> Value {
    with(json!({"name": "t", "description": "d", "type": kind, "execution_mode": "sync"}), more)
}
