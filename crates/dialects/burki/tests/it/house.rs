//! A whole dialect in a temporary folder.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use bytes::Bytes;
use hookswitch_dialect_burki::{BurkiState, router};
use hookswitch_egress::{AllowEntry, Client, Policy, PolicySettings, testing::ScriptedResolver};
use hookswitch_engine::aws::Endpoints;
use hookswitch_engine::{
    ArgumentsInput, AwsSettings, CallAnswer, CallInput, Engine, EngineSettings, SessionStart,
};
use hookswitch_model::key::Permission;
use hookswitch_model::name::{OrgName, SecretName};
use hookswitch_model::session::Channel;
use hookswitch_model::{Mode, ProjectId, Scope, SessionId};
use hookswitch_registry::{NewKey, Registry, ShownKey};
use hookswitch_store::{DatabaseUrl, Store, StoreOptions, Writer, WriterOptions};
use hookswitch_testkit::{RecordedRequest, Reply, TestServer};
use hookswitch_vault::{MasterKeys, Vault};
use http::{HeaderMap, Method, Request, header};
use http_body_util::BodyExt as _;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Map, Value, json};
use tower::ServiceExt as _;

/// The dialect, its receiver, and the first organisation.
pub(crate) struct House {
    pub(crate) engine: Engine,
    pub(crate) receiver: TestServer,
    pub(crate) scope: Scope,
    pub(crate) project: ProjectId,
    pub(crate) key: String,
    router: Router,
    folder: tempfile::TempDir,
}

/// An answer.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Answer {
    /// The body of an answer that must have this status.
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.body);
        self.body
    }

    /// The one text of an answer with this status.
    #[track_caller]
    pub(crate) fn detail(self, status: u16) -> String {
        let body = self.expect(status);
        body["detail"].as_str().unwrap_or_else(|| panic!("{body}")).to_owned()
    }
}

