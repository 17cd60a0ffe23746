//! A whole engine in a temporary folder.

use std::path::Path;
use std::sync::Arc;

use hookswitch_egress::{AllowEntry, Client, HickoryResolver, Policy, PolicySettings};
use hookswitch_engine::{
    ArgumentsInput, CallAnswer, CallInput, Engine, EngineSettings, SessionStart, StartTool,
};
use hookswitch_model::draft::ToolDraft;
use hookswitch_model::{Dialect, KeyId, ProjectId, Scope, SessionId, ToolId};
use hookswitch_registry::Registry;
use hookswitch_store::{DatabaseUrl, Store, StoreOptions, Writer, WriterOptions};
use hookswitch_testkit::TestServer;
use hookswitch_vault::{MasterKeys, Vault};
use serde_json::{Value, json};

/// An engine, its first organisation, and a session's worth of helpers.
pub(crate) struct House {
    pub(crate) engine: Engine,
    pub(crate) store: Store,
    pub(crate) scope: Scope,
    pub(crate) project: ProjectId,
    key: KeyId,
}

/// The master key that a folder's houses share over restarts.
pub(crate) fn master_key() -> secrecy::SecretString {
    secrecy::SecretString::from("qVJ0J4a0ZJ2w9hZ2cF0l3m5n7p9r1t3v5x7z9B1D3F4=".to_owned())
}

impl House {
    pub(crate) async fn open(folder: &Path, upstream: &TestServer) -> Self {
        Self::with(folder, upstream, EngineSettings::default()).await
    }

    pub(crate) async fn with(folder: &Path, upstream: &TestServer, settings: EngineSettings) -> Self {
        let url = DatabaseUrl::sqlite(folder.join("engine.db"));
        let store = Store::open(&url, StoreOptions::default()).await.unwrap();
        let entry: AllowEntry = upstream.allow_entry().parse().unwrap();
        let policy = Policy::new(PolicySettings { allow_egress: vec![entry], ..PolicySettings::default() });
        let resolver = Arc::new(HickoryResolver::from_system().unwrap());
        let egress = Client::builder(policy, resolver).build().unwrap();
        let vault = Arc::new(Vault::new(MasterKeys::parse(&master_key()).unwrap()));
        let registry = Registry::new(store.clone(), vault, egress.clone());
        let made = registry.bootstrap(None).await.unwrap();
        let key = if let Some(made) = made {
            made.key
        } else {
            let orgs = store.list_orgs(&hookswitch_store::Page::first(1)).await.unwrap();
            let scope = Scope::new(orgs.items[0].id, hookswitch_model::Mode::Live);
            let keys = store.list_keys(scope, &hookswitch_store::Page::first(1)).await.unwrap();
            keys.items[0].clone()
        };
        let writer = Writer::start(store.clone(), WriterOptions::default());
        let engine = Engine::new(registry, writer, egress, settings);
        Self { engine, store, scope: key.scope(), project: key.project, key: key.id }
    }

    /// Saves a tool.
    pub(crate) async fn tool(&self, draft: Value) -> ToolId {
        let draft: ToolDraft = serde_json::from_value(draft).unwrap();
        let saved = self
            .engine
            .registry()
            .create_tool(self.scope, self.project, Dialect::Native, draft, self.key)
            .await
            .unwrap();
        saved.tool.id
    }

    /// Starts a session with these tools.
    pub(crate) async fn session(&self, tools: &[ToolId]) -> SessionId {
        let tools =
            tools.iter().map(|tool| StartTool { tool: *tool, config: serde_json::Map::new() }).collect();
        let start = SessionStart { tools, ..SessionStart::default() };
        self.engine.start_session(self.scope, self.project, start).await.unwrap().id
    }

    /// Calls a tool and waits for the answer.
    pub(crate) async fn call(&self, session: SessionId, name: &str, arguments: Value) -> CallAnswer {
        self.engine.call(self.scope, session, input(name, arguments)).await.unwrap()
    }
}

/// A call without peculiarities.
pub(crate) fn input(name: &str, arguments: Value) -> CallInput {
    CallInput {
        tool_call_id: None,
        name: name.to_owned(),
        arguments: ArgumentsInput::Value(arguments),
        idempotency_key: None,
        confirmation: None,
        traceparent: None,
    }
}

/// A booking tool: POST, an action by default.
pub(crate) fn booking(upstream: &TestServer) -> Value {
    json!({
        "name": "book", "description": "Books a slot", "kind": "webhook",
        "webhook": {"url": upstream.url("/book"), "method": "POST", "body": {"slot": "{{input.date}}"}},
        "input_schema": {"type": "object", "properties": {"date": {"type": "string"}}, "required": ["date"],
            "additionalProperties": false},
        "timeout_ms": 2000
    })
}

/// A lookup: GET with its arguments in the query.
pub(crate) fn lookup(upstream: &TestServer) -> Value {
    json!({
        "name": "look_up", "description": "Looks something up", "kind": "webhook",
        "webhook": {"url": upstream.url("/customers")},
        "parameters": [{"name": "phone", "schema": {"type": "string"}, "required": true}],
        "timeout_ms": 2000
    })
}
