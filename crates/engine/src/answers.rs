//! Answers to calls: worded, told, recorded where nothing ran.

use std::sync::Arc;

use hookswitch_model::event::EventKind;
use hookswitch_model::execution::{ActState, Execution, ExecutionDetail};
use hookswitch_model::{ActId, ExecutionId, Outcome, Scope, Stamp};
use hookswitch_session::{Answer, Reply};
use hookswitch_store::StoreError;
use serde_json::{Value, json};

use crate::events::note_order;
use crate::link::LinkOrder;
use crate::orders::note_reply;
use crate::session::{LiveSession, State, Work};
use crate::{Engine, micros_between, told, trace};

/// What a caller gets.
#[derive(Debug, Clone)]
pub struct CallAnswer {
    /// The execution of this call, or the one whose text it got.
    pub execution: ExecutionId,
    /// The id of the tool call.
    pub tool_call_id: String,
    /// How it ended; none while an `async` call goes on.
    pub outcome: Option<Outcome>,
    /// What the model is told.
    pub told: Arc<Value>,
    /// Whether it is a replay of a finished execution.
    pub replayed: bool,
    /// Whether it joined a running one.
    pub joined: bool,
    /// Whether it is the soft timeout.
    pub timed_out: bool,
    /// Code of a refusal.
    pub refusal: Option<&'static str>,
    /// What the caller's code gives back to confirm an irreversible act.
    pub confirmation: Option<ActId>,
    /// Whether anybody may speak for it.
    pub may_speak: bool,
    /// Whether the reply may call tools.
    pub may_call_tools: bool,
}

impl Engine {
    /// Carries out an order to answer: tells whoever waits, writes the event, records what was never tried.
    pub(crate) fn answer(
        &self,
        session: &Arc<LiveSession>,
        state: &mut State,
        call: ExecutionId,
        with: Answer,
        reply: Reply,
    ) {
        let Some(open) = state.calls.get_mut(&call) else { return };
        let work = Arc::clone(&open.work);
        let waiter = open.waiter.take();
        let (is_running, act) = (open.is_running, open.act);
        let mut answer = CallAnswer {
            execution: call,
            tool_call_id: work.tool_call_id.clone(),
            outcome: None,
            told: Arc::new(Value::Null),
            replayed: false,
            joined: false,
            timed_out: false,
            refusal: None,
            confirmation: None,
            may_speak: reply.may_speak,
            may_call_tools: reply.may_call_tools,
        };
        let never_tried = |answer: &mut CallAnswer, outcome: Outcome, told: Value| {
            answer.outcome = Some(outcome);
            answer.told = Arc::new(told);
        };
        let mut not_tried = None;
        let already_done = matches!(with, Answer::SameAs { already_done: true, .. });
        match with {
            Answer::Result | Answer::TimedOut => {
                if let Some(kept) = state.kept.get(call) {
                    answer.outcome = Some(kept.outcome);
                    answer.told = kept.value;
                    answer.refusal = kept.code;
                }
                answer.timed_out = with == Answer::TimedOut;
                state.unsaved_told.extend(act.map(|act| (act, Stamp::now())));
            }
            Answer::SameAs { execution, already_done, replayed } => {
                self.inner.counters.answered_by_another(replayed);
                answer.execution = execution;
                answer.replayed = replayed;
                answer.joined = !replayed;
                trace::note_replayed(&work.span, replayed);
                if !is_running {
                    state.calls.remove(&call);
                }
                let Some(kept) = state.kept.get(execution) else {
                    self.answer_from_store(session, work, answer, already_done, waiter);
                    return;
                };
                answer.outcome = Some(kept.outcome);
                answer.told =
                    if already_done { Arc::new(told::already_done(&kept.value)) } else { kept.value };
            }
            Answer::Refused(refusal) => {
                answer.refusal = Some(refusal.code.as_str());
                never_tried(&mut answer, Outcome::Refused, told::failure(Outcome::Refused, &refusal.line));
                not_tried = Some(refusal.line.into_owned());
            }
            Answer::HeldUnknown { same, .. } => {
                answer.refusal = Some("unknown_before");
                never_tried(&mut answer, Outcome::Refused, told::held_unknown(same));
                not_tried = Some("an earlier act is unknown".to_owned());
            }
            Answer::ReadBack { token } => {
                answer.refusal = Some("confirmation_needed");
                answer.confirmation = token;
                never_tried(&mut answer, Outcome::Refused, read_back(&work));
                not_tried = Some("the caller's yes is needed first".to_owned());
            }
            Answer::Started => answer.told = Arc::new(json!({"status": "started"})),
            Answer::Cancelled => {
                never_tried(&mut answer, Outcome::Cancelled, json!({"error": "cancelled"}));
                not_tried = Some("withdrawn".to_owned());
            }
            Answer::Unknown => {
                let told = told::failure(Outcome::Unknown, "the conversation ended while it was under way");
                never_tried(&mut answer, Outcome::Unknown, told);
            }
        }
        if let (false, Some(outcome)) = (is_running, answer.outcome) {
            trace::note_outcome(&work.span, outcome, answer.timed_out);
        }
        // A running call's record is written by its execution.
        if let (Some(error), false) = (not_tried, is_running) {
            self.record_untried(session, &work, &answer, error);
        }
        if !is_running {
            state.calls.remove(&call);
        }
        let data = answered(&work, &answer, already_done);
        let order = || Some(LinkOrder::Result(Box::new(answer.clone())));
        note_order(session, state, EventKind::CallAnswered, data, order);
        if let Some(waiter) = waiter {
            // Nobody waits any more when the caller hung up: the record has it.
            let _ = waiter.send(answer);
        }
    }

