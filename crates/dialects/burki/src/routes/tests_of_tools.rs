//! Tests of tools (burki: 2.7).

use axum::extract::State;
use hookswitch_api::{Sessions, SurfaceState};
use hookswitch_engine::EngineError;
use hookswitch_model::{Dialect, Stamp};
use hookswitch_registry::RegistryError;
use serde_json::{Map, Value, json};

use super::fault::Fault;
use super::input::{JsonBody, Number};
use super::{Allowed, Answer, load, ok};
use crate::BurkiState;
use crate::wire::aliases::kind_of;
use crate::wire::extras::Origin;
use crate::wire::fields::{Fields, Purpose};
use crate::wire::finding::refusal_of;
use crate::wire::new_tool::NewTool;
use crate::wire::read::{Members, Reader};
use crate::wire::refusal::Refusal;
use crate::wire::timeouts::budget_of as budget_ms;
use crate::wire::trial::{Wanted, not_run, of_draft, of_tool};

pub(super) async fn stored(
    State(state): State<BurkiState>,
    caller: Allowed<Sessions>,
    Number(number): Number,
    JsonBody(body): JsonBody,
) -> Answer {
    let wanted = Wanted::read(&body, "parameters").map_err(Fault::refused)?;
    let tool = load::tool(state.registry(), caller.scope(), number).await?;
    let trial = state.engine().try_tool(caller.scope(), tool.id, wanted.into_input()).await?;
    ok(&of_tool(&trial, budget_ms(&tool.draft), Stamp::now()))
}

pub(super) async fn unsaved(
    State(state): State<BurkiState>,
    caller: Allowed<Sessions>,
    JsonBody(body): JsonBody,
) -> Answer {
    let wanted = Wanted::read(&body, "test_parameters").map_err(Fault::refused)?;
    let word = check(&body).map_err(Fault::refused)?;
    if kind_of(&word, false).is_none() {
        return ok(&not_run(&format!("Unknown tool type: {word}")));
    }
    let new = match draft_of(&body, &wanted.parameters) {
        Ok(new) => new,
        Err(Refusal::BadRequest(text)) => return ok(&not_run(&text)),
        Err(refusal) => return Err(Fault::Refusal(refusal)),
    };
    let (scope, project, budget) = (caller.scope(), caller.key.project, budget_ms(&new.draft));
    let trial =
        state.engine().try_draft(scope, project, Dialect::Burki, new.draft, wanted.into_input()).await;
    match trial {
        Ok(trial) => ok(&of_draft(&trial, budget, Stamp::now())),
        Err(EngineError::Registry(RegistryError::Invalid(findings))) => match refusal_of(&findings) {
            Refusal::BadRequest(text) => ok(&not_run(&text)),
            refusal => Err(Fault::Refusal(refusal)),
        },
        Err(error) => Err(error.into()),
    }
}

/// The word of the type; form only.
fn check(body: &Value) -> Result<String, Refusal> {
    let empty = Map::new();
    let members = Members::new(body.as_object().unwrap_or(&empty), vec!["body".into()]);
    let mut reader = Reader::default();
    reader.required(&members, "tool_type");
    let word = reader.text(&members, "tool_type", 0, 100);
    reader.required(&members, "configuration");
    reader.object(&members, "configuration");
    reader.finish()?;
    Ok(word.unwrap_or_default())
}

/// The body as if it were that of a tool. Without a definition every parameter that is given is an argument.
fn draft_of(body: &Value, parameters: &Map<String, Value>) -> Result<NewTool, Refusal> {
    let arguments: Map<String, Value> = parameters.keys().map(|name| (name.clone(), json!({}))).collect();
    let function = body.get("function_definition").filter(|given| !given.is_null()).cloned();
    let function = function.unwrap_or_else(
        || json!({"name": "test", "parameters": {"type": "object", "properties": arguments}}),
    );
    let whole = json!({
        "name": "test",
        "display_name": "Test",
        "description": "Test",
        "tool_type": body.get("tool_type"),
        "configuration": body.get("configuration"),
        "function_definition": function,
    });
    let fields = Fields::read(&whole, Origin::Server, Purpose::Create)?;
    NewTool::of(fields, Origin::Server, Origin::Server)
}
