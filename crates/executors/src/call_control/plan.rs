//! From a definition and the model's arguments to a command.

use hookswitch_model::draft::{CallControlDraft, CallOperation, NoAnswer};
use hookswitch_telephony::{
    CallerId, Capabilities, Capability, CollectDigits, Command, DialAgain, Digits, EndCall, HoldSource,
    PlayHold, SendDtmf, Target, Transfer, TransferMode,
};
use serde_json::{Value, json};

/// Most keys of an answer that is collected without a length.
const MOST_KEYS: u8 = 20;

/// How long a target rings, and how often it is dialled.
#[derive(Debug, Clone, Copy)]
pub struct TransferTimes {
    /// Milliseconds that a target rings.
    pub ring_ms: u32,
    /// Dials in all where the tool keeps trying.
    pub dials: u8,
    /// Milliseconds between two dials.
    pub wait_ms: u32,
}

impl Default for TransferTimes {
    fn default() -> Self {
        Self { ring_ms: 30_000, dials: 5, wait_ms: 5_000 }
    }
}

/// What a call of a call-control tool comes to.
#[derive(Debug, Clone, PartialEq)]
pub enum Planned {
    /// A command for the call engine; `is_chosen` when the model named the destination.
    Command {
        /// What is to be done.
        command: Command,
        /// Whether the model named where the call goes.
        is_chosen: bool,
    },
    /// The session goes on with another agent: the runtime's own business.
    SwitchAgent(String),
    /// The agent says nothing, for so many seconds or for good: the runtime's own business.
    StaySilent(Option<f64>),
    /// Something is asked of the caller by voice: the conversation itself.
    Listen(String),
}

/// Plans a call. `input` holds the arguments, `config` the binding's settings, which win.
pub fn plan(
    draft: &CallControlDraft,
    input: &Value,
    config: &Value,
    times: TransferTimes,
) -> Result<Planned, String> {
    let text = |key: &str| input.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
    let command = |command: Command| Ok(Planned::Command { command, is_chosen: false });
    match draft.operation {
        CallOperation::TransferToPhoneNumber => to_number(draft, input, times),
        CallOperation::TransferToHuman => to_human(draft, input, config, times),
        CallOperation::TransferToAgent => {
            let only = match draft.agents.as_slice() {
                [only] => Some(only.as_str()),
                _ => None,
            };
            let chosen = text("agent_name").or(only);
            chosen.map(|name| Planned::SwitchAgent(name.to_owned())).ok_or_else(|| missing("agent_name"))
        }
        CallOperation::SendDtmf | CallOperation::KeypadInput => {
            let given = text("digits").ok_or_else(|| missing("digits"))?;
            command(Command::SendDtmf(send(&digits(given)?)?))
        }
        CallOperation::PlayHold => {
            let seconds = input.get("seconds").and_then(Value::as_u64);
            let for_ms = seconds.and_then(|seconds| u32::try_from(seconds.min(300) * 1000).ok());
            command(Command::PlayHold(PlayHold { source: Some(HoldSource::Tone), signalled: false, for_ms }))
        }
        CallOperation::Collect => collect(input),
        CallOperation::EndCall | CallOperation::ConversationEnding => {
            let reason = text("reason").map(|reason| reason.chars().take(200).collect());
            command(Command::EndCall(EndCall { reason, after_speech: true }))
        }
        CallOperation::ChooseNotToRespond => Ok(Planned::StaySilent(draft.respond_after_sec)),
    }
}

