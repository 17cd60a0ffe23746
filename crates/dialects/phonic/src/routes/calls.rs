//! Outbound calls: checked whole. This server has no call engine to place them with.

use std::collections::HashMap;

use axum::extract::State;
use hookswitch_api::{Sessions, SurfaceState};
use hookswitch_model::name::AgentName;

use super::agent_tools::Place;
use super::bodies::Body;
use super::scopes::project;
use super::{Allowed, Answer, ok};
use crate::PhonicState;
use crate::wire::outbound as wire;
use crate::wire::param_errors::ParamErrors;
use crate::wire::problem::Problem;

pub(super) async fn place(State(state): State<PhonicState>, caller: Allowed<Sessions>, body: Body) -> Answer {
    let (registry, scope) = (state.registry(), caller.scope());
    let mut wanted = wire::read(&body.required()?);
    let project = project(registry, scope, wanted.project.as_deref().unwrap_or("main")).await?;
    let agent = match &wanted.agent {
        Some(name) => {
            let name = AgentName::parse(name.as_str()).map_err(|_| Problem::not_found("agent"))?;
            Some(registry.agent_by_name(scope, project.id, &name).await?)
        }
        None => match registry.project_settings(scope, project.id).await?.default_agent {
            Some(id) => Some(registry.get_agent(scope, id).await?),
            None => None,
        },
    };
    if agent.is_some_and(|agent| agent.draft.disabled) {
        return Err(Problem::new(409, "Agent is disabled").into());
    }
    if let Some(names) = &wanted.tools {
        let place = Place { registry, scope, project: project.id };
        wanted.errors.merge(place.look_up(names, &HashMap::new(), "config.tools").await?.1);
    }
    if !wanted.errors.is_empty() {
        let problem = Problem::invalid(wanted.errors);
        let is_number = wanted.has_bad_number;
        return Err(if is_number { problem.with_code("invalid_phone_number") } else { problem }.into());
    }
    if wanted.dry_run {
        return ok(&wire::dry_run_answer());
    }
    let problem = Problem::invalid(ParamErrors::default()).with_code("no_call_engine");
    Err(Problem { message: "This server has no call engine".to_owned(), ..problem }.into())
}
