//! Call-control tools: a command to the call engine that carries the session's call, or to the runtime that owns it.

use std::sync::Arc;
use std::time::Instant;

use hookswitch_executors::call_control::{Planned, plan, read_error, read_lost, read_result};
use hookswitch_executors::{Reading, Stamps};
use hookswitch_model::Outcome;
use hookswitch_model::draft::{CallControlDraft, CallOperation};
use hookswitch_model::execution::{AttemptTimings, RequestRecord};
use hookswitch_model::session::Channel;
use hookswitch_telephony::policy::{DestinationPolicy, Refusal};
use hookswitch_telephony::{Command, Driver, DriverError, Line, Started};
use serde_json::{Value, json};

use super::{Attempting, Given, Made, Redaction, Unsendable, client};
use crate::link::{Ask, Asked, SeatKind};
use crate::session::LiveSession;

/// What is to be done, and by whom.
pub(crate) struct Ready {
    doing: Doing,
    tool_call_id: String,
    /// Name of the operation, as the runtime knows it.
    action: &'static str,
    params: Value,
    post_transfer_message: Option<String>,
}

enum Doing {
    /// By the call engine.
    Engine { driver: Arc<dyn Driver>, call: String, command: Command },
    /// By the session's runtime.
    Runtime(Arc<LiveSession>),
    /// By nobody: the conversation itself does it.
    Conversation(Value),
}

impl Ready {
    pub(super) fn new(draft: &CallControlDraft, given: &Given<'_>) -> Result<Self, Unsendable> {
        let (Some(session), Some(work)) = (given.session, given.work) else {
            let line = "call control runs in a session only: there is no call here".to_owned();
            return Err(Unsendable { code: "unsupported", line, detail: None });
        };
        let calls = &given.engine.inner.settings.calls;
        let planned = plan(draft, given.values.input, given.values.config, calls.times);
        let planned = planned.map_err(|line| Unsendable { code: "invalid_arguments", line, detail: None })?;
        let runtime = || Doing::Runtime(Arc::clone(session));
        let (doing, params) = match planned {
            Planned::Command { command, is_chosen } => {
                check(&command, is_chosen, calls.destinations.as_ref())?;
                let params = params_of(&command);
                let doing = match (&calls.driver, call_of(session)) {
                    (Some(driver), Some(call)) => {
                        let driver = Arc::clone(driver);
                        Doing::Engine { driver, call, command }
                    }
                    _ => runtime(),
                };
                (doing, params)
            }
            Planned::SwitchAgent(name) => (runtime(), json!({ "agent_name": name })),
            Planned::StaySilent(seconds) => (runtime(), json!({ "respond_after_sec": seconds })),
            Planned::Listen(field) => {
                let note = format!("ask the caller for {field} and wait for the answer");
                (Doing::Conversation(json!({ "listening": true, "note": note })), json!({ "field": field }))
            }
        };
        let post_transfer_message = draft.post_transfer_message.clone();
        let action = name_of(draft.operation);
        Ok(Self { doing, tool_call_id: work.tool_call_id.clone(), action, params, post_transfer_message })
    }

    /// Whom the call waits for before it counts as sent.
    pub(super) const fn waits_for(&self) -> Option<SeatKind> {
        match self.doing {
            Doing::Runtime(_) => Some(SeatKind::Runtime),
            Doing::Engine { .. } | Doing::Conversation(_) => None,
        }
    }

    pub(super) async fn attempt(&self, now: &Attempting<'_>) -> Made {
        let mut reading = match &self.doing {
            Doing::Engine { driver, call, command } => {
                let key = key_of(now.stamps);
                command_engine(driver.as_ref(), (call, &key), command, now.until).await
            }
            Doing::Runtime(session) => {
                let ask = Ask {
                    asked: Asked::EngineAction,
                    execution: now.stamps.execution,
                    act: now.stamps.act,
                    tool_call_id: self.tool_call_id.clone(),
                    name: self.action.to_owned(),
                    params: self.params.clone(),
                    timeout: now.send_by.saturating_duration_since(Instant::now()),
                    until: now.until,
                };
                client::reading(now.engine.ask(session, ask).await, now.effect)
            }
            Doing::Conversation(result) => {
                Reading { result: result.clone(), response: result.clone(), ..client::blank(Outcome::Done) }
            }
        };
        if let (Outcome::Done, Some(message), Some(told)) =
            (reading.outcome, &self.post_transfer_message, reading.result.as_object_mut())
        {
            told.insert("say_now".to_owned(), json!(message));
        }
        let request = Some(self.preview(now.redaction));
        Made { reading, timings: AttemptTimings::default(), request, code: None }
    }