/// What a tool needs of a call engine, whatever its arguments will be.
pub fn needs(draft: &CallControlDraft) -> Capabilities {
    use Capability as C;
    let mut needs = Vec::new();
    match draft.operation {
        CallOperation::TransferToPhoneNumber => {
            let keeps_agent = draft.keep_listening.unwrap_or(draft.use_agent_phone_number);
            let wants = [
                (keeps_agent, C::Bridge),
                (keeps_agent, C::ReturnToAgent),
                (draft.dtmf.is_some() || draft.dynamic_dtmf, C::PostDigits),
                (draft.detect_voicemail, C::VoicemailVerdict),
                (draft.use_agent_phone_number, C::CallerIdAgent),
            ];
            needs.extend(wants.into_iter().filter_map(|(is_wanted, what)| is_wanted.then_some(what)));
        }
        CallOperation::TransferToHuman => needs.push(C::Bridge),
        CallOperation::SendDtmf | CallOperation::KeypadInput => needs.push(C::DtmfOut),
        CallOperation::PlayHold => needs.push(C::Hold),
        CallOperation::Collect => needs.push(C::DtmfIn),
        CallOperation::EndCall | CallOperation::ConversationEnding => needs.push(C::EndCall),
        CallOperation::TransferToAgent | CallOperation::ChooseNotToRespond => {}
    }
    needs.into_iter().collect()
}

fn to_number(draft: &CallControlDraft, input: &Value, times: TransferTimes) -> Result<Planned, String> {
    let given = input.get("phone_number").and_then(Value::as_str);
    let is_chosen = draft.phone_number.is_none();
    let number = draft.phone_number.as_deref().or(given).ok_or_else(|| missing("phone_number"))?;
    let keeps_agent = draft.keep_listening.unwrap_or(draft.use_agent_phone_number);
    let pressed = if draft.dynamic_dtmf {
        input.get("dtmf").and_then(Value::as_str).filter(|text| !text.is_empty())
    } else {
        draft.dtmf.as_deref()
    };
    let mut transfer = Transfer::to(target(number)?);
    transfer.caller_id = if draft.use_agent_phone_number { CallerId::Agent } else { CallerId::Caller };
    transfer.post_digits = pressed.map(digits).transpose()?;
    transfer.detect_voicemail = draft.detect_voicemail;
    transfer.keep_agent = keeps_agent;
    transfer.ring_timeout_ms = times.ring_ms;
    if keeps_agent {
        transfer.mode = TransferMode::Bridge;
    }
    if draft.on_no_answer == NoAnswer::KeepRetrying {
        transfer.again = Some(DialAgain { dials: times.dials, wait_ms: times.wait_ms });
    }
    Ok(Planned::Command { command: Command::Transfer(Box::new(transfer)), is_chosen })
}

fn to_human(
    draft: &CallControlDraft,
    input: &Value,
    config: &Value,
    times: TransferTimes,
) -> Result<Planned, String> {
    let listed = |value: Option<&Value>| -> Vec<String> {
        match value {
            Some(Value::String(text)) if !text.is_empty() => vec![text.clone()],
            Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            _ => Vec::new(),
        }
    };
    let mut names = listed(config.get("destination"));
    if names.is_empty() {
        names.clone_from(&draft.destinations);
    }
    let is_chosen = names.is_empty();
    if is_chosen {
        names = listed(input.get("destination"));
    }
    let targets: Result<Vec<Target>, String> = names.iter().map(|name| target(name)).collect();
    let targets = targets?;
    let Some(first) = targets.first() else { return Err(missing("destination")) };
    let mut transfer = Transfer { ring_timeout_ms: times.ring_ms, ..Transfer::to(first.clone()) };
    transfer.targets = targets;
    Ok(Planned::Command { command: Command::Transfer(Box::new(transfer)), is_chosen })
}

fn collect(input: &Value) -> Result<Planned, String> {
    if input.get("kind").and_then(Value::as_str) != Some("dtmf") {
        let field = input.get("field").and_then(Value::as_str).unwrap_or("the answer");
        return Ok(Planned::Listen(field.to_owned()));
    }
    let most = input.get("max_digits").and_then(Value::as_u64).and_then(|most| u8::try_from(most).ok());
    let rules = json!({"max": most.unwrap_or(MOST_KEYS).clamp(1, 64), "finish_key": "#"});
    let collect: CollectDigits = serde_json::from_value(rules).map_err(|error| error.to_string())?;
    Ok(Planned::Command { command: Command::Collect(collect), is_chosen: false })
}

fn send(digits: &Digits) -> Result<SendDtmf, String> {
    serde_json::from_value(json!({ "digits": digits })).map_err(|error| error.to_string())
}

