//! Loading a session: restart, eviction and takeover are the same path (architecture: Storage and scale).

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use hookswitch_model::definition::ToolKind;
use hookswitch_model::draft::Kind;
use hookswitch_model::event::EventKind;
use hookswitch_model::execution::{Act, ActState};
use hookswitch_model::session::{PinnedTool, Session};
use hookswitch_model::{Outcome, Scope, SessionId, Stamp};
use hookswitch_registry::Prepared;
use hookswitch_session::{CallRules, Event, Machine, RestoredAct};
use hookswitch_store::{Durability, LoadedSession, StoreError, Undelivered};
use parking_lot::{Mutex, RwLock};
use serde_json::{Value, json};
use tokio::sync::{Notify, broadcast};

use super::{Cast, Kept, LiveMocks, LiveSession, LiveTool, State};
use crate::Engine;
use crate::error::EngineError;
use crate::link::Seats;
use crate::told;

/// How long this node owns a session before it must say so again.
const LEASE: Duration = Duration::from_secs(20);
/// Live events that a slow reader may fall behind before it is sent back to the store.
const EVENT_BACKLOG: usize = 32;

/// Until when this node owns a session that it takes now.
pub(crate) fn lease() -> Stamp {
    Stamp::now().plus(LEASE)
}

impl Engine {
    /// The session of an id, loaded when it is not in memory.
    pub(crate) async fn live_session(
        &self,
        scope: Scope,
        id: SessionId,
    ) -> Result<Arc<LiveSession>, EngineError> {
        let session = match self.inner.sessions.get(id) {
            Some(session) => session,
            None => self.load_session(scope, id).await?,
        };
        // The table knows no tenants; the id alone opens nothing.
        if session.scope.org == scope.org && session.scope.mode == scope.mode {
            Ok(session)
        } else {
            Err(EngineError::NotFound("session"))
        }
    }

    async fn load_session(&self, scope: Scope, id: SessionId) -> Result<Arc<LiveSession>, EngineError> {
        let stored = self.inner.store.get_session(scope, id).await.map_err(EngineError::absent("session"))?;
        if stored.ended_at.is_some() {
            self.give_up_after_end(id).await?;
            return Err(EngineError::SessionEnded);
        }
        let _one_at_a_time = self.inner.sessions.loading.lock().await;
        if let Some(session) = self.inner.sessions.get(id) {
            return Ok(session);
        }
        let loaded = self.claim(id).await?;
        // It was loaded and ended by somebody else while this waited for its turn.
        if loaded.session.ended_at.is_some() {
            return Err(EngineError::SessionEnded);
        }
        let undelivered = loaded.undelivered;
        let unknown = loaded.acts.iter().filter(|act| act.state == ActState::Unknown);
        let unknown: Vec<_> = unknown.map(|act| (act.id, act.execution, act.tool)).collect();
        let live = self.bring_to_life(loaded.session, loaded.last_seq, loaded.acts).await?;
        self.ask_call_engine(&live, unknown);
        for answer in undelivered {
            let act = answer.act;
            let (kind, data) = told_at_last(answer);
            live.state.lock().unsaved_told.push_back((act, Stamp::now()));
            self.append_event(&live, kind, data).await;
        }
        self.warm_code(&live);
        Ok(live)
    }

