//! Copies and files (burki: 2.5).

use axum::body::Body;
use axum::extract::{FromRequest, Multipart, Request, State};
use axum::http::{HeaderValue, header};
use hookswitch_api::{JsonFault, SurfaceState, ToolsRead, ToolsWrite, read_body};
use hookswitch_model::Stamp;
use hookswitch_model::draft::ToolDraft;
use hookswitch_model::tool::StoredTool;
use hookswitch_registry::RegistryError;
use serde_json::{Value, json};

use super::fault::Fault;
use super::input::{Number, Pairs, missing};
use super::save::taken;
use super::{Allowed, Answer, load, ok, save};
use crate::BurkiState;
use crate::wire::extras::{Extras, Origin};
use crate::wire::query::Query;
use crate::wire::refusal::Refusal;
use crate::wire::style::{Item, Problem};
use crate::wire::tool::{brief, display_name};
use crate::wire::transfer;

/// Names that are tried before giving up.
const MOST_NAMES: u32 = 1000;
/// Longest name of a tool, in characters.
const MOST_NAME: usize = 100;

pub(super) async fn duplicate(
    State(state): State<BurkiState>,
    caller: Allowed<ToolsWrite>,
    Number(number): Number,
    Pairs(query): Pairs,
) -> Answer {
    let (scope, registry) = (caller.scope(), state.registry());
    let tool = load::tool(registry, scope, number).await?;
    let draft = registry.unsealed_copy(scope, &tool.draft).await?;
    ok(&copied(&Box::pin(copy(&state, &caller, &tool, draft, &query)).await?))
}

/// The answer for a copy.
pub(super) fn copied(copy: &StoredTool) -> Value {
    json!({
        "success": true,
        "message": "Tool duplicated successfully",
        "tool_id": copy.number,
        "tool": {"id": copy.number, "name": copy.name, "display_name": display_name(&copy.draft)},
    })
}

/// Creates a draft under the name that was asked for, or the first free one.
pub(super) async fn copy(
    state: &BurkiState,
    caller: &Allowed<ToolsWrite>,
    of: &StoredTool,
    mut draft: ToolDraft,
    query: &Query,
) -> Result<StoredTool, Fault> {
    let (scope, registry) = (caller.scope(), state.registry());
    let mut extras = Extras::of(&draft);
    extras.parent_tool_id = Some(of.id.to_string());
    extras.write(&mut draft);
    let display_name = checked(query, "new_display_name", 200)?;
    draft.display_name = Some(
        display_name.unwrap_or_else(|| format!("{} (Copy)", crate::wire::tool::display_name(&of.draft))),
    );
    let wanted = checked(query, "new_name", MOST_NAME)?;
    let mut number = 0;
    loop {
        number += 1;
        draft.name = match &wanted {
            Some(name) => name.clone(),
            None => numbered(of.name.as_str(), "copy", number),
        };
        let made =
            registry.create_tool(scope, caller.key.project, of.dialect, draft.clone(), caller.key.id).await;
        match made {
            Err(RegistryError::NameTaken { .. }) if wanted.is_none() && number < MOST_NAMES => {}
            Ok(saved) if of.enabled => return Ok(saved.tool),
            Ok(saved) => return Ok(registry.set_tool_enabled(scope, saved.tool.id, false).await?),
            Err(error) => return Err(taken(Origin::Server)(error)),
        }
    }
}

fn checked(query: &Query, name: &str, most: usize) -> Result<Option<String>, Fault> {
    let Some(text) = query.text(name) else { return Ok(None) };
    let problem = match text.chars().count() {
        0 => Problem::TooShort(1),
        length if length > most => Problem::TooLong(most),
        _ => return Ok(Some(text.to_owned())),
    };
    let item = Item::new(vec!["query".into(), name.into()], problem, &Value::from(text));
    Err(Fault::Refusal(Refusal::item(item)))
}

/// `order_status_copy_1`
fn numbered(name: &str, word: &str, number: u32) -> String {
    let suffix = format!("_{word}_{number}");
    let start: String = name.chars().take(MOST_NAME - suffix.len()).collect();
    start + &suffix
}

pub(super) async fn export(
    State(state): State<BurkiState>,
    caller: Allowed<ToolsRead>,
    Number(number): Number,
) -> Answer {
    let (scope, registry) = (caller.scope(), state.registry());
    let tool = load::tool(registry, scope, number).await?;
    let opened = registry.open_draft_seals(scope, &tool.draft).await?;
    let mut response = super::json(http::StatusCode::OK, &transfer::export(&tool, &opened, Stamp::now()));
    let disposition = format!("attachment; filename=\"{}\"", transfer::file_name(&tool));
    if let Ok(value) = HeaderValue::try_from(disposition) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, value);
    }
    Ok(response)
}

pub(super) async fn import(
    State(state): State<BurkiState>,
    caller: Allowed<ToolsWrite>,
    request: Request,
) -> Answer {
    let bytes = file_of(request).await?;
    let file: Value = hookswitch_api::parse(&bytes).map_err(|fault| {
        let (JsonFault::Malformed { message, .. } | JsonFault::Unfit { message, .. }) = fault;
        Fault::Refusal(transfer::not_json(&message))
    })?;
    let imported = transfer::import(&file).map_err(Fault::refused)?;
    let name = imported.tool.draft.name.clone();
    let mut number = 0;
    let saved = loop {
        let mut new = crate::wire::new_tool::NewTool {
            draft: imported.tool.draft.clone(),
            is_active: imported.tool.is_active,
        };
        if number > 0 {
            new.draft.name = numbered(&name, "imported", number);
        }
        match Box::pin(save::insert(&state, &caller, new)).await {
            Err(RegistryError::NameTaken { .. }) if number < MOST_NAMES => number += 1,
            other => break other.map_err(taken(Origin::Server))??,
        }
    };
    ok(&json!({
        "success": true,
        "message": "Tool imported successfully",
        "tool": brief(&saved.tool),
        "missing_secrets": imported.missing,
        "warnings": saved.warnings,
    }))
}

/// The part `file` of a multipart body.
async fn file_of(request: Request) -> Result<axum::body::Bytes, Fault> {
    let (parts, body) = request.into_parts();
    let bytes = read_body(&parts.headers, body).await?;
    let request = Request::from_parts(parts, Body::from(bytes));
    let Ok(mut form) = Multipart::from_request(request, &()).await else { return Err(missing("file")) };
    while let Ok(Some(field)) = form.next_field().await {
        if field.name() == Some("file") {
            return field.bytes().await.map_err(|_| missing("file"));
        }
    }
    Err(missing("file"))
}
