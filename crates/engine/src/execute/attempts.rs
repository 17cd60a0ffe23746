//! Attempts of a webhook inside one budget (semantics: Attempts and time).

use std::sync::Arc;
use std::time::{Duration, Instant};

use hookswitch_egress::{ACTION_IDLE, Freshness};
use hookswitch_executors::webhook::{self, FilledRequest, Reading, Stamps};
use hookswitch_executors::{Opened, Redactor};
use hookswitch_model::definition::RetryWaits;
use hookswitch_model::execution::{Attempt, AttemptTimings, RequestRecord};
use hookswitch_model::plan::{AnswerPlan, RequestPlan};
use hookswitch_model::{ActId, Effect, Outcome, Stamp};
use hookswitch_session::Event;
use hookswitch_template::text_form;
use serde_json::{Map, Value};

use super::record::{clean, sensitive_values};
use super::{CallValues, Finish, Run, explanations, late, open_all, spoken_variables};
use crate::session::LiveTool;
use crate::{backoff, told, trace};

/// What the model is told of an address that the policy refuses.
const ADDRESS_REFUSED: &str = "webhook address not allowed";

/// Everything about a call that its attempts share.
pub(super) struct Sending {
    pub(super) request: FilledRequest,
    pub(super) opened: Opened,
    /// Finds the secrets that the call opened.
    pub(super) secrets: Arc<Redactor>,
    /// Finds those and the arguments that are not recorded.
    pub(super) redactor: Arc<Redactor>,
    /// Values of arguments that are not recorded.
    pub(super) sensitive: Vec<Value>,
    pub(super) act: ActId,
    pub(super) answer: AnswerPlan,
    pub(super) waits: RetryWaits,
    pub(super) effect: Effect,
    pub(super) max_tries: u32,
    pub(super) budget_end: Instant,
    pub(super) listen_end: Instant,
}

/// What the attempts came to.
pub(super) struct Attempted {
    pub(super) reading: Reading,
    pub(super) record: Option<RequestRecord>,
    pub(super) attempts: Vec<Attempt>,
}

pub(super) async fn run_webhook(run: &Run, tool: &Arc<LiveTool>, plan: &RequestPlan, started: Instant) {
    let engine = &run.engine;
    let budget_end = started + run.budget(tool);
    let prepared = &tool.prepared;
    let places = tokio::select! {
        places = engine.inner.limits.take(prepared.id, prepared.org) => places,
        () = tokio::time::sleep_until(budget_end.into()) => None,
        () = run.abort.cancelled() => return run.conclude(tool, started, Finish::cancelled()).await,
    };
    let queue_us = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
    if places.is_none() {
        let finish = Finish::refused("busy", "too much is going on at once; try again in a moment");
        return run.conclude(tool, started, Finish { queue_us, ..finish }).await;
    }
    if !engine.inner.breakers.may_try(prepared.id, Instant::now()) {
        let line = "the service behind this tool is not answering at the moment; try again in a few seconds";
        return run
            .conclude(tool, started, Finish { queue_us, ..Finish::refused("service_unavailable", line) })
            .await;
    }
    let sending = match prepare(run, tool, plan, budget_end).await {
        Ok(sending) => Arc::new(sending),
        Err(finish) => return run.conclude(tool, started, Finish { queue_us, ..finish }).await,
    };
    if let Err(error) = run.write_intent(tool).await {
        tracing::error!(execution = %run.work.execution, %error, "an intent could not be written; nothing was sent");
        let finish =
            Finish::refused("not_written", "the server could not write this down and did not send it");
        return run.conclude(tool, started, Finish { queue_us, ..finish }).await;
    }
    engine.feed(&run.session, Event::Sent { call: run.work.execution }).await;
    // Asked after the machine was told: a cancel that came before has been ordered by now, and a later one of an
    // action is not ordered any more.
    if run.abort.is_cancelled() {
        return run.conclude(tool, started, Finish { queue_us, ..Finish::cancelled() }).await;
    }
    let is_read = sending.effect == Effect::Read;
    let mut attempts = Box::pin(send_all(run, tool, Arc::clone(&sending)));
    let ended = tokio::select! {
        biased;
        attempted = &mut attempts => Some(attempted),
        () = run.abort.cancelled(), if is_read => None,
        () = tokio::time::sleep_until(budget_end.into()) => None,
    };
    let finish = match ended {
        Some(attempted) => finish_of(run, tool, &sending, attempted),
        None if is_read && run.abort.is_cancelled() => Finish::cancelled(),
        None => Finish::timed_out(if is_read { Outcome::Failed } else { Outcome::Unknown }),
    };
    let listens_on = finish.timed_out && !is_read && finish.attempts.is_empty();
    run.conclude(tool, started, Finish { queue_us, ..finish }).await;
    // Whoever only listens takes no place from others.
    drop(places);
    if listens_on {
        // A sent action is listened to for a while: its result settles the act.
        late::listen(run, tool, &sending, attempts, started).await;
    }
}

