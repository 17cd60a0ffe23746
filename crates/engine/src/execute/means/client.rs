//! Client tools: the call goes to the connected app and its output comes back.

use std::sync::Arc;
use std::time::Instant;

use hookswitch_executors::Reading;
use hookswitch_model::execution::{AttemptTimings, RequestRecord};
use hookswitch_model::{Effect, Outcome};
use serde_json::Value;

use super::{Attempting, Given, Made, Redaction, Unsendable};
use crate::link::{Ask, AskEnd, Asked, error_text};
use crate::session::LiveSession;

/// What the model is told when nobody is there to carry the call out.
pub(in crate::execute) const APP_GONE: &str = "the app that does this is no longer connected";

/// What the app is asked.
pub(crate) struct Ready {
    session: Arc<LiveSession>,
    tool_call_id: String,
    function: String,
    arguments: Value,
}

impl Ready {
    pub(super) fn new(given: &Given<'_>) -> Result<Self, Unsendable> {
        let (Some(session), Some(work)) = (given.session, given.work) else {
            let line = "client tools run in a session only: their app is connected there".to_owned();
            return Err(Unsendable { code: "unsupported", line, detail: None });
        };
        Ok(Self {
            session: Arc::clone(session),
            tool_call_id: work.tool_call_id.clone(),
            function: work.tool.as_ref().map_or_else(|| work.name.clone(), |tool| tool.function.clone()),
            arguments: given.values.input.clone(),
        })
    }

    pub(super) async fn attempt(&self, now: &Attempting<'_>) -> Made {
        let ask = Ask {
            asked: Asked::Client,
            execution: now.stamps.execution,
            act: now.stamps.act,
            tool_call_id: self.tool_call_id.clone(),
            name: self.function.clone(),
            params: self.arguments.clone(),
            timeout: now.send_by.saturating_duration_since(Instant::now()),
            until: now.until,
        };
        let end = now.engine.ask(&self.session, ask).await;
        let request = Some(self.preview(now.redaction));
        Made { reading: reading(end, now.effect), timings: AttemptTimings::default(), request, code: None }
    }

    /// What the app is asked, redacted.
    pub(super) fn preview(&self, redaction: &Redaction) -> RequestRecord {
        let arguments = hookswitch_executors::blot(&self.arguments, &redaction.sensitive);
        RequestRecord {
            method: "CLIENT".to_owned(),
            url: self.function.clone(),
            headers: Vec::new(),
            body: redaction.all.value(arguments, false),
        }
    }
}

/// A reading with nothing in it.
pub(super) fn blank(outcome: Outcome) -> Reading {
    Reading {
        outcome,
        result: Value::Null,
        response: Value::Null,
        status: None,
        error: None,
        code: None,
        may_retry: false,
        timed_out: false,
        is_unhealthy: false,
        retry_after: None,
    }
}

/// What an ask came to.
pub(super) fn reading(end: AskEnd, effect: Effect) -> Reading {
    let blank = blank(Outcome::Failed);
    // What was sent to somebody who is gone may have happened.
    let lost = |was_sent| {
        if was_sent && effect != Effect::Read { Outcome::Unknown } else { Outcome::Failed }
    };
    match end {
        AskEnd::Answered { outcome: Outcome::Done, detail } => {
            Reading { outcome: Outcome::Done, response: detail.clone(), result: detail, ..blank }
        }
        AskEnd::Answered { outcome, detail } => Reading {
            outcome,
            error: Some(error_text(&detail)),
            code: Some("app_error"),
            response: detail,
            ..blank
        },
        AskEnd::Gone { was_sent } => Reading {
            outcome: lost(was_sent),
            error: Some(APP_GONE.to_owned()),
            code: Some("app_gone"),
            ..blank
        },
        AskEnd::TimedOut { was_sent } => {
            Reading { outcome: lost(was_sent), code: Some("timeout"), timed_out: true, ..blank }
        }
    }
}
