//! Transfers and silence: what is read, and the rules between their fields.

use hookswitch_model::AgentId;
use hookswitch_model::draft::NoAnswer;
use serde_json::Value;

use super::form::{Form, Given, NO_ANSWER, Transfer};
use crate::wire::fields::{Fields, is_e164};
use crate::wire::param_errors::{ParamErrors, item};

/// Longest announcement, in characters.
const MOST_MESSAGE: usize = 1000;
/// Most agents of one tool.
const MOST_AGENTS: usize = 50;
/// Longest pause, in seconds.
const LONGEST_PAUSE: f64 = 600.0;

/// Reads a transfer to a phone number. A null that is there clears.
pub(super) fn read(fields: &mut Fields<'_, '_>, transfer: &mut Transfer, given: &mut Given) {
    if let Some(value) = fields.raw("phone_number") {
        match value {
            Value::Null => transfer.phone_number = None,
            Value::String(text) if is_e164(text) => transfer.phone_number = Some(text.clone()),
            _ => fields.wrong("phone_number", "An E.164 number such as +15551234567, or null"),
        }
        given.add("phone_number");
    }
    if let Some(value) = fields.raw("dtmf") {
        match value {
            Value::Null => transfer.dtmf = None,
            Value::String(text) if text.is_empty() => transfer.dtmf = None,
            Value::String(text) if is_dtmf(text) => transfer.dtmf = Some(text.clone()),
            _ => fields.wrong("dtmf", "1 to 64 of 0-9 * # A-D w W, or null"),
        }
        given.add("dtmf");
    }
    if fields.raw("post_transfer_message").is_some_and(Value::is_null) {
        transfer.message = None;
        given.add("post_transfer_message");
    } else if let Some(text) = fields.text("post_transfer_message", MOST_MESSAGE) {
        transfer.message = Some(text.to_owned());
        given.add("post_transfer_message");
    }
    if fields.raw("keep_listening").is_some_and(Value::is_null) {
        transfer.keep_listening = None;
        given.add("keep_listening");
    } else if let Some(value) = fields.flag("keep_listening") {
        transfer.keep_listening = Some(value);
        given.add("keep_listening");
    }
    let flags: [(&'static str, &mut bool); 3] = [
        ("dynamic_dtmf", &mut transfer.dynamic_dtmf),
        ("use_agent_phone_number", &mut transfer.use_agent_phone_number),
        ("detect_voicemail", &mut transfer.detect_voicemail),
    ];
    for (name, flag) in flags {
        if let Some(value) = fields.flag(name) {
            *flag = value;
            given.add(name);
        }
    }
    if let Some(rule) = fields.word("on_transfer_no_answer", &NO_ANSWER) {
        transfer.no_answer = rule;
        given.add("on_transfer_no_answer");
    }
}

fn is_dtmf(text: &str) -> bool {
    text.len() <= 64 && text.chars().all(|c| c.is_ascii_digit() || "*#ABCDwW".contains(c))
}

/// Reads the agents of a hand-over; each must be one of the project.
pub(super) fn read_agents(
    fields: &mut Fields<'_, '_>,
    form: &mut Form,
    known: &[(AgentId, String)],
    given: &mut Given,
) {
    const FIELD: &str = "agents_to_transfer_to";
    let Some(list) = fields.list(FIELD) else { return };
    given.add(FIELD);
    if !(1..=MOST_AGENTS).contains(&list.len()) {
        fields.wrong(FIELD, format!("1 to {MOST_AGENTS} agent names"));
    }
    form.agents.clear();
    for (index, value) in list.iter().enumerate().take(MOST_AGENTS) {
        let at = item(FIELD, index);
        match value.as_str() {
            None => fields.errors.note(at, "Expected a string"),
            Some(name) if form.agents.iter().any(|other| other == name) => {
                fields.errors.note(at, "This agent is there twice");
            }
            Some(name) if known.iter().any(|(_, other)| other == name) => form.agents.push(name.to_owned()),
            Some(_) => fields.errors.note(at, "There is no such agent in the project"),
        }
    }
}

/// Reads how long the agent stays silent.
pub(super) fn read_pause(fields: &mut Fields<'_, '_>, form: &mut Form, given: &mut Given) {
    const FIELD: &str = "respond_after_sec";
    let Some(value) = fields.raw(FIELD) else { return };
    given.add(FIELD);
    match value.as_f64() {
        _ if value.is_null() => form.respond_after = None,
        Some(seconds) if seconds > 0.0 && seconds <= LONGEST_PAUSE => form.respond_after = Some(seconds),
        _ => fields.wrong(FIELD, format!("More than 0, at most {LONGEST_PAUSE}, or null")),
    }
}

/// The rules between the fields of a transfer.
pub(super) fn check(transfer: &Transfer, errors: &mut ParamErrors) {
    if transfer.detect_voicemail && !transfer.use_agent_phone_number {
        errors.note("detect_voicemail", "Needs use_agent_phone_number to be true");
    }
    if transfer.keeps_listening() {
        return;
    }
    if transfer.use_agent_phone_number {
        errors.note("keep_listening", "Can be false only when use_agent_phone_number is false");
    }
    if transfer.message.is_some() {
        errors.note("post_transfer_message", "Must be null when keep_listening is false");
    }
    if transfer.no_answer == NoAnswer::KeepRetrying {
        errors.note("on_transfer_no_answer", "keep_retrying needs keep_listening to be true");
    }
}
