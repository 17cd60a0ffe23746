//! Attempts of a call inside one budget (semantics: Attempts and time).

use std::sync::Arc;
use std::time::{Duration, Instant};

use hookswitch_egress::{ACTION_IDLE, Freshness};
use hookswitch_executors::{Opened, Reading, Redactor, Stamps};
use hookswitch_model::definition::RetryWaits;
use hookswitch_model::execution::{Attempt, CodeRecord, RequestRecord};
use hookswitch_model::{ActId, Effect, Outcome, Stamp};
use hookswitch_session::Event;
use serde_json::{Map, Value};

use super::means::{Attempting, Given, Made, Means, Redaction};
use super::record::clean;
use super::{CallValues, Finish, Run, explanations, late, open_all, spoken_variables};
use crate::link::{Presence, SeatKind};
use crate::session::LiveTool;
use crate::{backoff, told, trace};

/// Everything about a call that its attempts share.
pub(super) struct Sending {
    pub(super) means: Means,
    pub(super) opened: Opened,
    pub(super) redaction: Redaction,
    pub(super) act: ActId,
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
    pub(super) code: Option<CodeRecord>,
    pub(super) attempts: Vec<Attempt>,
}

/// Carries out a call that is made of attempts.
pub(super) async fn run(run: &Run, tool: &Arc<LiveTool>, started: Instant) {
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
    let is_simulated = run.session.is_simulated();
    if !is_simulated && !engine.inner.breakers.may_try(prepared.id, Instant::now()) {
        let line = "the service behind this tool is not answering at the moment; try again in a few seconds";
        return run
            .conclude(tool, started, Finish { queue_us, ..Finish::refused("service_unavailable", line) })
            .await;
    }
    let sending = match prepare(run, tool, budget_end).await {
        Ok(sending) => Arc::new(sending),
        Err(finish) => return run.conclude(tool, started, Finish { queue_us, ..finish }).await,
    };
    if let Some(seat) = sending.means.waits_for()
        && let Some(finish) = wait_for(run, seat, budget_end).await
    {
        return run.conclude(tool, started, Finish { queue_us, ..finish }).await;
    }
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

/// Waits until there is somebody to carry the call out; `Some` is how it ends when nobody is.
async fn wait_for(run: &Run, seat: SeatKind, until: Instant) -> Option<Finish> {
    let presence = tokio::select! {
        presence = run.engine.await_seat(&run.session, seat, until) => presence,
        () = run.abort.cancelled() => return Some(Finish::cancelled()),
    };
    match presence {
        Presence::Here => None,
        Presence::Gone => {
            let line = match seat {
                SeatKind::App => "the app that does this is not connected",
                SeatKind::Runtime => "nobody is connected that can do this",
            };
            Some(Finish { code: Some("app_gone"), ..Finish::ended(Outcome::Failed, line) })
        }
        Presence::TimedOut => Some(Finish::timed_out(Outcome::Failed)),
    }
}

/// Opens the call's secrets and makes it ready; an `Err` is how the call ends.
async fn prepare(run: &Run, tool: &LiveTool, budget_end: Instant) -> Result<Sending, Finish> {
    let engine = &run.engine;
    let definition = &tool.prepared.definition;
    let scope = run.session.scope;
    // A simulation opens no secrets: nobody gets them.
    let opened = if run.session.is_simulated() {
        Ok(Opened::default())
    } else {
        open_all(&engine.inner.registry, scope, &tool.prepared, &tool.config).await
    };
    let opened = opened.map_err(|error| {
        tracing::warn!(tool = %tool.prepared.id, %error, "a call's secrets could not be opened");
        Finish::refused("not_configured", "tool is not configured")
    })?;
    if !run.session.is_simulated() {
        run.note_secrets_used(definition).await;
    }
    // Reads have no act; their key tells attempts of one call apart from other calls.
    let act = run.act.unwrap_or_else(|| ActId::from_uuid(run.work.execution.uuid()));
    let mut values = CallValues::of_act(&run.session, &run.work, act, Stamp::now());
    values.add_opened(&run.work, &opened);
    let is_read = definition.effect == Effect::Read;
    let given = Given {
        engine,
        session: Some(&run.session),
        work: Some(&run.work),
        prepared: &tool.prepared,
        scope,
        slot: &tool.slot,
        values: values.lookup(),
        opened: &opened,
        freshness: if is_read { Freshness::Any } else { Freshness::IdleUnder(ACTION_IDLE) },
    };
    let means =
        Means::prepare(&given).await.map_err(|refused| Finish::refused(refused.code, refused.line))?;
    Ok(Sending {
        means,
        redaction: Redaction::of(definition, &run.work.arguments, &opened),
        opened,
        act,
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
        let attempting = Attempting {
            engine,
            opened: &sending.opened,
            stamps: &stamps,
            effect: sending.effect,
            redaction: &sending.redaction,
            send_by: sending.budget_end,
            until: sending.listen_end,
        };
        let Made { mut reading, timings, request: record, code } = sending.means.attempt(&attempting).await;
        // One that did not get through, or was turned away, does not undo what the one before it may have done.
        if may_have_happened && matches!(reading.outcome, Outcome::Failed | Outcome::Refused) {
            reading.outcome = Outcome::Unknown;
        }
        may_have_happened |= reading.outcome == Outcome::Unknown;
        trace::end_attempt(span, &reading);
        if !run.session.is_simulated() {
            engine.inner.breakers.note(tool.prepared.id, reading.is_unhealthy, Instant::now());
        }
        attempts.push(Attempt {
            number,
            started_at: stamps.now,
            status: reading.status,
            error: reading.code.map(str::to_owned),
            timings,
        });
        if !reading.may_retry || number >= sending.max_tries {
            return Attempted { reading, record, code, attempts };
        }
        let wait = backoff::wait_before(sending.waits, number - 1, reading.retry_after, random_fraction());
        if Instant::now() + wait >= sending.budget_end {
            return Attempted { reading, record, code, attempts };
        }
        tokio::time::sleep(wait).await;
    }
}

/// What the attempts mean for the call.
pub(super) fn finish_of(run: &Run, tool: &LiveTool, sending: &Sending, attempted: Attempted) -> Finish {
    let definition = &tool.prepared.definition;
    let Attempted { reading, record, code, attempts } = attempted;
    let redaction = &sending.redaction;
    let timed_out = reading.error.clone();
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
            told: redaction.secrets.value(shaped.told, false),
            variables: clean_members(shaped.variables, &redaction.secrets),
            extracted: shaped.extracted,
            ..Finish::default()
        }
    } else if reading.timed_out {
        Finish::timed_out(reading.outcome)
    } else {
        let error = match reading.code {
            // What its name leads to is none of the model's business.
            Some("egress_refused") => sending.means.address_refused().to_owned(),
            _ => reading.error.unwrap_or_else(|| "failed".to_owned()),
        };
        Finish::ended(reading.outcome, redaction.all.text(&error))
    };
    // Where nothing but secrets is left out of the record, the record says what the model was told.
    if !definition.sensitive_result.is_empty() || redaction.hides_arguments() {
        finish.recorded_told = clean(finish.told.clone(), &definition.sensitive_result, &redaction.all);
    }
    finish.request = record;
    finish.response_status = reading.status;
    finish.response = clean(reading.response, &definition.sensitive_result, &redaction.all);
    if let (true, Some(_), Some(error)) = (finish.timed_out, &code, timed_out) {
        // The record says whose time was up; the model is told what it is told of every timeout.
        finish.error = Some(error);
    }
    finish.code_record = code;
    finish.attempts = attempts;
    finish.unset = sending.means.unset().to_vec();
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