    /// Acts that ran on over the end of their session, on a server that was killed: nobody will load the session
    /// again to find them.
    pub(crate) async fn give_up_after_end(&self, id: SessionId) -> Result<(), EngineError> {
        let store = &self.inner.store;
        if !store.has_pending_acts_any_tenant(id).await? {
            return Ok(());
        }
        match self.claim(id).await {
            // Another node was quicker.
            Ok(_) | Err(EngineError::Unavailable(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Takes a session over. A SQLite file has one server; with PostgreSQL another one may hold the session until
    /// its lease ends.
    pub(crate) async fn claim(&self, id: SessionId) -> Result<LoadedSession, EngineError> {
        let (store, node) = (&self.inner.store, self.inner.node);
        let claimed = match store.durability() {
            Durability::Sqlite { .. } => store.claim_session_any_tenant(id, node, lease()).await,
            Durability::Postgres { .. } => {
                store.claim_free_session_any_tenant(id, node, Stamp::now(), lease()).await
            }
        };
        claimed.map_err(|error| match error {
            StoreError::Conflict { .. } => EngineError::Unavailable("the session is held by another server"),
            StoreError::NotFound => EngineError::NotFound("session"),
            other => EngineError::Store(other),
        })
    }

    /// The tools of a session, ready to run.
    pub(super) async fn prepare_pinned(&self, scope: Scope, pinned: Vec<PinnedTool>) -> Vec<Arc<LiveTool>> {
        let registry = &self.inner.registry;
        let mut tools = Vec::with_capacity(pinned.len());
        for pinned in pinned {
            match registry.prepared_with(scope, pinned.tool, pinned.version, &pinned.changes).await {
                Ok(prepared) => tools.push(Arc::new(LiveTool {
                    function: pinned.function,
                    rules: Arc::new(rules_of(&prepared)),
                    config: pinned.config,
                    is_offered: AtomicBool::new(true),
                    slot: Arc::default(),
                    prepared,
                })),
                // A tool deleted since: the session goes on without it.
                Err(error) => tracing::warn!(tool = %pinned.tool, %error, "a tool of the session is gone"),
            }
        }
        tools
    }

    /// Puts a stored session into memory.
    pub(crate) async fn bring_to_life(
        &self,
        session: Session,
        last_seq: u64,
        acts: Vec<Act>,
    ) -> Result<Arc<LiveSession>, EngineError> {
        let scope = Scope::new(session.org, session.mode);
        let system = own_values(&session);
        let tools = self.prepare_pinned(scope, session.tools).await;
        let mut machine = Machine::new(self.inner.settings.machine.clone());
        let origin = Instant::now();
        let restored: Vec<RestoredAct> = acts.iter().map(|act| restore(act, &tools)).collect();
        if !restored.is_empty() {
            let now = hookswitch_model::Now { wall: Stamp::now(), mono: Duration::ZERO };
            // Nothing runs in a session that was just loaded: restoring gives no orders.
            machine.on(Event::Restore(restored), now, &mut Vec::new());
        }
        let store = &self.inner.store;
        let live = Arc::new(LiveSession {
            id: session.id,
            scope,
            project: session.project,
            channel: session.channel,
            metadata: session.metadata,
            created_at: session.created_at,
            ends_by: session.ends_by,
            tells_starts: store.is_told_of(scope, session.id, EventKind::CallStarted).await?,
            epoch: session.epoch,
            cast: RwLock::new(Arc::new(Cast::new(session.agent, system, tools))),
            mocks: session.mocks.map(LiveMocks::new),
            origin,
            first_seq: last_seq,
            live_events: broadcast::channel(EVENT_BACKLOG).0,
            seats_changed: Notify::new(),
            state: Mutex::new(State {
                machine,
                calls: HashMap::new(),
                kept: Kept::new(self.inner.settings.kept_results),
                variables: Arc::new(Value::Object(session.variables)),
                timers: HashMap::new(),
                seats: Seats::default(),
                asks: HashMap::new(),
                last_seq,
                unsaved_events: VecDeque::new(),
                unsaved_told: VecDeque::new(),
                ended_at: None,
                last_used: origin,
            }),
        });
        if self.inner.sessions.put(Arc::clone(&live)) {
            self.end_in_time(&live);
            Ok(live)
        } else {
            Err(EngineError::Unavailable("this server has as many sessions as it may"))
        }
    }
}

/// The values of a session that templates may name: those that are stored, and those that follow from its row.
pub(super) fn own_values(session: &Session) -> Value {
    let mut system = session.system.clone();
    system.insert("session_id".to_owned(), Value::from(session.id.to_string()));
    system.insert("session_uuid".to_owned(), Value::from(session.id.uuid().to_string()));
    system.insert("session_number".to_owned(), Value::from(session.number));
    system.insert("channel".to_owned(), json!(session.channel));
    system.entry("call_id").or_insert_with(|| Value::from(session.id.to_string()));
    Value::Object(system)
}

/// What the session is told of an act that nobody had been told of when the server went down: its answer, where that
/// was on disk; else that nothing is known of it.
fn told_at_last(answer: Undelivered) -> (EventKind, Value) {
    let Undelivered { act, execution, tool_call_id, told } = answer;
    if let Some(result) = told {
        let data = json!({"execution_id": execution, "act_id": act, "tool_call_id": tool_call_id,
            "result": result});
        return (EventKind::ResultLate, data);
    }
    let text = "the server stopped before the outcome was known";
    let data = json!({"execution_id": execution, "act_id": act, "tool_call_id": tool_call_id,
        "outcome": Outcome::Unknown, "told": told::failure(Outcome::Unknown, text)});
    (EventKind::CallAnswered, data)
}

fn rules_of(prepared: &Prepared) -> CallRules {
    let definition = &prepared.definition;
    CallRules {
        effect: definition.effect,
        effect_declared: definition.effect_declared,
        repeats: definition.repeats,
        speech: definition.speech.clone(),
        cache_for: definition.cache,
        budget: definition.timeout,
        is_call_control: definition.kind.kind() == Kind::CallControl,
        is_client: matches!(definition.kind, ToolKind::Client),
    }
}

fn restore(act: &Act, tools: &[Arc<LiveTool>]) -> RestoredAct {
    let rules = tools.iter().find(|tool| tool.prepared.id == act.tool).map(|tool| &tool.rules);
    RestoredAct {
        act: act.id,
        tool: act.tool,
        fingerprint: act.key,
        effect_declared: rules.is_some_and(|rules| rules.effect_declared),
        alone: rules.is_some_and(|rules| rules.acts_alone()),
        state: act.state,
        execution: act.execution,
        tool_call_id: act.tool_call_id.clone(),
        caller_key: act.caller_key.clone(),
        told_at: act.told_at,
    }
}
