//! A database of its own for every test, and short ways to fill it.

use std::sync::atomic::{AtomicU32, Ordering};

use hookswitch_model::agent::{Agent, AgentDraft};
use hookswitch_model::draft::{Kind, ToolDraft};
use hookswitch_model::effect::{Effect, Outcome};
use hookswitch_model::event::{EventKind, SessionEvent};
use hookswitch_model::execution::{Act, ActKey, ActState, Execution, ExecutionDetail};
use hookswitch_model::name::{AgentName, OrgName, ToolName};
use hookswitch_model::session::{Channel, Session};
use hookswitch_model::tool::StoredTool;
use hookswitch_model::{ActId, AgentId, Dialect, ExecutionId, Mode, NodeId, Scope, SessionId, Stamp, ToolId};
use hookswitch_store::{
    ActOutcome, DatabaseUrl, NewTool, Project, Store, StoreOptions, Writer, WriterOptions,
};
use hookswitch_testkit::PostgresServer;
use serde_json::{Map, Value, json};

/// Runs every named function of the module on both databases.
macro_rules! suite {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(crate::support::Fixture::sqlite().await).await;
            })+
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(crate::support::Fixture::postgres().await).await;
            })+
        }
    };
}
pub(crate) use suite;

pub(crate) struct Fixture {
    pub(crate) store: Store,
    pub(crate) url: DatabaseUrl,
    pub(crate) _folder: Option<tempfile::TempDir>,
}

/// A tenant with its project `main`.
#[derive(Clone)]
pub(crate) struct Tenant {
    pub(crate) scope: Scope,
    pub(crate) project: Project,
}

impl Fixture {
    pub(crate) async fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = DatabaseUrl::sqlite(folder.path().join("hookswitch.db"));
        let store = Store::open(&url, StoreOptions::default()).await.unwrap();
        Self { store, url, _folder: Some(folder) }
    }

    pub(crate) async fn postgres() -> Self {
        let made = tokio::task::spawn_blocking(|| PostgresServer::shared().create_database());
        let url = DatabaseUrl::parse(&made.await.unwrap().unwrap()).unwrap();
        let options = StoreOptions { postgres_connections: 8, ..StoreOptions::default() };
        let store = Store::open(&url, options).await.unwrap();
        Self { store, url, _folder: None }
    }

    pub(crate) async fn tenant(&self, name: &str) -> Tenant {
        let org = self.store.create_org(&OrgName::parse(name).unwrap()).await.unwrap();
        let project = self.store.project_by_name(org.id, "main").await.unwrap().unwrap();
        Tenant { scope: Scope::new(org.id, Mode::Live), project }
    }

    pub(crate) async fn tool(&self, tenant: &Tenant, name: &str) -> StoredTool {
        self.store.insert_tool(tenant.scope, new_tool(tenant, name), None).await.unwrap()
    }

    pub(crate) async fn agent(&self, tenant: &Tenant, name: &str) -> Agent {
        self.store
            .insert_agent(tenant.scope, tenant.project.id, AgentId::generate(), agent_draft(name))
            .await
            .unwrap()
    }

    pub(crate) async fn session(&self, tenant: &Tenant, agent: Option<AgentId>) -> Session {
        let session = new_session(tenant, agent);
        self.store.insert_session(&session, NodeId::generate(), far()).await.unwrap()
    }

    pub(crate) fn writer(&self) -> Writer {
        Writer::start(self.store.clone(), WriterOptions::default())
    }
}

/// A moment that no test reaches.
pub(crate) fn far() -> Stamp {
    Stamp::from_micros(4_000_000_000_000_000)
}

pub(crate) fn object(value: &Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

pub(crate) fn agent_draft(name: &str) -> AgentDraft {
    AgentDraft {
        prompt: Some("help".to_owned()),
        metadata: object(&json!({"z": 1, "a": 2})),
        ..AgentDraft::new(AgentName::parse(name).unwrap())
    }
}

pub(crate) fn new_tool(tenant: &Tenant, name: &str) -> NewTool {
    let mut draft = ToolDraft::new(name, Kind::Hosted);
    draft.description = format!("what {name} does");
    NewTool {
        id: ToolId::generate(),
        project: tenant.project.id,
        name: ToolName::parse(name).unwrap(),
        dialect: Dialect::Native,
        enabled: true,
        draft,
        seals: Vec::new(),
        signing: None,
    }
}

pub(crate) fn new_session(tenant: &Tenant, agent: Option<AgentId>) -> Session {
    Session {
        id: SessionId::generate(),
        number: 0,
        org: tenant.scope.org,
        mode: tenant.scope.mode,
        project: tenant.project.id,
        agent,
        channel: Channel::Phone,
        system: object(&json!({"from": "+4930123"})),
        variables: object(&json!({"name": "Ada"})),
        tools: Vec::new(),
        mocks: serde_json::from_value(json!({"book": [{"result": {"ok": true}, "fault": "slow"}]})).unwrap(),
        metadata: object(&json!({"crm": 7})),
        created_at: Stamp::now(),
        ended_at: None,
        end_reason: None,
        ends_by: None,
        epoch: 0,
    }
}

pub(crate) fn act_of(session: &Session, tool: ToolId) -> (Act, Execution) {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let mut key = [0_u8; 32];
    key[..4].copy_from_slice(&NEXT.fetch_add(1, Ordering::Relaxed).to_be_bytes());
    let mut execution = execution_of(session, tool);
    execution.outcome = None;
    execution.ended_at = None;
    let act = Act {
        id: ActId::generate(),
        session: session.id,
        tool,
        key: ActKey(key),
        effect: Effect::Action,
        state: ActState::Pending,
        execution: execution.id,
        told: None,
        epoch: session.epoch,
        created_at: Stamp::now(),
        settled_at: None,
        told_at: None,
        tool_call_id: None,
        caller_key: None,
    };
    execution.act = Some(act.id);
    (act, execution)
}

/// A finished read.
pub(crate) fn execution_of(session: &Session, tool: ToolId) -> Execution {
    Execution {
        id: ExecutionId::generate(),
        org: session.org,
        mode: session.mode,
        session: Some(session.id),
        agent: session.agent,
        tool: Some(tool),
        tool_version: Some(1),
        tool_name: "book".to_owned(),
        tool_call_id: "call_1".to_owned(),
        act: None,
        outcome: Some(Outcome::Done),
        timed_out: false,
        test: false,
        error: None,
        detail: ExecutionDetail {
            arguments: json!({"z": "first", "a": "second", "nul": "\u{0}"}),
            ..ExecutionDetail::default()
        },
        queue_us: 5,
        total_us: 1000,
        created_at: Stamp::now(),
        ended_at: Some(Stamp::now()),
    }
}

pub(crate) fn outcome_of(act: &Act, state: ActState) -> ActOutcome {
    ActOutcome { act: act.id, state, told: Some(json!({"booked": true})), settled_at: Stamp::now() }
}

pub(crate) fn ended(mut execution: Execution, outcome: Outcome) -> Execution {
    execution.outcome = Some(outcome);
    execution.ended_at = Some(Stamp::now());
    execution
}

pub(crate) fn event_of(session: SessionId, seq: u64) -> SessionEvent {
    let data = json!({"seq": seq});
    SessionEvent { session, seq, at: Stamp::now(), kind: EventKind::CallAnswered, data }
}
