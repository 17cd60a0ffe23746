//! A body laid over what is stored. What it does not name stays; a tool of another dialect keeps its own request form.

use hookswitch_model::draft::{Kind, ToolDraft};
use hookswitch_model::tool::StoredTool;
use hookswitch_model::{Dialect, Effect, Millis};
use serde_json::{Map, Value};

use super::auth::Auth;
use super::body::{SideEffect, ToolBody};
use super::execution::{Execution, given_before};
use super::form::{own_form, without_variables};
use super::{EXTRAS, is_expressible, prebuilt_copy, schema, view};
use crate::wire::failure::refused_url;
use crate::wire::given::Given;
use crate::wire::trouble::{NAME_CONFLICT, Trouble};

/// The definition that a body makes of the stored tool, or of nothing. `is_public` says of a new URL whether the
/// house would call it, else why not.
pub fn merge(
    stored: Option<&StoredTool>,
    body: &ToolBody,
    is_public: impl Fn(&str) -> Result<(), String>,
) -> Result<ToolDraft, Trouble> {
    let mut draft = match stored {
        Some(stored) if !is_expressible(&stored.draft) || prebuilt_copy(&stored.draft).is_some() => {
            let detail = "A tool of this name exists that this API can't show";
            return Err(Trouble::about(NAME_CONFLICT, "name", detail));
        }
        Some(stored) => stored.draft.clone(),
        None => ToolDraft::new(body.wanted_name()?, Kind::Client),
    };
    if let Given::Is(name) = &body.name {
        draft.name.clone_from(name);
    }
    match &body.description {
        Given::Absent => {}
        Given::Null => draft.description.clear(),
        Given::Is(text) => draft.description.clone_from(text),
    }
    match &body.input_schema {
        Given::Absent => {}
        Given::Null => schema::set(&mut draft, None),
        Given::Is(schema) => schema::set(&mut draft, Some(schema.clone())),
    }
    match &body.config_schema {
        Given::Absent => {}
        Given::Null => draft.config_schema = None,
        Given::Is(schema) => draft.config_schema = Some(schema.clone()),
    }
    set_timeout(&mut draft, &body.timeout_ms)?;
    let is_own = stored.is_none_or(|stored| stored.dialect == Dialect::Pyai);
    if matches!(draft.kind, Kind::Hosted | Kind::CallControl) {
        refuse_webhook(&draft, body)?;
    } else {
        set_execution(&mut draft, body, is_own, is_public)?;
    }
    set_side_effect(&mut draft, &body.side_effect, is_own);
    Ok(draft)
}

/// A timeout that is stored may be outside of this dialect's range; a new one may not.
fn set_timeout(draft: &mut ToolDraft, timeout: &Given<u64>) -> Result<(), Trouble> {
    match *timeout {
        Given::Absent => {}
        Given::Null => draft.timeout_ms = None,
        Given::Is(number) if number == view::timeout_of(draft) => {}
        Given::Is(number) if (100..=15_000).contains(&number) => draft.timeout_ms = Some(Millis(number)),
        Given::Is(_) => return Err(Trouble::field("timeout_ms", "must be 100 to 15000")),
    }
    Ok(())
}

/// Two words here stand for four effects: a finer one stays when its word is given again. A tool made here is
/// declared to be what its word says; one of another dialect stays as it was declared there.
fn set_side_effect(draft: &mut ToolDraft, side_effect: &Given<SideEffect>, is_own: bool) {
    let is_read = draft.effective_effect() == Effect::Read;
    match side_effect {
        Given::Absent => {}
        Given::Null => {
            draft.effect = None;
            if draft.effective_effect() == Effect::Read {
                draft.effect = Some(Effect::Action);
            }
        }
        Given::Is(SideEffect::Read) if is_read => {}
        Given::Is(SideEffect::Action) if !is_read && (draft.effect.is_some() || !is_own) => {}
        Given::Is(SideEffect::Read) => draft.effect = Some(Effect::Read),
        Given::Is(SideEffect::Action) => draft.effect = Some(Effect::Action),
    }
}

