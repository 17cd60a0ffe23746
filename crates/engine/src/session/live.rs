//! A session in memory: what never changes beside one lock around what does.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use hookswitch_model::mock::{MockAnswer, Mocks};
use hookswitch_model::session::Channel;
use hookswitch_model::{ActId, AgentId, ExecutionId, Now, ProjectId, Scope, SessionId, Stamp};
use hookswitch_registry::Prepared;
use hookswitch_session::{CallRules, Machine, TimerId};
use parking_lot::{Mutex, RwLock};
use serde_json::{Map, Value};
use tokio::sync::{Notify, broadcast, oneshot};
use tokio::task::AbortHandle;
use tokio_util::sync::CancellationToken;

use super::kept::Kept;
use crate::answers::CallAnswer;
use crate::events::Noted;
use crate::execute::Slot;
use crate::link::{OpenAsk, Seats};
use crate::trace::Traceparent;
use hookswitch_model::event::SessionEvent;

/// A tool of a session, ready to run.
#[derive(Debug)]
pub(crate) struct LiveTool {
    pub(crate) function: String,
    pub(crate) prepared: Arc<Prepared>,
    pub(crate) rules: Arc<CallRules>,
    /// The binding's config, secret fields as references.
    pub(crate) config: Map<String, Value>,
    /// Whether it was enabled when it was last looked at.
    pub(crate) is_offered: AtomicBool,
    /// A process that waits for its calls, when it is code.
    pub(crate) slot: Arc<Slot>,
}

/// An agent and its tools.
#[derive(Debug)]
pub(crate) struct Cast {
    pub(crate) agent: Option<AgentId>,
    pub(crate) system: Value,
    pub(crate) tools: Vec<Arc<LiveTool>>,
    by_function: HashMap<String, usize>,
}

impl Cast {
    pub(crate) fn new(agent: Option<AgentId>, system: Value, tools: Vec<Arc<LiveTool>>) -> Self {
        let by_function = tools.iter().enumerate().map(|(at, tool)| (tool.function.clone(), at)).collect();
        Self { agent, system, tools, by_function }
    }

    /// The tool of a function name; names are never guessed.
    pub(crate) fn tool(&self, function: &str) -> Option<&Arc<LiveTool>> {
        self.by_function.get(function).and_then(|at| self.tools.get(*at))
    }
}

/// The mocks of a simulated session, with how many answers each has given.
#[derive(Debug)]
pub(crate) struct LiveMocks {
    mocks: Mocks,
    given: Mutex<HashMap<String, usize>>,
}

impl LiveMocks {
    pub(crate) fn new(mocks: Mocks) -> Self {
        Self { mocks, given: Mutex::default() }
    }

    /// The next answer for a tool, found by the function name that the model sees, else by its own name.
    pub(crate) fn next(&self, tool: &LiveTool) -> Option<MockAnswer> {
        let own = tool.prepared.definition.name.as_str();
        let name = [tool.function.as_str(), own].into_iter().find(|name| self.mocks.0.contains_key(*name))?;
        let answers = self.mocks.0.get(name)?;
        let mut given = self.given.lock();
        let given = given.entry(name.to_owned()).or_default();
        let answer = answers.get(*given).or_else(|| answers.last()).cloned();
        *given += 1;
        answer
    }

    /// Whether a tool has any.
    pub(crate) fn has(&self, tool: &LiveTool) -> bool {
        let own = tool.prepared.definition.name.as_str();
        self.mocks.0.contains_key(&tool.function) || self.mocks.0.contains_key(own)
    }
}