    /// What is asked for, redacted.
    pub(super) fn preview(&self, redaction: &Redaction) -> RequestRecord {
        let (method, url) = match &self.doing {
            Doing::Engine { driver, call, .. } => (driver.name().to_uppercase(), call.clone()),
            Doing::Runtime(_) => ("RUNTIME".to_owned(), self.action.to_owned()),
            Doing::Conversation(_) => ("NOTHING".to_owned(), self.action.to_owned()),
        };
        let params = hookswitch_executors::blot(&self.params, &redaction.sensitive);
        RequestRecord { method, url, headers: Vec::new(), body: redaction.all.value(params, false) }
    }
}

/// The call that a session is about: named when it was started.
fn call_of(session: &LiveSession) -> Option<String> {
    let cast = session.cast();
    let call = cast.system.get("call_id").and_then(Value::as_str)?;
    // Without one of its own a session's call has the session's name.
    let is_named = call != session.id.to_string();
    (session.channel == Channel::Phone && is_named).then(|| call.to_owned())
}

/// Equal over all attempts: the key under which the engine does it once.
fn key_of(stamps: &Stamps) -> String {
    stamps.act.to_string()
}

/// Gives a command and waits for what comes of it.
async fn command_engine(
    driver: &dyn Driver,
    (call, key): (&str, &str),
    command: &Command,
    until: Instant,
) -> Reading {
    match driver.start(call, key, command).await {
        Ok(Started::Ended(result)) => return read_result(&result),
        // Lost: it may run; the engine is asked for it.
        Ok(Started::Running) | Err(DriverError::Lost(_)) => {}
        Err(error) => return read_error(&error),
    }
    match tokio::time::timeout_at(until.into(), driver.outcome(call, key)).await {
        Ok(Some(result)) => read_result(&result),
        Ok(None) => read_lost(),
        Err(_) => Reading { timed_out: true, ..read_lost() },
    }
}

/// Whether a call may go there: by the list where there is one; else only where the tool itself says, and nowhere
/// that costs.
fn check(
    command: &Command,
    is_chosen: bool,
    destinations: Option<&DestinationPolicy>,
) -> Result<(), Unsendable> {
    for target in command.targets() {
        let refused = match destinations {
            Some(policy) => policy.admits(target).err(),
            None if is_chosen => Some(Refusal::NotAllowed),
            None => {
                let is_premium = target.number().is_some_and(|number| number.line() == Line::Premium);
                is_premium.then_some(Refusal::Premium)
            }
        };
        if let Some(refusal) = refused {
            let detail = Some(format!("{target}: {refusal}"));
            return Err(Unsendable { code: refusal.code(), line: refusal.to_string(), detail });
        }
    }
    Ok(())
}

/// A command's own members.
fn params_of(command: &Command) -> Value {
    let mut value = serde_json::to_value(command).unwrap_or_default();
    if let Some(members) = value.as_object_mut() {
        members.shift_remove("operation");
    }
    value
}

const fn name_of(operation: CallOperation) -> &'static str {
    match operation {
        CallOperation::TransferToPhoneNumber => "transfer_to_phone_number",
        CallOperation::TransferToAgent => "transfer_to_agent",
        CallOperation::TransferToHuman => "transfer_to_human",
        CallOperation::SendDtmf => "send_dtmf",
        CallOperation::PlayHold => "play_hold",
        CallOperation::Collect => "collect",
        CallOperation::EndCall => "end_call",
        CallOperation::KeypadInput => "keypad_input",
        CallOperation::ConversationEnding => "conversation_ending",
        CallOperation::ChooseNotToRespond => "choose_not_to_respond",
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn transfer(to: &str) -> Command {
        serde_json::from_value(json!({"operation": "transfer", "targets": [to]})).unwrap()
    }

    #[test]
    fn without_a_list_the_definition_decides_and_premium_is_off() {
        assert!(check(&transfer("+14155552671"), false, None).is_ok());
        assert_eq!(check(&transfer("+14155552671"), true, None).unwrap_err().code, "destination_not_allowed");
        assert_eq!(check(&transfer("+449012345678"), false, None).unwrap_err().code, "premium_number");
    }

    #[test]
    fn a_list_decides_for_all() {
        let policy: DestinationPolicy = serde_json::from_value(json!({"allow": ["prefix:+1415"]})).unwrap();
        assert!(check(&transfer("+14155552671"), true, Some(&policy)).is_ok());
        let refused = check(&transfer("+442079460018"), false, Some(&policy)).unwrap_err();
        assert_eq!(refused.code, "destination_not_allowed");
    }

    #[test]
    fn params_are_the_command_without_its_name() {
        let params = params_of(&transfer("+14155552671"));
        assert_eq!(params["targets"], json!(["+14155552671"]));
        assert!(params.get("operation").is_none());
    }
}
