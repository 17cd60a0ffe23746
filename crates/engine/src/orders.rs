//! Carrying out what the machine orders. Everything here is done under the session's lock and waits for nothing;
//! what takes time becomes a task.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use hookswitch_model::event::EventKind;
use hookswitch_model::{ExecutionId, Scope, SessionId, Stamp};
use hookswitch_session::{Event, Order, Reply, SpeechLine, TimerId, Warning};
use hookswitch_template::FillRules;
use serde_json::{Value, json};

use crate::Engine;
use crate::error::EngineError;
use crate::events::note_event;
use crate::input::SpeechReport;
use crate::link::AskEnd;
use crate::session::{LiveSession, State, Work};

/// Said where a tool has no line of its own.
const SERVER_LINE: &str = "One moment, please.";

impl Engine {
    /// Gives the machine an event and carries out its orders.
    pub(crate) async fn feed(&self, session: &Arc<LiveSession>, event: Event) {
        self.step(session, &mut session.state.lock(), event);
        self.save_events(session).await;
    }

    /// The same for a caller that holds the lock and saves the events later.
    pub(crate) fn step(&self, session: &Arc<LiveSession>, state: &mut State, event: Event) {
        let mut orders = Vec::new();
        state.machine.on(event, session.now(), &mut orders);
        for order in orders {
            self.carry_out(session, state, order);
        }
    }

    /// What a runtime reports of the conversation.
    pub async fn report(&self, scope: Scope, id: SessionId, report: SpeechReport) -> Result<(), EngineError> {
        let session = self.live_session(scope, id).await?;
        session.state.lock().last_used = std::time::Instant::now();
        self.report_of(&session, report).await;
        Ok(())
    }

    /// The same in a session that is at hand.
    pub(crate) async fn report_of(&self, session: &Arc<LiveSession>, report: SpeechReport) {
        let (event, kind, word) = match report {
            SpeechReport::UserTurn => (Event::UserTurn, EventKind::UserTurn, "user_turn"),
            SpeechReport::UserSpeechStarted => {
                (Event::UserSpeechStarted, EventKind::Speech, "user_speech_started")
            }
            SpeechReport::UserSpeechFinished => {
                (Event::UserSpeechFinished, EventKind::Speech, "user_speech_finished")
            }
            SpeechReport::AgentSpeechStarted => {
                (Event::AgentSpeechStarted, EventKind::Speech, "agent_speech_started")
            }
            SpeechReport::AgentSpeechFinished => {
                (Event::AgentSpeechFinished, EventKind::Speech, "agent_speech_finished")
            }
            SpeechReport::Interrupted => (Event::Interrupted, EventKind::Speech, "interrupted"),
        };
        {
            let mut state = session.state.lock();
            if state.ended_at.is_some() {
                return;
            }
            note_event(session, &mut state, kind, json!({ "report": word }));
            self.step(session, &mut state, event);
        }
        if report == SpeechReport::UserTurn {
            self.warm(session);
        }
        self.save_events(session).await;
    }

    fn carry_out(&self, session: &Arc<LiveSession>, state: &mut State, order: Order) {
        match order {
            Order::Execute { call, act, write_intent, confirmed } => {
                if let Some(open) = state.calls.get_mut(&call) {
                    open.is_running = true;
                    open.act = act;
                    let run = crate::execute::Run {
                        engine: self.clone(),
                        session: Arc::clone(session),
                        work: Arc::clone(&open.work),
                        act,
                        is_resent: act.is_some() && !write_intent,
                        intent_is_on_disk: AtomicBool::new(false),
                        weak_proof: confirmed == Some(hookswitch_session::Proof::Token),
                        abort: open.abort.clone(),
                    };
                    note_started(session, state, call);
                    self.spawn(run.run());
                }
            }
            Order::Cancel { call } => {
                if let Some(open) = state.calls.get(&call) {
                    open.abort.cancel();
                }
            }
            // One that was not sent yet sees by itself that nobody is there.
            Order::Conclude { call, .. } => {
                if let Some(ask) = state.asks.remove(&call) {
                    ask.end(AskEnd::Gone { was_sent: true });
                }
            }
            Order::Answer { call, with, reply } => self.answer(session, state, call, with, reply),
            Order::TellAsync { call, reply } => {
                let act = state.calls.get(&call).and_then(|open| open.act);
                state.unsaved_told.extend(act.map(|act| (act, Stamp::now())));
                tell_later(session, state, call, EventKind::CallAnswered, reply);
            }
            Order::TellLate { call, .. } => {
                self.inner.counters.came_late();
                tell_later(session, state, call, EventKind::ResultLate, Reply::FREE);
            }
            Order::SetTimer { timer, after } => self.set_timer(session, state, timer, after),
            Order::ClearTimer { timer } => {
                if let Some(handle) = state.timers.remove(&timer) {
                    handle.abort();
                }
            }
            Order::Say { call, line } => {
                if let Some(text) = line_of(session, state, call, line) {
                    let data = json!({"execution_id": call, "text": text});
                    note_event(session, state, EventKind::SpeechLine, data);
                }
            }
            Order::SpeakFirst { call } => {
                let data = json!({"order": "speak_first", "execution_id": call});
                note_event(session, state, EventKind::Speech, data);
            }
            Order::MayCallTools(may) => {
                let data = json!({"order": "may_call_tools", "value": may});
                note_event(session, state, EventKind::Speech, data);
            }
            Order::MayInterrupt(may) => {
                let data = json!({"order": "may_interrupt", "value": may});
                note_event(session, state, EventKind::Speech, data);
            }
            Order::Warn(warning) => {
                note_event(session, state, EventKind::Warning, warning_data(&warning));
            }
            // The row and the last event are written by whoever ended the session.
            Order::Ended { .. } => state.timers.drain().for_each(|(_, handle)| handle.abort()),
        }
    }