fn target(text: &str) -> Result<Target, String> {
    Target::parse(text).map_err(|error| format!("{text:?} can't be called: {error}"))
}

fn digits(text: &str) -> Result<Digits, String> {
    Digits::parse(text).map_err(|error| format!("these keys can't be pressed: {error}"))
}

fn missing(name: &str) -> String {
    format!("missing required parameter {name:?}")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn draft(value: Value) -> CallControlDraft {
        serde_json::from_value(value).unwrap()
    }

    fn planned(control: Value, input: &Value, config: &Value) -> Result<Planned, String> {
        plan(&draft(control), input, config, TransferTimes::default())
    }

    fn transfer(control: Value, input: &Value) -> (Transfer, bool) {
        match planned(control, input, &Value::Null).unwrap() {
            Planned::Command { command: Command::Transfer(transfer), is_chosen } => (*transfer, is_chosen),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_number_with_everything() {
        let control = json!({"operation": "transfer_to_phone_number", "phone_number": "+14155552671",
            "dtmf": "1w2", "detect_voicemail": true, "on_no_answer": "keep_retrying"});
        let (transfer, is_chosen) = transfer(control, &json!({"dtmf": "9"}));
        assert!(!is_chosen && transfer.keep_agent && transfer.detect_voicemail);
        assert_eq!((transfer.mode, transfer.caller_id), (TransferMode::Bridge, CallerId::Agent));
        assert_eq!(transfer.post_digits.unwrap().as_str(), "1w2");
        assert_eq!(transfer.again, Some(DialAgain { dials: 5, wait_ms: 5_000 }));
    }

    #[test]
    fn handing_away_and_chosen_by_the_model() {
        let control = json!({"operation": "transfer_to_phone_number", "use_agent_phone_number": false,
            "dynamic_dtmf": true});
        let (away, is_chosen) =
            transfer(control.clone(), &json!({"phone_number": "+14155552671", "dtmf": null}));
        assert!(is_chosen && !away.wants_bridge() && !away.keep_agent);
        let (with_keys, _) = transfer(control.clone(), &json!({"phone_number": "+14155552671", "dtmf": "7"}));
        assert!(with_keys.wants_bridge());
        assert!(planned(control.clone(), &json!({}), &Value::Null).is_err());
        assert!(planned(control, &json!({"phone_number": "555 1234"}), &Value::Null).is_err());
    }

    #[test]
    fn people_in_order_settings_first() {
        let control = json!({"operation": "transfer_to_human", "destinations": ["+14155552671"]});
        let config = json!({"destination": ["+442079460018", "sip:desk@pbx.example"]});
        let Planned::Command { command, is_chosen } =
            planned(control, &json!({"destination": "+19005551234"}), &config).unwrap()
        else {
            panic!("a command")
        };
        assert_eq!(command.targets().len(), 2);
        assert!(!is_chosen);
    }

    #[test]
    fn the_smaller_ones() {
        let none = Value::Null;
        let of = |operation: &str, input: Value| planned(json!({"operation": operation}), &input, &none);
        assert!(matches!(of("send_dtmf", json!({"digits": "12#"})), Ok(Planned::Command { .. })));
        assert!(of("send_dtmf", json!({"digits": "x"})).is_err());
        assert_eq!(of("choose_not_to_respond", json!({})), Ok(Planned::StaySilent(None)));
        assert_eq!(of("collect", json!({"field": "date"})), Ok(Planned::Listen("date".to_owned())));
        let keys = of("collect", json!({"field": "pin", "kind": "dtmf"}));
        assert!(matches!(keys, Ok(Planned::Command { command: Command::Collect(_), .. })));
        let agents = json!({"operation": "transfer_to_agent", "agents": ["sales", "support"]});
        let chosen = planned(agents.clone(), &json!({"agent_name": "sales"}), &none);
        assert_eq!(chosen, Ok(Planned::SwitchAgent("sales".to_owned())));
        assert!(planned(agents, &json!({}), &none).is_err());
    }
}