/// Tools that this server or the call engine runs have no webhook.
fn refuse_webhook(draft: &ToolDraft, body: &ToolBody) -> Result<(), Trouble> {
    let runs = Execution::of(draft.kind);
    let refuse = |param: &str| {
        let who = runs.map_or("", Execution::as_str);
        Err(Trouble::field(param, &format!("does not go with a tool whose execution is {who}")))
    };
    match body.execution {
        Given::Is(wanted) if Some(wanted) != runs => return refuse("execution"),
        _ => {}
    }
    if body.webhook_url.is_value() {
        return refuse("webhook_url");
    }
    if body.auth_secret.is_value() || body.auth_header.is_value() {
        return refuse("auth_secret");
    }
    Ok(())
}

fn set_execution(
    draft: &mut ToolDraft,
    body: &ToolBody,
    is_own: bool,
    is_public: impl Fn(&str) -> Result<(), String>,
) -> Result<(), Trouble> {
    let before = given_before(draft);
    let given = match body.execution {
        Given::Absent => before,
        Given::Null => None,
        Given::Is(wanted @ (Execution::Server | Execution::Client)) => Some(wanted),
        Given::Is(_) => return Err(Trouble::field("execution", "must be one of server, client")),
    };
    let stored_url = view::url_of(draft);
    let url = match &body.webhook_url {
        Given::Absent => stored_url.clone(),
        Given::Null => None,
        Given::Is(url) if Some(url) == stored_url.as_ref() => stored_url.clone(),
        Given::Is(url) => {
            check_form(url)?;
            is_public(url).map_err(|reason| refused_url(&reason))?;
            Some(url.clone())
        }
    };
    let is_newly_server = body.execution == Given::Is(Execution::Server) && before != Some(Execution::Server);
    if is_newly_server && url.is_none() {
        return Err(Trouble::field("webhook_url", "is required when execution is server"));
    }
    let by_url = if url.is_some() { Execution::Server } else { Execution::Client };
    let execution = given.unwrap_or(by_url);
    let auth = Auth::merged(draft, &body.auth_header, &body.auth_secret)?;
    draft.kind = if execution == Execution::Server { Kind::Webhook } else { Kind::Client };
    // A tool of another dialect may have variables in its URL.
    let is_foreign_form = !is_own && draft.webhook.is_some();
    let held = |url: &str| if is_foreign_form { url.to_owned() } else { without_variables(url) };
    let has_use = execution == Execution::Server || url.is_some() || auth.has_value() || is_foreign_form;
    let is_changed = url != stored_url;
    draft.webhook = match (draft.webhook.take(), has_use) {
        (Some(webhook), true) => Some(webhook),
        (None, true) => Some(own_form(String::new())),
        (_, false) => None,
    };
    if let Some(webhook) = &mut draft.webhook {
        if is_changed {
            webhook.url = url.as_deref().map(held).unwrap_or_default();
        }
        webhook.parked = execution == Execution::Client || webhook.url.is_empty();
        auth.write(&mut webhook.headers);
    }
    let spelled = url.filter(|url| draft.webhook.as_ref().is_some_and(|webhook| webhook.url != *url));
    remember(draft, given, auth.named, spelled);
    Ok(())
}

/// What only this dialect's form knows.
fn remember(draft: &mut ToolDraft, given: Option<Execution>, header: Option<String>, url: Option<String>) {
    let members = [
        ("execution", given.map(|given| given.as_str().to_owned())),
        ("auth_header", header),
        ("webhook_url", url),
    ];
    let members = members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?.into())));
    let members: Map<String, Value> = members.collect();
    if members.is_empty() {
        draft.extras.shift_remove(EXTRAS);
    } else {
        draft.extras.insert(EXTRAS.to_owned(), Value::Object(members));
    }
}

/// The form of a URL (contract: 3.5); addresses and ports are the house's to judge.
fn check_form(url: &str) -> Result<(), Trouble> {
    let authority = url.split_once("://").map(|(_, rest)| rest.split(['/', '?', '#']).next().unwrap_or(rest));
    let reason = match authority {
        None | Some("") => "it is not an absolute URL",
        Some(authority) if authority.contains('@') => "a user name or password in it is not accepted",
        Some(_) if url.contains('#') => "it has a fragment",
        Some(_) => return Ok(()),
    };
    Err(refused_url(reason))
}