impl House {
    /// A receiver that answers everything with `{"ok":true}`.
    pub(crate) async fn new() -> Self {
        Self::answering(|_| Reply::json(r#"{"ok":true}"#)).await
    }

    pub(crate) async fn answering(
        script: impl Fn(&RecordedRequest) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let receiver = TestServer::start(script).await;
        let folder = tempfile::tempdir().unwrap();
        let url = DatabaseUrl::sqlite(folder.path().join("burki.db"));
        let store = Store::open(&url, StoreOptions::default()).await.unwrap();
        let entry: AllowEntry = receiver.allow_entry().parse().unwrap();
        let policy = Policy::new(PolicySettings { allow_egress: vec![entry], ..PolicySettings::default() });
        let egress = Client::builder(policy, Arc::new(ScriptedResolver::new())).build().unwrap();
        let master = SecretString::from("qVJ0J4a0ZJ2w9hZ2cF0l3m5n7p9r1t3v5x7z9B1D3F4=".to_owned());
        let vault = Arc::new(Vault::new(MasterKeys::parse(&master).unwrap()));
        let registry = Registry::new(store.clone(), vault, egress.clone());
        let made = registry.bootstrap(None).await.unwrap().unwrap();
        let writer = Writer::start(store, WriterOptions::default());
        // The receiver stands in for AWS, too.
        let lambda = Some(format!("http://{}", receiver.address()).parse().unwrap());
        let aws = AwsSettings { endpoints: Endpoints { lambda, sts: None }, identity: None };
        let engine =
            Engine::new(registry, writer, egress, EngineSettings { aws, ..EngineSettings::default() });
        Self {
            router: router(BurkiState::new(engine.clone())),
            scope: made.key.scope(),
            project: made.key.project,
            key: made.secret.expose_secret().to_owned(),
            engine,
            receiver,
            folder,
        }
    }

    pub(crate) fn registry(&self) -> &Registry {
        self.engine.registry()
    }

    /// Where the database is.
    pub(crate) fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// A URL of the receiver.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.receiver.address())
    }

    /// The key of another organisation.
    pub(crate) async fn stranger(&self) -> String {
        let name = OrgName::parse("Other").unwrap();
        let (_, key) = self.registry().create_org(name, Mode::Live).await.unwrap();
        key.secret.expose_secret().to_owned()
    }

    /// A key of this organisation with these permissions.
    pub(crate) async fn key_with(&self, permissions: &[Permission], mode: Mode) -> String {
        let new = NewKey {
            name: "limited".to_owned(),
            mode,
            project: self.project,
            permissions: permissions.iter().copied().collect(),
            expires_at: None,
        };
        let ShownKey { secret, .. } = self.registry().create_key(self.scope, new).await.unwrap();
        secret.expose_secret().to_owned()
    }

    pub(crate) async fn secret(&self, name: &str, value: &str) {
        let name = SecretName::parse(name).unwrap();
        self.registry().put_secret(self.scope, name, &value.to_owned().into()).await.unwrap();
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(Method::POST, path, Some(body)).await
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> Answer {
        self.send(Method::PUT, path, Some(body)).await
    }

    pub(crate) async fn patch(&self, path: &str, body: Value) -> Answer {
        self.send(Method::PATCH, path, Some(body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.send(Method::DELETE, path, None).await
    }

    pub(crate) async fn send(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        self.send_as(&self.key, method, path, body).await
    }

    pub(crate) async fn send_as(&self, key: &str, method: Method, path: &str, body: Option<Value>) -> Answer {
        let bytes = body.map(|body| body.to_string()).unwrap_or_default();
        // The Python client says so on requests without a body, too.
        let headers =
            [("authorization", format!("Bearer {key}")), ("content-type", "application/json".to_owned())];
        let headers: Vec<(&str, &str)> =
            headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        self.send_bytes(&headers, method, path, bytes.into()).await
    }

    pub(crate) async fn send_bytes(
        &self,
        headers: &[(&str, &str)],
        method: Method,
        path: &str,
        body: Bytes,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(body)).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        assert_eq!(parts.headers[header::CONTENT_TYPE], "application/json");
        let body = serde_json::from_slice(&bytes).unwrap();
        Answer { status: parts.status.as_u16(), headers: parts.headers, body }
    }

    /// Creates an endpoint tool on `/api/v1`; gives its id.
    pub(crate) async fn tool(&self, name: &str, configuration: Value, schema: Value) -> i64 {
        let body = endpoint(name, configuration, schema);
        self.post("/api/v1/tools", body).await.expect(200)["id"].as_i64().unwrap()
    }

    /// Creates an assistant; gives its id.
    pub(crate) async fn assistant(&self, name: &str) -> i64 {
        self.post("/api/v1/assistants", json!({ "name": name })).await.expect(201)["id"].as_i64().unwrap()
    }

    /// Assigns a tool to an assistant.
    pub(crate) async fn assign(&self, tool: i64, assistant: i64) {
        let path = format!("/api/v1/tools/{tool}/assign");
        self.post(&path, json!({ "assistant_id": assistant })).await.expect(200);
    }

    /// Starts a session of an assistant.
    pub(crate) async fn session(&self, assistant: i64) -> SessionId {
        self.session_with(assistant, Map::new(), Map::new()).await
    }

    pub(crate) async fn session_with(
        &self,
        assistant: i64,
        system: Map<String, Value>,
        variables: Map<String, Value>,
    ) -> SessionId {
        let agent = self.registry().agent_by_number(self.scope, assistant).await.unwrap();
        let start = SessionStart {
            agent: Some(agent.id),
            channel: Channel::Phone,
            system,
            variables,
            ..SessionStart::default()
        };
        self.engine.start_session(self.scope, self.project, start).await.unwrap().id
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
        self.engine.call(self.scope, session, input).await.unwrap()
    }

    /// A tool with one assistant and a session that has it.
    pub(crate) async fn ready(&self, name: &str, configuration: Value, schema: Value) -> (i64, SessionId) {
        let tool = self.tool(name, configuration, schema).await;
        let assistant = self.assistant("Front desk").await;
        self.assign(tool, assistant).await;
        (tool, self.session(assistant).await)
    }
}

/// The body of an endpoint tool, form A.
pub(crate) fn endpoint(name: &str, configuration: Value, schema: Value) -> Value {
    json!({"name": name, "display_name": "Order status", "description": "Looks up an order", "tool_type": "endpoint",
        "configuration": configuration,
        "function_definition": {"name": name, "description": "Looks up an order", "parameters": schema}})
}

/// A schema of text properties, all of them required.
pub(crate) fn texts(names: &[&str]) -> Value {
    let properties: Map<String, Value> =
        names.iter().map(|name| ((*name).to_owned(), json!({"type": "string"}))).collect();
    json!({"type": "object", "properties": properties, "required": names})
}
