//! Starting a session: its tools are pinned as they are now.

use std::collections::HashSet;

use hookswitch_egress::{ACTION_IDLE, Freshness};
use hookswitch_model::changes::DraftChanges;
use hookswitch_model::definition::ToolKind;
use hookswitch_model::draft::{CallOperation, NameSuffix};
use hookswitch_model::event::EventKind;
use hookswitch_model::name::function_text;
use hookswitch_model::session::{PinnedTool, Session};
use hookswitch_model::tool::StoredTool;
use hookswitch_model::{AgentId, Effect, Findings, ProjectId, Scope, SessionId, Stamp};
use hookswitch_registry::Registry;
use hookswitch_store::StoreError;
use serde_json::{Map, Value, json};

use super::load::lease;
use super::numbers;
use crate::Engine;
use crate::error::EngineError;
use crate::execute::first_address;
use crate::input::{SessionStart, StartTool};
use crate::session::view::SessionView;

/// Most tools of a session.
const MOST_TOOLS: usize = 128;
/// Most bytes of a session's own data as JSON.
const MOST_DATA: usize = 256 * 1024;

/// A tool that a session is to have.
struct Wanted {
    tool: StoredTool,
    config: Map<String, Value>,
    changes: DraftChanges,
}

impl Engine {
    /// Starts a session. `project` is the key's own, used when the request names none.
    pub async fn start_session(
        &self,
        scope: Scope,
        project: ProjectId,
        start: SessionStart,
    ) -> Result<SessionView, EngineError> {
        self.start_session_as(scope, project, SessionId::generate(), start).await
    }

    /// The same under an id that the caller has generated: for sessions with tools of their own, which are made before.
    pub async fn start_session_as(
        &self,
        scope: Scope,
        project: ProjectId,
        id: SessionId,
        start: SessionStart,
    ) -> Result<SessionView, EngineError> {
        if self.is_draining() {
            return Err(EngineError::Draining);
        }
        if self.inner.sessions.is_full() {
            return Err(EngineError::Unavailable("this server has as many sessions as it may"));
        }
        check_data(&start)?;
        let (system, variables, pinned) = self.prepare_start(scope, id, &start).await?;
        let now = Stamp::now();
        let session = Session {
            id,
            number: 0,
            org: scope.org,
            mode: scope.mode,
            project: start.project.unwrap_or(project),
            agent: start.agent,
            channel: start.channel,
            system,
            variables,
            tools: pinned,
            mocks: start.mocks,
            metadata: start.metadata,
            created_at: now,
            ended_at: None,
            ends_by: start.longest.map(|longest| now.plus(longest)),
            end_reason: None,
            epoch: 1,
        };
        let inserted = self.inner.store.insert_session(&session, self.inner.node, lease()).await;
        let session = inserted.map_err(|error| match error {
            StoreError::Full { most, .. } => EngineError::Crowded(most),
            other => EngineError::Store(other),
        })?;
        let live = self.bring_to_life(session, 0, Vec::new()).await?;
        self.inner.counters.session_started();
        let cast = live.cast();
        let tools: Vec<&str> = cast.tools.iter().map(|tool| tool.function.as_str()).collect();
        let mut data = json!({"agent_id": cast.agent, "channel": live.channel, "tools": tools});
        if live.is_simulated() {
            data["simulated"] = Value::Bool(true);
        }
        self.append_event(&live, EventKind::SessionStarted, data).await;
        self.warm(&live);
        self.warm_code(&live);
        Ok(SessionView::of(&live))
    }