/// Fills the request and opens its secrets; an `Err` is how the call ends.
async fn prepare(
    run: &Run,
    tool: &LiveTool,
    plan: &RequestPlan,
    budget_end: Instant,
) -> Result<Sending, Finish> {
    let engine = &run.engine;
    let definition = &tool.prepared.definition;
    let scope = run.session.scope;
    let opened = open_all(&engine.inner.registry, scope, &tool.prepared, &tool.config).await;
    let opened = opened.map_err(|error| {
        tracing::warn!(tool = %tool.prepared.id, %error, "a call's secrets could not be opened");
        Finish::refused("not_configured", "tool is not configured")
    })?;
    run.note_secrets_used(definition).await;
    // Reads have no act; their key tells attempts of one call apart from other calls.
    let act = run.act.unwrap_or_else(|| ActId::from_uuid(run.work.execution.uuid()));
    let mut values = CallValues::of_act(&run.session, &run.work, act, Stamp::now());
    values.add_opened(&run.work, &opened);
    let is_read = definition.effect == Effect::Read;
    let freshness = if is_read { Freshness::Any } else { Freshness::IdleUnder(ACTION_IDLE) };
    let policy = engine.inner.egress.policy();
    let request = webhook::fill(plan, &values.lookup(), &opened, &policy, freshness).map_err(|refused| {
        if let webhook::Refused::Address(refusal) = &refused {
            tracing::warn!(tool = %tool.prepared.id, hint = refusal.operator_hint(), "address refused");
            return Finish::refused("address_refused", ADDRESS_REFUSED);
        }
        Finish::refused("not_sendable", refused.to_string())
    })?;
    let secrets = Arc::new(opened.redactor());
    let sensitive = sensitive_values(definition, &run.work.arguments);
    let redactor = if sensitive.is_empty() {
        Arc::clone(&secrets)
    } else {
        let texts: Vec<_> = sensitive.iter().map(text_form).collect();
        Arc::new(opened.redactor_with(texts.iter().map(AsRef::as_ref)))
    };
    Ok(Sending {
        request,
        secrets,
        redactor,
        sensitive,
        opened,
        act,
        answer: plan.answer.clone(),
        waits: definition.retry_waits,
        effect: definition.effect,
        max_tries: definition.max_tries,
        budget_end,
        listen_end: budget_end + if is_read { Duration::ZERO } else { engine.inner.settings.listen_on },
    })
}

