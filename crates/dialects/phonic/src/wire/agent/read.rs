//! Bodies into agents.

use std::collections::HashMap;

use hookswitch_model::SealId;
use hookswitch_model::agent::AgentDraft;
use hookswitch_model::name::AgentName;
use secrecy::SecretString;
use serde_json::{Map, Value, json};

use super::show::{BOOSTED, NUMBERS, PHONE, SETTINGS};
use super::{Change, EXTRAS, Known, built_ins, endpoint, extras_of, settings, show, tools};
use crate::wire::fields::{Fields, is_e164, is_slug};
use crate::wire::param_errors::{ParamErrors, item, member};

/// Most template variables.
const MOST_VARIABLES: usize = 256;
/// Most phone numbers.
const MOST_NUMBERS: usize = 100;

/// A body that is being read.
pub type Body = Map<String, Value>;

/// The name of a new agent.
fn read_name(fields: &mut Fields<'_, '_>) -> Option<AgentName> {
    let text = fields.text("name", 4096)?;
    match AgentName::parse(text) {
        Ok(name) if is_slug(text, '-') => Some(name),
        _ => {
            fields.wrong("name", "1 to 64 of a-z 0-9 -");
            None
        }
    }
}

/// Reads a new agent; none where it has no name that fits.
pub fn read(body: &Body, fresh: &mut dyn FnMut() -> SealId) -> Result<Change, ParamErrors> {
    let mut errors = ParamErrors::default();
    let mut fields = Fields::new(body, "", &mut errors);
    fields.require("name");
    let name = read_name(&mut fields);
    // Anything that stands in for the name lets the rest be checked as well.
    let stand_in = name.or_else(|| AgentName::parse("agent").ok()).ok_or_else(ParamErrors::default)?;
    let none = HashMap::new();
    let given: Body = body
        .iter()
        .filter(|(_, value)| !value.is_null())
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    let mut change = merge(&given, AgentDraft::new(stand_in), &none, fresh);
    errors.merge(std::mem::take(&mut change.errors));
    change.errors = errors;
    change.tools.get_or_insert_default();
    Ok(change)
}

/// Reads a change over a stored agent.
pub fn read_change(body: &Body, known: Known<'_>, fresh: &mut dyn FnMut() -> SealId) -> Change {
    let shown = show::agent(known);
    let given: Body = body
        .iter()
        .filter(|(key, value)| shown.get(key.as_str()) != Some(value))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    let mut errors = ParamErrors::default();
    let name = read_name(&mut Fields::new(&given, "", &mut errors));
    if given.get("name").is_some_and(Value::is_null) {
        errors.note("name", "Must not be null");
    }
    let mut draft = known.agent.draft.clone();
    if let Some(name) = name {
        draft.name = name;
    }
    let mut change = merge(&given, draft, known.opened, fresh);
    errors.merge(std::mem::take(&mut change.errors));
    change.errors = errors;
    change.is_changed = change.draft != known.agent.draft || change.tools.is_some();
    change
}

/// Writes what a body gives into a draft.
fn merge(
    body: &Body,
    mut draft: AgentDraft,
    opened: &HashMap<SealId, SecretString>,
    fresh: &mut dyn FnMut() -> SealId,
) -> Change {
    let mut errors = ParamErrors::default();
    let mut extras = extras_of(&draft);
    let (mut new_seals, mut url, mut names) = (Vec::new(), None, None);
    texts(body, &mut draft, &mut errors);
    variables(body, &mut draft, &mut extras, &mut errors);
    numbers(body, &mut extras, &mut errors);
    let mut fields = Fields::new(body, "", &mut errors);
    for field in ["tools", built_ins::FIELD, "template_variables", "system_prompt", "timezone"] {
        if fields.raw(field).is_some_and(Value::is_null) {
            fields.wrong(field, "Must not be null");
        }
    }
    if let Some(list) = fields.list("tools") {
        names = Some(tools::read(list, fields.errors));
    }
    if let Some(map) = fields.object(built_ins::FIELD) {
        let configs = built_ins::read(map, fields.errors);
        extras.insert(built_ins::FIELD.to_owned(), Value::Object(configs));
    }
    if fields.raw(endpoint::FIELD).is_some_and(Value::is_null) {
        extras.shift_remove(endpoint::FIELD);
    } else if let Some(map) = fields.object(endpoint::FIELD) {
        let read = endpoint::read(map, &extras, opened, fresh, fields.errors);
        extras.insert(endpoint::FIELD.to_owned(), read.stored);
        (new_seals, url) = (read.new_seals, read.url);
    }
    let given = settings::read(body, &mut errors);
    if !given.is_empty() {
        let stored = extras.entry(SETTINGS).or_insert_with(|| json!({}));
        if let Some(stored) = stored.as_object_mut() {
            stored.extend(given);
        }
    }
    if extras.is_empty() {
        draft.extras.shift_remove(EXTRAS);
    } else {
        draft.extras.insert(EXTRAS.to_owned(), Value::Object(extras));
    }
    Change { draft, tools: names, new_seals, url, is_changed: true, errors }
}

