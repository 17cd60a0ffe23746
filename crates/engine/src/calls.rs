//! Phone calls of sessions, as the call engine tells of them: what it says is taken in, and a session whose call has
//! ended ends.

use std::sync::Arc;
use std::time::{Duration, Instant};

use hookswitch_model::definition::ToolKind;
use hookswitch_model::draft::CallControlDraft;
use hookswitch_model::session::EndReason;
use hookswitch_model::{ActId, ExecutionId, Outcome, ToolId};
use hookswitch_registry::CallPort;
use hookswitch_telephony::{CallEvent, Driver, EventKind, OpResult};
use http::HeaderMap;
use serde_json::Value;
use tokio::sync::broadcast::error::RecvError;

use crate::Engine;
use crate::session::{LiveSession, LiveTool};

impl Engine {
    /// Takes events that the call engine posted: `None` when there is no call engine, `false` when it was not its
    /// signature.
    pub fn take_call_events(&self, headers: &HeaderMap, body: &[u8]) -> Option<bool> {
        let driver = self.inner.settings.calls.driver.as_ref()?;
        Some(driver.deliver(headers, body))
    }

    /// Follows the calls of sessions for as long as the engine lives.
    pub(crate) fn follow_calls(&self) {
        let Some(mut events) = self.inner.settings.calls.driver.as_ref().and_then(|driver| driver.listen())
        else {
            return;
        };
        let weak = Arc::downgrade(&self.inner);
        tokio::spawn(async move {
            loop {
                let event = match events.recv().await {
                    Ok(event) => event,
                    // Sessions whose end was missed end by being idle.
                    Err(RecvError::Lagged(_)) => continue,
                    Err(RecvError::Closed) => return,
                };
                let Some(inner) = weak.upgrade() else { return };
                Self { inner }.hear_of_call(&event);
            }
        });
    }

    fn hear_of_call(&self, event: &CallEvent) {
        if !matches!(event.kind, EventKind::Ended { .. }) {
            return;
        }
        for session in self.inner.sessions.all().into_iter().filter(|session| is_about(session, &event.call))
        {
            let engine = self.clone();
            self.inner.tasks.spawn(async move {
                engine.let_call_control_answer(&session).await;
                if let Err(error) = engine.end(&session, EndReason::Ended).await {
                    tracing::warn!(session = %session.id, %error, "a session could not be ended with its call");
                }
            });
        }
    }

    /// The outcome of the operation that ended the call came just before: its answer is to be told.
    async fn let_call_control_answer(&self, session: &LiveSession) {
        let until = Instant::now() + ANSWERS_WITHIN;
        while Instant::now() < until && has_call_control_running(session) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

/// How long what hangs up may take to be answered when the call is over.
const ANSWERS_WITHIN: Duration = Duration::from_millis(80);

fn has_call_control_running(session: &LiveSession) -> bool {
    let state = session.state.lock();
    state.calls.values().any(|open| {
        let tool = open.work.tool.as_ref();
        let is_call_control =
            |tool: &Arc<LiveTool>| matches!(tool.prepared.definition.kind, ToolKind::CallControl(_));
        open.is_running && tool.is_some_and(is_call_control)
    })
}

/// How long an operation that still runs is waited for.
const STILL_RUNS: Duration = Duration::from_mins(15);

impl Engine {
    /// Asks the call engine for acts whose outcome a killed server did not hear; nothing is repeated.
    pub(crate) fn ask_call_engine(
        &self,
        session: &Arc<LiveSession>,
        unknown: Vec<(ActId, ExecutionId, ToolId)>,
    ) {
        let call = session.cast().system.get("call_id").and_then(Value::as_str).map(str::to_owned);
        let (Some(driver), Some(call)) = (self.inner.settings.calls.driver.clone(), call) else { return };
        let is_call_control = |tool: &ToolId| {
            let cast = session.cast();
            let mut tools = cast.tools.iter();
            let found = tools.find(|live| live.prepared.id == *tool);
            found.is_some_and(|live| matches!(live.prepared.definition.kind, ToolKind::CallControl(_)))
        };
        let asked: Vec<_> = unknown.into_iter().filter(|(_, _, tool)| is_call_control(tool)).collect();
        if asked.is_empty() {
            return;
        }
        let (engine, scope) = (self.clone(), session.scope);
        self.inner.tasks.spawn(async move {
            for (act, execution, _) in asked {
                let Some(result) = outcome_of(driver.as_ref(), &call, &act.to_string()).await else {
                    continue;
                };
                let outcome = result.outcome();
                if matches!(outcome, Outcome::Done | Outcome::Failed)
                    && let Err(error) = engine.settle(scope, execution, outcome, Some(result.told())).await
                {
                    tracing::info!(%execution, %error, "an act was settled otherwise");
                }
            }
        });
    }
}

/// What the call engine knows of an operation, now or when it has ended.
async fn outcome_of(driver: &dyn Driver, call: &str, key: &str) -> Option<OpResult> {
    let status = driver.status(call).await.ok()?;
    let operation = status.operations.into_iter().find(|operation| operation.operation == key)?;
    match operation.result {
        Some(result) => Some(result),
        None => tokio::time::timeout(STILL_RUNS, driver.outcome(call, key)).await.ok().flatten(),
    }
}

fn is_about(session: &LiveSession, call: &str) -> bool {
    session.cast().system.get("call_id").and_then(Value::as_str) == Some(call)
}

/// What a tool needs of the call engine and the engine lacks, for the registry.
#[derive(Debug)]
pub(crate) struct CallAbilities(pub(crate) Arc<dyn Driver>);

impl CallPort for CallAbilities {
    fn missing(&self, draft: &CallControlDraft) -> Vec<String> {
        let needs = hookswitch_executors::call_control::needs(draft);
        let has = self.0.capabilities();
        // An engine that has not been heard of yet may be able to do anything.
        if has.iter().next().is_none() {
            return Vec::new();
        }
        has.missing(&needs).iter().map(ToString::to_string).collect()
    }
}
