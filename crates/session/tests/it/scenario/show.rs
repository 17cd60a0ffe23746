//! Orders as text.

use hookswitch_model::{ActId, ExecutionId};
use hookswitch_session::{Answer, Order, Proof, Reply, SpeechLine, Warning};

use crate::ids::number_of;

fn call(id: ExecutionId) -> String {
    format!("c{}", number_of(id.uuid()))
}

fn act(id: ActId) -> String {
    format!("a{}", number_of(id.uuid()))
}

fn reply(reply: Reply) -> &'static str {
    match (reply.may_speak, reply.may_call_tools) {
        (true, true) => "",
        (true, false) => " (no tools)",
        (false, true) => " (no speech)",
        (false, false) => " (no reply)",
    }
}

fn answer(with: &Answer) -> String {
    match with {
        Answer::Result => "result".to_owned(),
        Answer::TimedOut => "timed out".to_owned(),
        Answer::SameAs { execution, already_done, replayed } => {
            let replayed = if *replayed { ", replayed" } else { "" };
            let already_done = if *already_done { ", already done" } else { "" };
            format!("same as {}{replayed}{already_done}", call(*execution))
        }
        Answer::Refused(refusal) => format!("refused, {}", refusal.code.as_str()),
        Answer::HeldUnknown { act: id, same: true } => format!("held, {} is unknown", act(*id)),
        Answer::HeldUnknown { act: id, same: false } => format!("held, another act {} is unknown", act(*id)),
        Answer::ReadBack { token: None } => "read back".to_owned(),
        Answer::ReadBack { token: Some(token) } => format!("read back, token {}", act(*token)),
        Answer::Started => "started".to_owned(),
        Answer::Cancelled => "cancelled".to_owned(),
        Answer::Unknown => "unknown".to_owned(),
    }
}

fn execute(id: ExecutionId, as_act: Option<ActId>, write_intent: bool, confirmed: Option<Proof>) -> String {
    let as_act = as_act.map(|id| format!(" as act {}", act(id))).unwrap_or_default();
    let intent = match (as_act.is_empty(), write_intent) {
        (true, false) => "",
        (false, true) => ", intent first",
        (false, false) => " again",
        (true, true) => ", intent without act",
    };
    let confirmed = match confirmed {
        None => "",
        Some(Proof::UserTurn) => ", confirmed by user turn",
        Some(Proof::Token) => ", confirmed by token",
    };
    format!("execute {}{as_act}{intent}{confirmed}", call(id))
}

pub(super) fn order(order: &Order) -> String {
    match order {
        Order::Execute { call, act, write_intent, confirmed } => {
            execute(*call, *act, *write_intent, *confirmed)
        }
        Order::Cancel { call: id } => format!("cancel {}", call(*id)),
        Order::Conclude { call: id, outcome } => format!("conclude {} {}", call(*id), outcome.as_str()),
        Order::Answer { call: id, with, reply: allowed } => {
            format!("answer {}: {}{}", call(*id), answer(with), reply(*allowed))
        }
        Order::TellAsync { call: id, reply: allowed } => {
            format!("tell result {}{}", call(*id), reply(*allowed))
        }
        Order::TellLate { call: id, outcome } => format!("tell late {} {}", call(*id), outcome.as_str()),
        Order::SetTimer { timer, after } => format!("set timer t{} {}ms", timer.0, after.as_millis()),
        Order::ClearTimer { timer } => format!("clear timer t{}", timer.0),
        Order::Say { call: id, line } => match line {
            SpeechLine::Model => format!("say {} model line", call(*id)),
            SpeechLine::Tool => format!("say {} tool line", call(*id)),
            SpeechLine::Server => format!("say {} server line", call(*id)),
            SpeechLine::Delayed(place) => format!("say {} delayed line {}", call(*id), place + 1),
        },
        Order::SpeakFirst { call: id } => format!("speak first {}", call(*id)),
        Order::MayCallTools(true) => "may call tools".to_owned(),
        Order::MayCallTools(false) => "may not call tools".to_owned(),
        Order::MayInterrupt(true) => "may interrupt".to_owned(),
        Order::MayInterrupt(false) => "may not interrupt".to_owned(),
        Order::Warn(Warning::ToolCallIdReused { call: id, earlier }) => {
            format!("warn {} reuses the id of {}", call(*id), call(*earlier))
        }
        Order::Warn(Warning::UnknownCall { call: None }) => "warn unknown call".to_owned(),
        Order::Warn(Warning::UnknownCall { call: Some(id) }) => format!("warn unknown call {}", call(*id)),
        Order::Warn(Warning::NotUnknown { act: id }) => format!("warn {} is not unknown", act(*id)),
        Order::Ended { reason } => format!("ended {reason:?}").to_lowercase(),
    }
}
