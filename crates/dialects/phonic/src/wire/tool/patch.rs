//! `PATCH /tools/{nameOrId}`: a body merged over a stored definition, whatever dialect that was made in (contract: 2.4).

use hookswitch_model::Dialect;
use hookswitch_model::tool::StoredTool;
use serde_json::{Map, Value, json};

use super::kind::{ToolType, refuse_foreign};
use super::{Change, Known, headers, read, rules, show, stored, write};
use crate::wire::param_errors::ParamErrors;

/// Fields that a null clears.
const CLEARED: [&str; 5] =
    ["dtmf", "post_transfer_message", "respond_after_sec", "phone_number", "keep_listening"];

/// The definition after a change; none where this API has no type for the tool.
pub fn patch(body: &Map<String, Value>, tool: &StoredTool, known: Known<'_>) -> Option<Change> {
    let mut form = stored::form_of(&tool.draft, known.agents)?;
    let is_own = tool.dialect == Dialect::Phonic;
    let mut errors = ParamErrors::default();
    let shown = show::fields(&form, known);
    let changes = changes(body, form.kind, &shown, &mut errors);
    let names = write::own_names();
    let given = read::read(&changes, &mut form, known, is_own, &mut errors);
    let rules_body = body.clone();
    rules::check(&mut form, &rules_body, &given, is_own.then_some(&names), &mut errors);
    let mut draft = tool.draft.clone();
    write::write(&form, &given, is_own, known.agents, &mut draft);
    let url = changes.get("endpoint_url").and_then(Value::as_str).map(str::to_owned);
    Some(Change { draft: Some(draft), errors, url })
}

/// The members of a body that change something.
fn changes(
    body: &Map<String, Value>,
    kind: ToolType,
    shown: &Map<String, Value>,
    errors: &mut ParamErrors,
) -> Map<String, Value> {
    let mut changes = body.clone();
    if let Some(word) = changes.shift_remove("type")
        && word != json!(kind.as_str())
    {
        errors.note("type", "The type of a tool is fixed");
    }
    refuse_foreign(kind, &mut changes, errors);
    // What is as it was is no change, however it came to be. Only what follows another field is set by saying it.
    changes.retain(|name, value| name == "keep_listening" || shown.get(name) != Some(value));
    let mut kept = Map::new();
    for (name, value) in changes {
        match value {
            Value::Null if name == headers::FIELD => drop(kept.insert(name, json!({}))),
            Value::Null if CLEARED.contains(&name.as_str()) => drop(kept.insert(name, Value::Null)),
            Value::Null if kind.has(&name) => errors.note(name, "Must not be null"),
            Value::Null => {}
            value => drop(kept.insert(name, value)),
        }
    }
    kept
}