    async fn prepare_start(
        &self,
        scope: Scope,
        id: SessionId,
        start: &SessionStart,
    ) -> Result<(Map<String, Value>, Map<String, Value>, Vec<PinnedTool>), EngineError> {
        let mut system = start.system.clone();
        numbers::add_derived(&mut system);
        let mut variables = Map::new();
        let mut wanted: Vec<Wanted> = Vec::new();
        if let Some(project) = start.project {
            self.inner.registry.get_project(scope, project).await?;
        }
        if let Some(id) = start.agent {
            let agent = self.inner.registry.get_agent(scope, id).await?;
            variables.clone_from(&agent.draft.variables);
            if let Some(zone) = &agent.draft.timezone {
                system.entry("timezone").or_insert_with(|| json!(zone));
            }
            if agent.draft.disabled {
                return Err(EngineError::finding("$.agent", "agent_disabled", "the agent is disabled"));
            }
            system.insert("agent_id".to_owned(), json!(id));
            system.insert("agent_uuid".to_owned(), json!(id.uuid()));
            system.insert("agent_long_id".to_owned(), json!(id.long()));
            system.insert("agent_number".to_owned(), json!(agent.number));
            system.insert("agent_name".to_owned(), json!(agent.draft.name));
            wanted = self.bound_tools(scope, id).await?;
        }
        variables.extend(start.variables.clone());
        for (index, named) in start.tools.iter().enumerate() {
            let named = self.named_tool(scope, id, index, named).await?;
            wanted.retain(|other| other.tool.id != named.tool.id);
            wanted.push(named);
        }
        if wanted.len() > MOST_TOOLS {
            let message = format!("at most {MOST_TOOLS} tools");
            return Err(EngineError::finding("$.tools", "too_many", message));
        }
        Ok((system, variables, pin(wanted)))
    }

    /// A tool that a session gets by name.
    async fn named_tool(
        &self,
        scope: Scope,
        id: SessionId,
        index: usize,
        named: &StartTool,
    ) -> Result<Wanted, EngineError> {
        let found = self.inner.store.get_tool_for_session(scope, id, named.tool).await;
        let tool = found.map_err(|error| match error {
            StoreError::NotFound => {
                EngineError::finding(&format!("$.tools[{index}]"), "unknown_tool", "there is no such tool")
            }
            other => EngineError::Store(other),
        })?;
        let at = format!("$.tools[{index}].config");
        Registry::check_loose_config(tool.draft.config_schema.as_ref(), &named.config, &at)?;
        Ok(Wanted { tool, config: named.config.clone(), changes: DraftChanges::default() })
    }

    /// These tools, pinned for a session. One that its agent is bound to keeps the binding's settings.
    pub(super) async fn pin_named(
        &self,
        scope: Scope,
        id: SessionId,
        agent: Option<AgentId>,
        tools: &[StartTool],
    ) -> Result<Vec<PinnedTool>, EngineError> {
        if tools.len() > MOST_TOOLS {
            let message = format!("at most {MOST_TOOLS} tools");
            return Err(EngineError::finding("$.tools", "too_many", message));
        }
        let mut bound = match agent {
            Some(agent) => self.bound_tools(scope, agent).await?,
            None => Vec::new(),
        };
        let mut wanted: Vec<Wanted> = Vec::with_capacity(tools.len());
        for (index, named) in tools.iter().enumerate() {
            if wanted.iter().any(|other| other.tool.id == named.tool) {
                continue;
            }
            let at = bound.iter().position(|bound| bound.tool.id == named.tool && named.config.is_empty());
            wanted.push(match at {
                Some(at) => bound.swap_remove(at),
                None => self.named_tool(scope, id, index, named).await?,
            });
        }
        Ok(pin(wanted))
    }

    /// The tools that an agent is bound to now.
    async fn bound_tools(&self, scope: Scope, agent: AgentId) -> Result<Vec<Wanted>, EngineError> {
        let mut wanted = Vec::new();
        for binding in self.inner.store.list_bindings(scope, agent).await? {
            if binding.enabled {
                let tool = self.inner.registry.get_tool(scope, binding.tool).await?;
                wanted.push(Wanted { tool, config: binding.config, changes: binding.changes });
            }
        }
        Ok(wanted)
    }

    /// The same, pinned for a session that is handed over to the agent.
    pub(super) async fn pin_bound(
        &self,
        scope: Scope,
        agent: AgentId,
    ) -> Result<Vec<PinnedTool>, EngineError> {
        Ok(pin(self.bound_tools(scope, agent).await?))
    }

