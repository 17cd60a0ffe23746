//! Lambda tools: the invocation is filled once and sent by every attempt, signed anew each time.

use hookswitch_executors::lambda::{self, CredentialSource, Credentials, FilledCall, IdentityError};
use hookswitch_executors::{Reading, Stamps, webhook};
use hookswitch_model::execution::{AttemptTimings, CodeRecord, RequestRecord};
use hookswitch_model::lambda::LambdaPlan;
use hookswitch_model::{Outcome, Stamp};
use serde_json::Value;

use super::{Attempting, Given, Made, Redaction, Unsendable};

/// What the model is told of an endpoint that the policy refuses.
pub(super) const ADDRESS_REFUSED: &str = "endpoint address not allowed";

/// A filled invocation and who signs it.
pub(crate) struct Ready {
    call: FilledCall,
    credentials: CredentialSource,
}

impl Ready {
    pub(super) fn new(plan: &LambdaPlan, given: &Given<'_>) -> Result<Self, Unsendable> {
        Self::fill(plan, given).map_err(|refused| {
            let detail = Some(refused.to_string());
            match refused {
                lambda::Refused::Address(refusal) => {
                    tracing::warn!(tool = %given.prepared.id, hint = refusal.operator_hint(), "address refused");
                    Unsendable { code: "address_refused", line: ADDRESS_REFUSED.to_owned(), detail }
                }
                lambda::Refused::NoCredentials => {
                    Unsendable { code: "not_configured", line: refused.to_string(), detail }
                }
                other => Unsendable { code: "not_sendable", line: other.to_string(), detail },
            }
        })
    }

    fn fill(plan: &LambdaPlan, given: &Given<'_>) -> Result<Self, lambda::Refused> {
        let inner = &given.engine.inner;
        let aws = &inner.settings.aws;
        let credentials =
            lambda::choose_credentials(plan, &given.values, given.opened, aws.identity.is_some())?;
        let policy = inner.egress.policy();
        let call = lambda::fill(
            plan,
            &given.values,
            given.opened,
            &aws.endpoints,
            &policy,
            given.freshness,
            Stamp::now(),
        )?;
        Ok(Self { call, credentials })
    }

    pub(super) async fn attempt(&self, now: &Attempting<'_>) -> Made {
        let redaction = now.redaction;
        let credentials = match self.credentials(now).await {
            Ok(credentials) => credentials,
            Err(error) => {
                tracing::warn!(%error, "a Lambda call has no credentials of the server");
                let request = self.preview(now.stamps, redaction);
                return Made {
                    reading: unsigned(),
                    timings: AttemptTimings::default(),
                    request: Some(request),
                    code: None,
                };
            }
        };
        let egress = &now.engine.inner.egress;
        let (headers, sent) =
            lambda::attempt(egress, &self.call, now.stamps, &credentials, now.send_by, now.until).await;
        let timings = sent.as_ref().map_or_else(|_| AttemptTimings::default(), webhook::timings_of);
        let (reading, code) = match &sent {
            Ok(response) => {
                let answer = lambda::read_answer(response, &self.call, now.effect);
                let code = CodeRecord {
                    stdout: redaction.all.text(&answer.log_tail),
                    traceback: answer.traceback.map(|trace| redaction.all.text(&trace)),
                    ..CodeRecord::default()
                };
                (answer.reading, Some(code).filter(|code| *code != CodeRecord::default()))
            }
            Err(error) => (lambda::read_error(error, &self.call, now.effect), None),
        };
        let request = lambda::record_request(&self.call, &headers, &redaction.all, &redaction.sensitive);
        Made { reading, timings, request: Some(request), code }
    }

    async fn credentials(&self, now: &Attempting<'_>) -> Result<Credentials, IdentityError> {
        match (&self.credentials, &now.engine.inner.settings.aws.identity) {
            (CredentialSource::Tenant(own), _) => Ok(own.clone()),
            (CredentialSource::Server, Some(identity)) => identity.credentials(now.send_by).await,
            (CredentialSource::Server, None) => Err(IdentityError::Unreadable),
        }
    }

    pub(super) fn preview(&self, stamps: &Stamps, redaction: &Redaction) -> RequestRecord {
        let headers = lambda::preview(&self.call, stamps);
        lambda::record_request(&self.call, &headers, &redaction.all, &redaction.sensitive)
    }

    pub(super) fn unset(&self) -> &[String] {
        &self.call.unset
    }
}

/// The server has no credentials now: nothing was sent, and the next attempt may have them.
fn unsigned() -> Reading {
    Reading {
        outcome: Outcome::Failed,
        result: Value::Null,
        response: Value::Null,
        status: None,
        error: Some("AWS credentials are not available at the moment".to_owned()),
        code: Some("credentials_unavailable"),
        may_retry: true,
        timed_out: false,
        is_unhealthy: false,
        retry_after: None,
    }
}