/// Makes attempts until one counts or the budget is used up. The last one of an action may be listened to longer.
async fn send_all(run: &Run, tool: &LiveTool, sending: Arc<Sending>) -> Attempted {
    let engine = &run.engine;
    let mut attempts = Vec::new();
    let mut may_have_happened = run.is_resent;
    loop {
        let number = u32::try_from(attempts.len()).unwrap_or(u32::MAX).saturating_add(1);
        engine.inner.counters.attempted();
        let span = trace::begin_attempt(&run.work.span, number);
        let stamps = Stamps {
            execution: run.work.execution,
            act: sending.act,
            now: Stamp::now(),
            traceparent: run.traceparent(&span),
        };
        let (headers, sent) = webhook::attempt(
            &engine.inner.egress,
            &sending.request,
            &stamps,
            &sending.opened,
            sending.budget_end,
            sending.listen_end,
        )
        .await;
        let timings = sent.as_ref().map_or_else(|_| AttemptTimings::default(), webhook::timings_of);
        let mut reading = match &sent {
            Ok(response) => webhook::read_answer(response, sending.effect, &sending.answer),
            Err(error) => webhook::read_error(error, sending.effect),
        };
        // One that did not get through, or was turned away, does not undo what the one before it may have done.
        if may_have_happened && matches!(reading.outcome, Outcome::Failed | Outcome::Refused) {
            reading.outcome = Outcome::Unknown;
        }
        may_have_happened |= reading.outcome == Outcome::Unknown;
        trace::end_attempt(span, &reading);
        engine.inner.breakers.note(tool.prepared.id, reading.is_unhealthy, Instant::now());
        attempts.push(Attempt {
            number,
            started_at: stamps.now,
            status: reading.status,
            error: reading.code.map(str::to_owned),
            timings,
        });
        let record =
            Some(webhook::record_request(&sending.request, &headers, &sending.redactor, &sending.sensitive));
        if !reading.may_retry || number >= sending.max_tries {
            return Attempted { reading, record, attempts };
        }
        let wait = backoff::wait_before(sending.waits, number - 1, reading.retry_after, random_fraction());
        if Instant::now() + wait >= sending.budget_end {
            return Attempted { reading, record, attempts };
        }
        tokio::time::sleep(wait).await;
    }
}

/// What the attempts mean for the call.
pub(super) fn finish_of(run: &Run, tool: &LiveTool, sending: &Sending, attempted: Attempted) -> Finish {
    let definition = &tool.prepared.definition;
    let Attempted { reading, record, attempts } = attempted;
    let mut finish = if reading.outcome == Outcome::Done {
        let shaped = told::shape(definition, reading.result, &reading.response, |set| {
            explanations(
                definition,
                &spoken_variables(&run.session, &run.session.state.lock(), &run.work),
                set,
            )
        });
        Finish {
            outcome: Some(Outcome::Done),
            // Without the secrets that its own request carried.
            told: sending.secrets.value(shaped.told, false),
            variables: clean_members(shaped.variables, &sending.secrets),
            extracted: shaped.extracted,
            ..Finish::default()
        }
    } else if reading.timed_out {
        Finish::timed_out(reading.outcome)
    } else {
        let error = match reading.code {
            // What its name leads to is none of the model's business.
            Some("egress_refused") => ADDRESS_REFUSED.to_owned(),
            _ => reading.error.unwrap_or_else(|| "failed".to_owned()),
        };
        Finish::ended(reading.outcome, sending.redactor.text(&error))
    };
    // Where nothing but secrets is left out of the record, the record says what the model was told.
    if !definition.sensitive_result.is_empty() || !Arc::ptr_eq(&sending.redactor, &sending.secrets) {
        finish.recorded_told = clean(finish.told.clone(), &definition.sensitive_result, &sending.redactor);
    }
    finish.request = record;
    finish.response_status = reading.status;
    finish.response = clean(reading.response, &definition.sensitive_result, &sending.redactor);
    finish.attempts = attempts;
    finish.unset.clone_from(&sending.request.unset);
    finish
}

/// Session variables without secrets that the answer echoed.
fn clean_members(members: Map<String, Value>, secrets: &Redactor) -> Map<String, Value> {
    members.into_iter().map(|(name, value)| (name, secrets.value(value, false))).collect()
}

/// Uniform in 0..1, for jitter only: a fresh id's random bits.
fn random_fraction() -> f64 {
    let bits = ActId::generate().uuid().as_u128() as u32;
    f64::from(bits) / f64::from(u32::MAX)
}