    /// Opens connections for the session's tools, so that its first calls find them open.
    pub(crate) fn warm(&self, session: &super::LiveSession) {
        let policy = self.inner.egress.policy();
        let mut hosts = HashSet::new();
        // A simulation reaches nobody.
        let cast = session.cast();
        let tools = if session.is_simulated() { &[][..] } else { &cast.tools };
        for tool in tools {
            let definition = &tool.prepared.definition;
            if let Some((base, tls)) = first_address(&definition.kind, &self.inner.settings.aws)
                && let Ok(url) = policy.check_url(&base)
                && hosts.insert(base)
                && hosts.len() <= 8
            {
                let egress = self.inner.egress.clone();
                let is_read = definition.effect == Effect::Read;
                let freshness = if is_read { Freshness::Any } else { Freshness::IdleUnder(ACTION_IDLE) };
                // Nobody waits for it, and a failure shows at the call.
                tokio::spawn(async move { egress.warm(&url, tls, freshness).await });
            }
        }
    }
}

/// The tools as the session holds them: enabled ones, function names unique. Later ones get `_2`, `_3`; of those that
/// get their number the younger one does.
fn pin(wanted: Vec<Wanted>) -> Vec<PinnedTool> {
    let offered: Vec<Wanted> = wanted.into_iter().filter(|wanted| wanted.tool.enabled).collect();
    let mut order: Vec<usize> = (0..offered.len()).collect();
    order.sort_by_key(|at| {
        let tool = &offered[*at].tool;
        let by_number = tool.draft.function.as_ref().is_some_and(|own| own.suffix == NameSuffix::ToolNumber);
        if by_number { tool.number } else { 0 }
    });
    let mut taken = HashSet::new();
    let mut functions = vec![String::new(); offered.len()];
    for at in order {
        functions[at] = unique_function(&offered[at].tool, &mut taken);
    }
    let pinned = offered.into_iter().zip(functions).map(|(Wanted { tool, config, changes }, function)| {
        PinnedTool { tool: tool.id, version: tool.version, function, config, changes }
    });
    pinned.collect()
}

fn unique_function(tool: &StoredTool, taken: &mut HashSet<String>) -> String {
    let own = tool.draft.function.clone().unwrap_or_default();
    let base = function_text(own.name.as_deref().unwrap_or(&tool.draft.name));
    let with = |suffix: String| format!("{}{suffix}", &base[..base.len().min(64 - suffix.len())]);
    let mut function = base.clone();
    if taken.contains(&function) && own.suffix == NameSuffix::ToolNumber {
        function = with(format!("_{}", tool.number));
    }
    let mut number = 1;
    while !taken.insert(function.clone()) {
        number += 1;
        function = with(format!("_{number}"));
    }
    function
}

fn check_data(start: &SessionStart) -> Result<(), EngineError> {
    if let Some(mocks) = &start.mocks {
        let mut findings = Findings::default();
        mocks.check(&mut findings);
        if findings.has_errors() {
            return Err(EngineError::Invalid(findings));
        }
        if serde_json::to_string(mocks).map_or(0, |text| text.len()) > 4 * MOST_DATA {
            return Err(EngineError::finding("$.mocks", "too_long", "at most 1 MiB of JSON"));
        }
    }
    for (path, map) in
        [("$.system", &start.system), ("$.variables", &start.variables), ("$.metadata", &start.metadata)]
    {
        if serde_json::to_string(map).map_or(0, |text| text.len()) > MOST_DATA {
            return Err(EngineError::finding(path, "too_long", format!("at most {MOST_DATA} bytes of JSON")));
        }
    }
    let zone = start.system.get("timezone").and_then(Value::as_str);
    if zone.is_some_and(|zone| jiff::tz::TimeZone::get(zone).is_err()) {
        let message = "an IANA time zone such as Europe/Berlin";
        return Err(EngineError::finding("$.timezone", "unknown_value", message));
    }
    Ok(())
}

/// Whether this server can carry out tools of a kind.
pub(crate) fn can_run(kind: &ToolKind) -> bool {
    let is_hand_over = matches!(kind, ToolKind::CallControl(control)
        if control.operation == CallOperation::TransferToAgent);
    is_hand_over
        || crate::execute::Means::carries(kind.kind())
        || matches!(kind, ToolKind::Context(_) | ToolKind::Hosted(_))
}
