//! Tests of tools.

use axum::extract::State;
use hookswitch_api::{Sessions, SurfaceState};
use hookswitch_engine::{DryRun, EngineError, Probe, TrialInput};
use hookswitch_model::draft::{Kind, ToolDraft};
use hookswitch_model::{Dialect, ToolId};
use hookswitch_registry::{Caller, RegistryError};
use serde_json::{Map, Value};

use super::found::{Found, find};
use super::{Allowed, Answer, Body, Failed, Id, ok};
use crate::PyaiState;
use crate::wire::given::object;
use crate::wire::prebuilt::Prebuilt;
use crate::wire::trial::{TrialBody, Verdict};
use crate::wire::trouble::Trouble;

/// Looks whether a tool can be reached; with arguments, calls it.
pub(super) async fn run(
    State(state): State<PyaiState>,
    caller: Allowed<Sessions>,
    Id { 0: id, .. }: Id,
    Body { 0: body, .. }: Body,
) -> Answer {
    let found = find(state.registry(), &caller, &id).await?;
    let body = TrialBody::parse(object(body)?)?;
    let (shown_id, name, verdict) = match found {
        Found::Prebuilt(prebuilt) => (
            prebuilt.id(),
            prebuilt.name().to_owned(),
            Box::pin(prebuilt_verdict(&state, &caller, prebuilt, body)).await?,
        ),
        Found::Custom(tool) => {
            let verdict = verdict(&state, &caller, tool.id, &tool.draft, body).await?;
            (tool.id.long(), tool.name.as_str().to_owned(), verdict)
        }
    };
    ok(&verdict.view(&shown_id, &name))
}

async fn prebuilt_verdict(
    state: &PyaiState,
    caller: &Caller,
    prebuilt: Prebuilt,
    body: TrialBody,
) -> Result<Verdict, Failed> {
    let draft = prebuilt.draft();
    if body.arguments.is_none() {
        return Ok(Verdict::of_probe(Probe::NoReceiver(draft.kind)));
    }
    if draft.kind != Kind::Hosted {
        return verdict(state, caller, ToolId::generate(), &draft, body).await;
    }
    let copy = state.registry().built_in_tool(caller, Dialect::Pyai, prebuilt.key(), draft).await?;
    verdict(state, caller, copy.id, &copy.draft, body).await
}

async fn verdict(
    state: &PyaiState,
    caller: &Caller,
    id: ToolId,
    draft: &ToolDraft,
    body: TrialBody,
) -> Result<Verdict, Failed> {
    let Some(arguments) = body.arguments else {
        let probed = state.engine().probe_tool(caller.scope(), id).await;
        return probed.map(Verdict::of_probe).or_else(unfit);
    };
    if !matches!(draft.kind, Kind::Webhook | Kind::Hosted) {
        return Ok(Verdict::refused("runs on the connected app"));
    }
    if draft.config_schema.as_ref().is_some_and(|schema| schema.first_missing(&body.config).is_some()) {
        return Ok(Verdict::refused("tool is not configured"));
    }
    let input = TrialInput {
        arguments: Value::Object(arguments),
        variables: Map::new(),
        system: Map::new(),
        config: body.config,
        dry_run: DryRun::No,
    };
    let tried = state.engine().try_tool(caller.scope(), id, input).await;
    tried.map(|trial| Verdict::of_trial(&trial)).or_else(unfit)
}

/// A definition or a setting that does not fit is what a test is for: it is no error of the request.
fn unfit(error: EngineError) -> Result<Verdict, Failed> {
    match error {
        EngineError::Invalid(_) | EngineError::Registry(RegistryError::Invalid(_)) => {
            Ok(Verdict::refused(Trouble::from(error).detail))
        }
        other => Err(other.into()),
    }
}
