//! Settings of call-control tools.

use serde_json::{Value, json};

use crate::draft::{CallControlDraft, CallOperation, NoAnswer, ToolDraft};
use crate::finding::Findings;

/// The arguments of a call-control tool that names none: what its operation needs from the model.
pub(super) fn arguments(draft: &ToolDraft) -> Option<Value> {
    let control = draft.call_control.as_ref()?;
    let digits = json!({"type": "string", "pattern": "^[0-9*#A-DwW]{1,64}$",
        "description": "keys; w waits half a second, W a second"});
    let number = json!({"type": "string", "pattern": "^\\+[1-9][0-9]{1,14}$", "description": "E.164"});
    let (properties, required) = match control.operation {
        CallOperation::SendDtmf | CallOperation::KeypadInput => (json!({"digits": digits}), vec!["digits"]),
        CallOperation::TransferToAgent => {
            (json!({"agent_name": {"type": "string", "enum": control.agents}}), vec!["agent_name"])
        }
        CallOperation::TransferToPhoneNumber => {
            let mut properties = json!({});
            let mut required = Vec::new();
            if control.phone_number.is_none() {
                properties["phone_number"] = number;
                required.push("phone_number");
            }
            if control.dynamic_dtmf {
                properties["dtmf"] =
                    json!({"type": ["string", "null"], "description": "keys to press after the answer"});
            }
            (properties, required)
        }
        CallOperation::TransferToHuman if control.destinations.is_empty() => {
            let destination = json!({"type": "string", "description": "E.164 number or SIP address"});
            (json!({"destination": destination, "reason": {"type": "string"}}), Vec::new())
        }
        CallOperation::PlayHold => {
            (json!({"seconds": {"type": "integer", "minimum": 1, "maximum": 300}}), Vec::new())
        }
        CallOperation::Collect => {
            let kind = json!({"type": "string", "enum": ["speech", "dtmf"]});
            (json!({"field": {"type": "string"}, "kind": kind}), vec!["field"])
        }
        CallOperation::TransferToHuman
        | CallOperation::EndCall
        | CallOperation::ConversationEnding
        | CallOperation::ChooseNotToRespond => return None,
    };
    Some(json!({"type": "object", "properties": properties, "required": required,
        "additionalProperties": false}))
}

/// Most destinations and most agents of one tool.
const MOST_TARGETS: usize = 50;

pub(super) fn check(draft: &CallControlDraft, findings: &mut Findings) {
    let operation = draft.operation;
    let mut only_for = |field: &str, is_given: bool, wanted: CallOperation| {
        if is_given && operation != wanted {
            let message = "this operation does not use it";
            findings.error(format!("$.call_control.{field}"), "conflict", message);
        }
    };
    only_for("phone_number", draft.phone_number.is_some(), CallOperation::TransferToPhoneNumber);
    only_for("dtmf", draft.dtmf.is_some(), CallOperation::TransferToPhoneNumber);
    only_for("dynamic_dtmf", draft.dynamic_dtmf, CallOperation::TransferToPhoneNumber);
    only_for("detect_voicemail", draft.detect_voicemail, CallOperation::TransferToPhoneNumber);
    only_for("keep_listening", draft.keep_listening.is_some(), CallOperation::TransferToPhoneNumber);
    only_for(
        "post_transfer_message",
        draft.post_transfer_message.is_some(),
        CallOperation::TransferToPhoneNumber,
    );
    only_for("destinations", !draft.destinations.is_empty(), CallOperation::TransferToHuman);
    only_for("agents", !draft.agents.is_empty(), CallOperation::TransferToAgent);
    only_for("respond_after_sec", draft.respond_after_sec.is_some(), CallOperation::ChooseNotToRespond);
    check_targets(draft, findings);
    check_transfer(draft, findings);
}

fn check_targets(draft: &CallControlDraft, findings: &mut Findings) {
    if let Some(number) = &draft.phone_number
        && !is_e164(number)
    {
        findings.error("$.call_control.phone_number", "invalid_phone_number", "E.164, as in +15551234567");
    }
    for (index, destination) in draft.destinations.iter().enumerate() {
        if !is_e164(destination) && !destination.starts_with("sip:") && !destination.starts_with("sips:") {
            let at = format!("$.call_control.destinations[{index}]");
            findings.error(at, "invalid_destination", "an E.164 number or a SIP URI");
        }
    }
    if draft.operation == CallOperation::TransferToAgent && draft.agents.is_empty() {
        findings.error("$.call_control.agents", "missing_field", "the agents to choose from");
    }
    if draft.agents.len() > MOST_TARGETS || draft.destinations.len() > MOST_TARGETS {
        findings.error(
            "$.call_control",
            "too_many",
            format!("at most {MOST_TARGETS} agents or destinations"),
        );
    }
    if draft.respond_after_sec.is_some_and(|seconds| !(seconds > 0.0 && seconds <= 600.0)) {
        findings.error("$.call_control.respond_after_sec", "out_of_range", "more than 0, at most 600");
    }
}

fn check_transfer(draft: &CallControlDraft, findings: &mut Findings) {
    if let Some(digits) = &draft.dtmf
        && !is_dtmf(digits)
    {
        findings.error("$.call_control.dtmf", "invalid_dtmf", "1 to 64 of 0-9 * # A-D w W");
    }
    if draft.detect_voicemail && !draft.use_agent_phone_number {
        let message = "needs \"use_agent_phone_number\": true";
        findings.error("$.call_control.detect_voicemail", "conflict", message);
    }
    let keeps_listening = draft.keep_listening.unwrap_or(draft.use_agent_phone_number);
    if keeps_listening {
        return;
    }
    if draft.use_agent_phone_number {
        let message = "false needs \"use_agent_phone_number\": false";
        findings.error("$.call_control.keep_listening", "conflict", message);
    }
    if draft.post_transfer_message.is_some() {
        let message = "needs \"keep_listening\": true";
        findings.error("$.call_control.post_transfer_message", "conflict", message);
    }
    if draft.on_no_answer == NoAnswer::KeepRetrying {
        findings.error("$.call_control.on_no_answer", "conflict", "needs \"keep_listening\": true");
    }
}

/// `+` and up to 15 digits, the first of them not 0.
fn is_e164(text: &str) -> bool {
    text.strip_prefix('+').is_some_and(|digits| {
        (2..=15).contains(&digits.len())
            && digits.bytes().all(|byte| byte.is_ascii_digit())
            && !digits.starts_with('0')
    })
}

fn is_dtmf(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.chars().all(|c| c.is_ascii_digit() || "*#ABCDwW".contains(c))
}