/// A session that this node runs.
#[derive(Debug)]
pub(crate) struct LiveSession {
    pub(crate) id: SessionId,
    pub(crate) scope: Scope,
    pub(crate) project: ProjectId,
    pub(crate) channel: Channel,
    pub(crate) metadata: Map<String, Value>,
    pub(crate) created_at: Stamp,
    /// When it ends at the latest.
    pub(crate) ends_by: Option<Stamp>,
    /// Whether somebody outside is told when a call starts, reads too.
    pub(crate) tells_starts: bool,
    pub(crate) epoch: i64,
    /// Who is on stage; another agent after a hand-over.
    pub(crate) cast: RwLock<Arc<Cast>>,
    /// Answers that stand in for its tools.
    pub(crate) mocks: Option<LiveMocks>,
    pub(crate) origin: Instant,
    /// The number of the last event before this life of the session.
    pub(crate) first_seq: u64,
    pub(crate) live_events: broadcast::Sender<Arc<Noted>>,
    /// Told when a runtime or an app joins or is gone for good.
    pub(crate) seats_changed: Notify,
    pub(crate) state: Mutex<State>,
}

/// What changes.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) machine: Machine,
    pub(crate) calls: HashMap<ExecutionId, OpenCall>,
    pub(crate) kept: Kept,
    pub(crate) variables: Arc<Value>,
    pub(crate) timers: HashMap<TimerId, AbortHandle>,
    /// Who is connected.
    pub(crate) seats: Seats,
    /// What was asked of the app or the runtime and is not answered.
    pub(crate) asks: HashMap<ExecutionId, OpenAsk>,
    pub(crate) last_seq: u64,
    pub(crate) unsaved_events: VecDeque<SessionEvent>,
    /// Acts whose answers were told and whose rows do not say so yet.
    pub(crate) unsaved_told: VecDeque<(ActId, Stamp)>,
    pub(crate) ended_at: Option<Stamp>,
    pub(crate) last_used: Instant,
}

/// A call that has not been answered, or still runs.
#[derive(Debug)]
pub(crate) struct OpenCall {
    pub(crate) work: Arc<Work>,
    pub(crate) waiter: Option<oneshot::Sender<CallAnswer>>,
    /// Cancelled by an order to abort it.
    pub(crate) abort: CancellationToken,
    /// Whether its execution still runs.
    pub(crate) is_running: bool,
    /// The act that it carries out.
    pub(crate) act: Option<ActId>,
}

/// What is to be done for a call.
#[derive(Debug)]
pub(crate) struct Work {
    pub(crate) execution: ExecutionId,
    pub(crate) tool_call_id: String,
    /// The name that the model used.
    pub(crate) name: String,
    /// None when the call was refused before its tool was known.
    pub(crate) tool: Option<Arc<LiveTool>>,
    /// The checked arguments.
    pub(crate) arguments: Value,
    pub(crate) fingerprint: hookswitch_model::execution::ActKey,
    /// The caller's own idempotency key.
    pub(crate) caller_key: Option<String>,
    /// The line that came with the call.
    pub(crate) line: Option<String>,
    /// The caller's trace context.
    pub(crate) traceparent: Option<Traceparent>,
    /// Ends when nothing of the call is under way any more.
    pub(crate) span: tracing::Span,
    pub(crate) created_at: Stamp,
}

impl LiveSession {
    /// Both clocks now.
    pub(crate) fn now(&self) -> Now {
        Now { wall: Stamp::now(), mono: self.origin.elapsed() }
    }

    /// Who is on stage now.
    pub(crate) fn cast(&self) -> Arc<Cast> {
        Arc::clone(&self.cast.read())
    }

    /// Whether its tools are mocks.
    pub(crate) const fn is_simulated(&self) -> bool {
        self.mocks.is_some()
    }
}

impl State {
    /// Whether nothing is going on.
    pub(crate) fn is_quiet(&self) -> bool {
        self.calls.is_empty() && self.timers.is_empty() && !self.has_unsaved()
    }

    /// Whether something is to be handed to the writer.
    pub(crate) fn has_unsaved(&self) -> bool {
        !self.unsaved_events.is_empty() || !self.unsaved_told.is_empty()
    }
}