    fn set_timer(
        &self,
        session: &Arc<LiveSession>,
        state: &mut State,
        timer: TimerId,
        after: std::time::Duration,
    ) {
        let engine = self.clone();
        let weak = Arc::downgrade(session);
        // Not tracked: a timer must not hold up a shutdown.
        let task = tokio::spawn(async move {
            tokio::time::sleep(after).await;
            if let Some(session) = weak.upgrade() {
                session.state.lock().timers.remove(&timer);
                engine.feed(&session, Event::Timer(timer)).await;
            }
        });
        state.timers.insert(timer, task.abort_handle());
    }
}

/// An action's start is part of the session's history; reads are heard of when they are answered.
fn note_started(session: &LiveSession, state: &mut State, call: ExecutionId) {
    let Some(work) = state.calls.get(&call).map(|open| Arc::clone(&open.work)) else { return };
    let is_read = work.tool.as_ref().is_some_and(|tool| tool.rules.is_read());
    if !is_read || session.tells_starts || session.live_events.receiver_count() > 0 {
        let mut data = json!({"execution_id": call, "tool_call_id": work.tool_call_id, "tool": work.name});
        if session.tells_starts {
            data["arguments"] = crate::execute::recorded_arguments(&work);
        }
        note_event(session, state, EventKind::CallStarted, data);
    }
}

/// A result that comes as an event: of an `async` call, or after the soft timeout.
fn tell_later(session: &LiveSession, state: &mut State, call: ExecutionId, kind: EventKind, reply: Reply) {
    let Some(kept) = state.kept.get(call) else { return };
    let mut data = json!({"execution_id": call, "outcome": kept.outcome, "result": *kept.value});
    if let (Some(id), Some(members)) = (state.machine.tool_call_id(call), data.as_object_mut()) {
        members.insert("tool_call_id".to_owned(), Value::from(id));
    }
    note_reply(&mut data, reply);
    note_event(session, state, kind, data);
}

/// What the brain may not do with an answer.
pub(crate) fn note_reply(data: &mut Value, reply: Reply) {
    let Some(members) = data.as_object_mut() else { return };
    for (name, may) in [("may_speak", reply.may_speak), ("may_call_tools", reply.may_call_tools)] {
        if !may {
            members.insert(name.to_owned(), Value::Bool(false));
        }
    }
}

fn line_of(session: &LiveSession, state: &State, call: ExecutionId, line: SpeechLine) -> Option<String> {
    let work: &Arc<Work> = &state.calls.get(&call)?.work;
    let definition = &work.tool.as_ref()?.prepared.definition;
    match line {
        SpeechLine::Model => work.line.clone(),
        SpeechLine::Server => Some(SERVER_LINE.to_owned()),
        SpeechLine::Delayed(at) => definition.speech.delayed.get(at).map(|line| line.text.clone()),
        SpeechLine::Tool => {
            let text = definition.speech_line.as_ref()?;
            let variables = crate::execute::spoken_variables(session, state, work);
            text.fill(&variables.lookup(), &FillRules::default()).ok().map(|filled| filled.value)
        }
    }
}

fn warning_data(warning: &Warning) -> Value {
    match warning {
        Warning::ToolCallIdReused { call, earlier } => {
            json!({"code": "tool_call_id_reused", "execution_id": call, "earlier": earlier})
        }
        Warning::UnknownCall { call } => json!({"code": "unknown_call", "execution_id": call}),
        Warning::NotUnknown { act } => json!({"code": "not_unknown", "act_id": act}),
    }
}
