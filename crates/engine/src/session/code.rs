//! Code of a session, made ready before its first call; and what is told while its packages are not there.

use std::sync::{Arc, Weak};
use std::time::Duration;

use hookswitch_executors::python::{NotHeld, tenant_of};
use hookswitch_model::definition::ToolKind;
use hookswitch_model::draft::Kind;
use hookswitch_model::event::EventKind;
use serde_json::json;

use super::LiveSession;
use super::live::LiveTool;
use crate::Engine;

/// Most code tools of one session that processes are made for ahead of their calls.
const MOST_WARMED: usize = 16;
/// How long a session's tool waits for its packages; a call asks again by itself.
const LONGEST: Duration = Duration::from_mins(10);

impl Engine {
    /// Has processes made for the session's code, so that its first calls find them waiting.
    pub(crate) fn warm_code(&self, session: &Arc<LiveSession>) {
        // A simulation runs no code.
        if session.is_simulated() {
            return;
        }
        let cast = session.cast();
        let code = cast.tools.iter().filter(|tool| tool.prepared.definition.kind.kind() == Kind::Python);
        for tool in code.take(MOST_WARMED) {
            // Nobody waits for it, and a failure shows at the call.
            tokio::spawn(make_ready(self.clone(), Arc::downgrade(session), Arc::clone(tool)));
        }
    }
}

async fn make_ready(engine: Engine, session: Weak<LiveSession>, tool: Arc<LiveTool>) {
    let Some(error) = hold(&engine, &session, &tool).await else { return };
    tracing::debug!(tool = %tool.prepared.id, %error, "no process waits for a tool");
    if !tell(&engine, &session, &tool, &error).await {
        return;
    }
    let (NotHeld::Preparing, ToolKind::Python(python), Some(scope)) =
        (&error, &tool.prepared.definition.kind, session.upgrade().map(|session| session.scope))
    else {
        return;
    };
    let runner = &engine.inner.settings.python;
    runner.packages_within(&tenant_of(scope.org, scope.mode), python, LONGEST).await;
    match hold(&engine, &session, &tool).await {
        Some(error) => {
            tell(&engine, &session, &tool, &error).await;
        }
        None => note(&engine, &session, &tool, "packages_ready", "packages are ready").await,
    }
}

/// Gets the tool ready; why that failed, while the session lives.
async fn hold(engine: &Engine, session: &Weak<LiveSession>, tool: &LiveTool) -> Option<NotHeld> {
    let scope = session.upgrade()?.scope;
    tool.slot.held(engine, scope, &tool.prepared).await.err()
}

/// Tells of packages that are not there; whether there was something to tell.
async fn tell(engine: &Engine, session: &Weak<LiveSession>, tool: &LiveTool, error: &NotHeld) -> bool {
    let is_of_packages = matches!(error, NotHeld::Preparing | NotHeld::Impossible(_));
    if is_of_packages {
        note(engine, session, tool, error.code(), &error.to_string()).await;
    }
    is_of_packages
}

async fn note(engine: &Engine, session: &Weak<LiveSession>, tool: &LiveTool, code: &str, message: &str) {
    if let Some(session) = session.upgrade() {
        let data = json!({"code": code, "tool": tool.function, "message": message});
        engine.append_event(&session, EventKind::Warning, data).await;
    }
}
