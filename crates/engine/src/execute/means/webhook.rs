//! Webhook tools: the request is filled once and sent by every attempt.

use hookswitch_executors::webhook::{self, FilledRequest};
use hookswitch_executors::{Opened, Stamps};
use hookswitch_model::execution::{AttemptTimings, RequestRecord};
use hookswitch_model::plan::{AnswerPlan, RequestPlan};

use super::{Attempting, Given, Made, Redaction, Unsendable};

/// What the model is told of an address that the policy refuses: what a name leads to is none of its business.
pub(super) const ADDRESS_REFUSED: &str = "webhook address not allowed";

/// A filled request and how its answer is read.
pub(crate) struct Ready {
    request: FilledRequest,
    answer: AnswerPlan,
}

impl Ready {
    pub(super) fn new(plan: &RequestPlan, given: &Given<'_>) -> Result<Self, Unsendable> {
        let policy = given.engine.inner.egress.policy();
        let filled = webhook::fill(plan, &given.values, given.opened, &policy, given.freshness);
        let request = filled.map_err(|refused| {
            let detail = Some(refused.to_string());
            if let webhook::Refused::Address(refusal) = &refused {
                tracing::warn!(tool = %given.prepared.id, hint = refusal.operator_hint(), "address refused");
                return Unsendable { code: "address_refused", line: ADDRESS_REFUSED.to_owned(), detail };
            }
            Unsendable { code: "not_sendable", line: refused.to_string(), detail }
        })?;
        Ok(Self { request, answer: plan.answer.clone() })
    }

    pub(super) async fn attempt(&self, now: &Attempting<'_>) -> Made {
        let egress = &now.engine.inner.egress;
        let (headers, sent) =
            webhook::attempt(egress, &self.request, now.stamps, now.opened, now.send_by, now.until).await;
        let timings = sent.as_ref().map_or_else(|_| AttemptTimings::default(), webhook::timings_of);
        let reading = match &sent {
            Ok(response) => webhook::read_answer(response, now.effect, &self.answer),
            Err(error) => webhook::read_error(error, now.effect),
        };
        let redaction = now.redaction;
        let request = webhook::record_request(&self.request, &headers, &redaction.all, &redaction.sensitive);
        Made { reading, timings, request: Some(request), code: None }
    }

    pub(super) fn preview(&self, opened: &Opened, stamps: &Stamps, redaction: &Redaction) -> RequestRecord {
        let headers = webhook::preview(&self.request, stamps, opened);
        webhook::record_request(&self.request, &headers, &redaction.all, &redaction.sensitive)
    }

    pub(super) fn unset(&self) -> &[String] {
        &self.request.unset
    }
}
