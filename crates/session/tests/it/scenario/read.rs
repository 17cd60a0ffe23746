//! Events as text.

use std::time::Duration;

use hookswitch_model::execution::ActState;
use hookswitch_model::{ActId, ExecutionId, Outcome, Stamp};
use hookswitch_session::{
    Call, CallRequest, Checked, EndReason, Event, Refusal, RefusalCode, RestoredAct, TimerId,
};

use super::setup::{Setup, duration};
use crate::ids;

fn number(word: &str, prefix: char) -> Result<u64, String> {
    let digits =
        word.strip_prefix(prefix).ok_or_else(|| format!("`{word}` should be {prefix}1, {prefix}2, …"))?;
    digits.parse().map_err(|_| format!("`{word}` has no number"))
}

fn call(word: &str) -> Result<ExecutionId, String> {
    number(word, 'c').map(ids::call)
}

fn act(word: &str) -> Result<ActId, String> {
    number(word, 'a').map(ids::act)
}

fn outcome(word: &str) -> Result<Outcome, String> {
    Outcome::from_word(word).ok_or_else(|| format!("no outcome `{word}`"))
}

fn reason(word: &str) -> Result<EndReason, String> {
    match word {
        "ended" => Ok(EndReason::Ended),
        "idle" => Ok(EndReason::Idle),
        _ => Err(format!("no reason `{word}`")),
    }
}

/// Takes `{…}` out of a line.
fn take_arguments(line: &str) -> (String, String) {
    match (line.find('{'), line.rfind('}')) {
        (Some(start), Some(end)) if start < end => {
            let rest = format!("{}{}", &line[..start], &line[end + 1..]);
            (rest, line[start + 1..end].trim().to_owned())
        }
        _ => (line.to_owned(), String::new()),
    }
}

/// `at 100ms …`: when, in milliseconds, and what.
pub(super) fn event(line: &str, setup: &Setup) -> Result<(u64, Event), String> {
    let (line, arguments) = take_arguments(line);
    let words: Vec<&str> = line.split_whitespace().collect();
    let ["at", when, what @ ..] = words.as_slice() else {
        return Err("an event starts with `at`".to_owned());
    };
    let millis = duration(when)?.as_millis() as u64;
    let event = match what {
        ["call", id, "refused", _code] => Event::Call(Call {
            call: call(id)?,
            tool_call_id: (*id).to_owned(),
            act: ids::act(number(id, 'c')?),
            request: CallRequest::Refused(Refusal::new(RefusalCode::InvalidArguments, "missing \"date\"")),
        }),
        ["call", id, tool, options @ ..] => Event::Call(checked(id, tool, &arguments, options, setup)?),
        ["sent", id] => Event::Sent { call: call(id)? },
        ["finished", id, word] => {
            Event::Finished { call: call(id)?, outcome: outcome(word)?, timed_out: false }
        }
        ["timed", "out", id, word] => {
            Event::Finished { call: call(id)?, outcome: outcome(word)?, timed_out: true }
        }
        ["late", id, word] => Event::Late { call: call(id)?, outcome: outcome(word)? },
        ["settled", id, word] => Event::Settled { act: act(id)?, outcome: outcome(word)? },
        ["user", "speaks"] => Event::UserSpeechStarted,
        ["user", "stops"] => Event::UserSpeechFinished,
        ["agent", "speaks"] => Event::AgentSpeechStarted,
        ["agent", "stops"] => Event::AgentSpeechFinished,
        ["user", "turn"] => Event::UserTurn,
        ["interrupted"] => Event::Interrupted,
        ["runtime", "reports", "speech"] => Event::Reports { speech: true, turns: true },
        ["runtime", "reports", "turns"] => Event::Reports { speech: false, turns: true },
        ["runtime", "gone"] => Event::Reports { speech: false, turns: false },
        ["cannot", "speak", id] => Event::CannotSpeak { call: call(id)? },
        ["dropped", id] => Event::BrainDropped { tool_call_id: (*id).to_owned() },
        ["timer", timer] => Event::Timer(TimerId(number(timer, 't')?)),
        ["app", "gone"] => Event::AppGone,
        ["end", word] => Event::End(reason(word)?),
        ["restore", id, "of", execution, tool, state, options @ ..] => {
            Event::Restore(vec![restored(id, execution, tool, &arguments, state, options, setup)?])
        }
        _ => return Err("no such event".to_owned()),
    };
    Ok((millis, event))
}

fn checked(id: &str, tool: &str, arguments: &str, options: &[&str], setup: &Setup) -> Result<Call, String> {
    let (tool_id, rules) = setup.tools.get(tool).ok_or_else(|| format!("no tool `{tool}`"))?;
    let mut tool_call_id = id.to_owned();
    let mut checked = Checked {
        tool: *tool_id,
        fingerprint: ids::fingerprint(&format!("{tool} {arguments}")),
        rules: rules.clone(),
        caller_key: None,
        confirmation: None,
        has_line: false,
    };
    for option in options {
        match option.split_once('=').unwrap_or((option, "")) {
            ("id", value) => value.clone_into(&mut tool_call_id),
            ("key", value) => checked.caller_key = Some(value.to_owned()),
            ("token", value) => checked.confirmation = Some(act(value)?),
            ("with-line", _) => checked.has_line = true,
            _ => return Err(format!("no option `{option}`")),
        }
    }
    Ok(Call {
        call: call(id)?,
        tool_call_id,
        act: ids::act(number(id, 'c')?),
        request: CallRequest::Checked(checked),
    })
}

fn restored(
    id: &str,
    execution: &str,
    tool: &str,
    arguments: &str,
    state: &str,
    options: &[&str],
    setup: &Setup,
) -> Result<RestoredAct, String> {
    let (tool_id, rules) = setup.tools.get(tool).ok_or_else(|| format!("no tool `{tool}`"))?;
    let mut told_at: Option<Stamp> = None;
    for option in options {
        match option.split_once('=') {
            Some(("told", ago)) => {
                let ago: Duration = duration(ago)?;
                let told = ids::moment(0).wall.micros() - ago.as_micros() as i64;
                told_at = Some(Stamp::from_micros(told));
            }
            _ => return Err(format!("no option `{option}`")),
        }
    }
    Ok(RestoredAct {
        act: act(id)?,
        tool: *tool_id,
        fingerprint: ids::fingerprint(&format!("{tool} {arguments}")),
        effect_declared: rules.effect_declared,
        alone: rules.acts_alone(),
        state: ActState::from_word(state).ok_or_else(|| format!("no state `{state}`"))?,
        execution: call(execution)?,
        tool_call_id: Some(execution.to_owned()),
        caller_key: None,
        told_at,
    })
}