    /// The text of an execution that is no longer in memory.
    fn answer_from_store(
        &self,
        session: &Arc<LiveSession>,
        work: Arc<Work>,
        mut answer: CallAnswer,
        already_done: bool,
        waiter: Option<tokio::sync::oneshot::Sender<CallAnswer>>,
    ) {
        let (engine, session) = (self.clone(), Arc::clone(session));
        self.spawn(async move {
            match engine.told_before(session.scope, answer.execution).await {
                Ok((execution, text, outcome)) => {
                    answer.execution = execution;
                    answer.outcome = outcome;
                    answer.told = Arc::new(if already_done { told::already_done(&text) } else { text });
                    let data = answered(&work, &answer, already_done);
                    {
                        let mut state = session.state.lock();
                        // A session that ended meanwhile has had its last event.
                        if state.ended_at.is_none() {
                            let order = || Some(LinkOrder::Result(Box::new(answer.clone())));
                            note_order(&session, &mut state, EventKind::CallAnswered, data, order);
                        }
                    }
                    engine.save_events(&session).await;
                }
                Err(error) => {
                    tracing::error!(execution = %answer.execution, %error, "an answer could not be read back");
                    answer.outcome = Some(Outcome::Unknown);
                    answer.told = Arc::new(told::failure(Outcome::Unknown, "the earlier answer can't be read"));
                }
            }
            if let Some(outcome) = answer.outcome {
                trace::note_outcome(&work.span, outcome, false);
            }
            if let Some(waiter) = waiter {
                let _ = waiter.send(answer);
            }
        });
    }

    /// What a repeat of an execution is told, by which execution, and how it ended: the ledger's word, which also
    /// knows late results, what a person settled, and what came of it when it was sent again; of reads the record's.
    pub(crate) async fn told_before(
        &self,
        scope: Scope,
        execution: ExecutionId,
    ) -> Result<(ExecutionId, Value, Option<Outcome>), StoreError> {
        let record = self.inner.store.get_execution(scope, execution).await?;
        if let Some(act) = record.act {
            let act = self.inner.store.get_act(scope, act).await?;
            if let Some(told) = act.told {
                let outcome = match act.state {
                    ActState::Done => Some(Outcome::Done),
                    ActState::Failed if act.execution == execution => record.outcome,
                    ActState::Failed => Some(Outcome::Failed),
                    ActState::Unknown | ActState::Pending => Some(Outcome::Unknown),
                };
                return Ok((act.execution, told, outcome));
            }
        }
        // Cut short by the end of its server, which could not word it any more.
        match (&record.detail.told, record.outcome, &record.error) {
            (Value::Null, Some(Outcome::Unknown), Some(error)) => {
                Ok((execution, told::failure(Outcome::Unknown, error), record.outcome))
            }
            _ => Ok((execution, record.detail.told, record.outcome)),
        }
    }

    /// The record of a call that was never tried.
    fn record_untried(
        &self,
        session: &Arc<LiveSession>,
        work: &Arc<Work>,
        answer: &CallAnswer,
        error: String,
    ) {
        let outcome = answer.outcome.unwrap_or(Outcome::Refused);
        let now = Stamp::now();
        let execution = Execution {
            outcome: Some(outcome),
            error: Some(error),
            detail: ExecutionDetail {
                arguments: crate::execute::recorded_arguments(work),
                told: recorded_told(work, &answer.told),
                ..ExecutionDetail::default()
            },
            queue_us: micros_between(work.created_at, now),
            ended_at: Some(now),
            ..crate::execute::blank_record(session, work)
        };
        self.inner.counters.ended(outcome, false, 0);
        let engine = self.clone();
        self.spawn(async move { engine.record(execution).await });
    }
}

/// What the model was told, with the arguments that are not recorded replaced where it read them back.
fn recorded_told(work: &Work, told: &Value) -> Value {
    let mut told = told.clone();
    if let Some(arguments) = told.get_mut("arguments") {
        *arguments = crate::execute::recorded_arguments(work);
    }
    told
}

fn read_back(work: &Work) -> Value {
    let tool = work.tool.as_ref().map_or(work.name.as_str(), |tool| tool.function.as_str());
    json!({"error": format!("{tool} can't be undone: read the details back to the caller, and call it again \
        with the same arguments after their yes"), "arguments": work.arguments, "done": false})
}

fn answered(work: &Work, answer: &CallAnswer, already_done: bool) -> Value {
    let mut data = json!({
        "execution_id": answer.execution,
        "tool_call_id": answer.tool_call_id,
        "tool": work.name,
        "outcome": answer.outcome,
    });
    let flags = [
        ("replayed", answer.replayed),
        ("already_done", already_done),
        ("joined", answer.joined),
        ("timed_out", answer.timed_out),
    ];
    if let Some(members) = data.as_object_mut() {
        for (name, _) in flags.into_iter().filter(|(_, is_set)| *is_set) {
            members.insert(name.to_owned(), Value::Bool(true));
        }
        if let Some(code) = answer.refusal {
            members.insert("code".to_owned(), Value::from(code));
        }
        if answer.outcome.is_none() {
            members.insert("started".to_owned(), Value::Bool(true));
        }
    }
    let reply = Reply { may_speak: answer.may_speak, may_call_tools: answer.may_call_tools };
    note_reply(&mut data, reply);
    data
}