fn texts(body: &Body, draft: &mut AgentDraft, errors: &mut ParamErrors) {
    let mut fields = Fields::new(body, "", errors);
    if let Some(text) = fields.text("system_prompt", settings::MOST_PROMPT) {
        draft.prompt = Some(text.to_owned());
    }
    if fields.raw("welcome_message").is_some_and(Value::is_null) {
        draft.greeting = None;
    } else if let Some(text) = fields.text("welcome_message", settings::MOST_PROMPT) {
        draft.greeting = Some(text.to_owned());
    }
    if let Some(zone) = fields.text("timezone", 128) {
        draft.timezone = Some(zone.to_owned());
    }
}

fn variables(body: &Body, draft: &mut AgentDraft, extras: &mut Body, errors: &mut ParamErrors) {
    const FIELD: &str = "template_variables";
    let Some(map) = Fields::new(body, "", errors).object(FIELD) else { return };
    if map.len() > MOST_VARIABLES {
        errors.note(FIELD, format!("At most {MOST_VARIABLES} variables"));
        return;
    }
    draft.variables.clear();
    let mut boosted = Vec::new();
    for (name, value) in map {
        let at = member(FIELD, name);
        let Some(members) = value.as_object() else {
            errors.note(at, "Expected an object with default_value");
            continue;
        };
        let mut fields = Fields::new(members, &at, errors);
        let default = fields.text("default_value", settings::MOST_PROMPT);
        if fields.flag("is_boosted_keyword") == Some(true) {
            boosted.push(json!(name));
        }
        draft.variables.insert(name.clone(), json!(default));
    }
    if boosted.is_empty() {
        extras.shift_remove(BOOSTED);
    } else {
        extras.insert(BOOSTED.to_owned(), Value::Array(boosted));
    }
}

/// Phone numbers: never bought, so that assigning one leaves the list empty.
fn numbers(body: &Body, extras: &mut Body, errors: &mut ParamErrors) {
    let mut fields = Fields::new(body, "", errors);
    let mut list: Option<Vec<Value>> = None;
    if let Some(number) = fields.text("custom_phone_number", 64) {
        if !is_e164(number) {
            fields.wrong("custom_phone_number", "An E.164 number");
        }
        list = Some(vec![json!(number)]);
    }
    if let Some(numbers) = fields.list("custom_phone_numbers") {
        if numbers.len() > MOST_NUMBERS {
            fields.wrong("custom_phone_numbers", format!("At most {MOST_NUMBERS} numbers"));
        }
        for (index, number) in numbers.iter().enumerate().take(MOST_NUMBERS) {
            if !number.as_str().is_some_and(is_e164) {
                fields.errors.note(item("custom_phone_numbers", index), "An E.164 number");
            }
        }
        list = Some(numbers.iter().take(MOST_NUMBERS).cloned().collect());
    }
    let word = match fields.raw("phone_number") {
        Some(Value::Null) => Some(None),
        Some(_) => {
            let words = [("assign-automatically", "assign-automatically"), ("custom", "custom")];
            fields.word("phone_number", &words).map(Some)
        }
        None => None,
    };
    let stored = extras.get(PHONE).and_then(Value::as_str).map(str::to_owned);
    let is_custom = match word {
        Some(word) => word == Some("custom"),
        None => stored.as_deref() == Some("custom"),
    };
    if word == Some(Some("custom"))
        && list.as_ref().is_none_or(Vec::is_empty)
        && !extras.contains_key(NUMBERS)
    {
        fields.wrong("custom_phone_numbers", "Required when phone_number is custom");
    }
    match word {
        Some(Some(word)) => drop(extras.insert(PHONE.to_owned(), json!(word))),
        Some(None) => drop(extras.shift_remove(PHONE)),
        None => {}
    }
    match list.filter(|_| is_custom) {
        Some(list) => drop(extras.insert(NUMBERS.to_owned(), Value::Array(list))),
        None if !is_custom => drop(extras.shift_remove(NUMBERS)),
        None => {}
    }
}
