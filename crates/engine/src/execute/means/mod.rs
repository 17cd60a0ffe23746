//! How calls of a kind are carried out: made ready once, attempted as often as the rules allow. One file a kind; the
//! loop around the attempts is the same for all (`attempts.rs`), and so is a trial (`crate::trial`).

mod call_control;
mod client;
mod lambda;
mod mock;
mod python;
mod webhook;

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Instant;

use hookswitch_egress::{Freshness, TlsRule};
use hookswitch_executors::{Opened, Reading, Redactor, Stamps, Variables};
use hookswitch_model::definition::{Definition, ToolKind};
use hookswitch_model::draft::Kind;
use hookswitch_model::execution::{AttemptTimings, CodeRecord, RequestRecord};
use hookswitch_model::{Effect, Scope};
use hookswitch_registry::Prepared;
use hookswitch_template::text_form;
use serde_json::Value;

pub(crate) use python::Slot;

use super::sensitive_values;
use crate::link::SeatKind;
use crate::session::{LiveSession, Work};
use crate::{AwsSettings, Engine};

/// What a call is made ready from.
pub(crate) struct Given<'c> {
    pub(crate) engine: &'c Engine,
    /// The session and the call; none in a trial.
    pub(crate) session: Option<&'c Arc<LiveSession>>,
    pub(crate) work: Option<&'c Work>,
    pub(crate) prepared: &'c Arc<Prepared>,
    /// Whose call it is.
    pub(crate) scope: Scope,
    /// What waits for the tool's calls, when it is code.
    pub(crate) slot: &'c Slot,
    /// Arguments with their fixed values, and everything else that templates may name.
    pub(crate) values: Variables<'c>,
    pub(crate) opened: &'c Opened,
    /// Which kept connections may carry it.
    pub(crate) freshness: Freshness,
}

/// Why nothing can be sent: outcome `refused`.
#[derive(Debug)]
pub(crate) struct Unsendable {
    /// Stable code.
    pub(crate) code: &'static str,
    /// One line for the model.
    pub(crate) line: String,
    /// More for whoever tries the tool; the same line where there is no more to say.
    pub(crate) detail: Option<String>,
}

/// Finds what must not be recorded.
#[derive(Debug)]
pub(crate) struct Redaction {
    /// Finds the secrets that the call opened.
    pub(crate) secrets: Arc<Redactor>,
    /// Finds those and the arguments that are not recorded.
    pub(crate) all: Arc<Redactor>,
    /// Values of arguments that are not recorded.
    pub(crate) sensitive: Vec<Value>,
}

impl Redaction {
    /// For a call with these arguments that opened these secrets.
    pub(crate) fn of(definition: &Definition, arguments: &Value, opened: &Opened) -> Self {
        let secrets = Arc::new(opened.redactor());
        let sensitive = sensitive_values(definition, arguments);
        let all = if sensitive.is_empty() {
            Arc::clone(&secrets)
        } else {
            let texts: Vec<_> = sensitive.iter().map(text_form).collect();
            Arc::new(opened.redactor_with(texts.iter().map(AsRef::as_ref)))
        };
        Self { secrets, all, sensitive }
    }

    /// Whether the record leaves out more than secrets.
    pub(crate) fn hides_arguments(&self) -> bool {
        !Arc::ptr_eq(&self.secrets, &self.all)
    }
}

/// One attempt to be made.
pub(crate) struct Attempting<'a> {
    pub(crate) engine: &'a Engine,
    pub(crate) opened: &'a Opened,
    pub(crate) stamps: &'a Stamps,
    pub(crate) effect: Effect,
    pub(crate) redaction: &'a Redaction,
    /// Nothing leaves after this.
    pub(crate) send_by: Instant,
    /// Nobody listens after this.
    pub(crate) until: Instant,
}

/// What one attempt left.
pub(crate) struct Made {
    pub(crate) reading: Reading,
    pub(crate) timings: AttemptTimings,
    /// What was sent, redacted.
    pub(crate) request: Option<RequestRecord>,
    /// What code left beside its answer, redacted.
    pub(crate) code: Option<CodeRecord>,
}

/// Where calls of a tool go, as far as that is known before a call, and how the receiver proves who it is.
pub(crate) fn first_address<'k>(kind: &'k ToolKind, aws: &AwsSettings) -> Option<(Cow<'k, str>, TlsRule)> {
    match kind {
        ToolKind::Webhook(plan) => {
            let tls = if plan.verify_tls { TlsRule::Verified } else { TlsRule::Insecure };
            Some((Cow::Borrowed(plan.url.as_ref()?.base()?), tls))
        }
        ToolKind::Lambda(plan) => {
            let own = plan.endpoint.as_deref().map(Cow::Borrowed);
            let base = own.unwrap_or_else(|| Cow::Owned(aws.endpoints.lambda(&plan.region)));
            Some((base, TlsRule::Verified))
        }
        _ => None,
    }
}

/// A call, ready for its attempts: all of them carry the same.
pub(crate) enum Means {
    /// An HTTP request.
    Webhook(Box<webhook::Ready>),
    /// A command to the call engine, or to the runtime that owns the call.
    CallControl(Box<call_control::Ready>),
    /// A frame to the connected app.
    Client(Box<client::Ready>),
    /// An answer that stands in for the tool.
    Mock(Box<mock::Ready>),
    /// Code of a tenant, in the sandbox.
    Python(Box<python::Ready>),
    /// An invocation of a Lambda function.
    Lambda(Box<lambda::Ready>),
}

impl Means {
    /// Whether calls of a kind are made of attempts.
    pub(crate) const fn carries(kind: Kind) -> bool {
        matches!(kind, Kind::Webhook | Kind::Client | Kind::Python | Kind::Lambda | Kind::CallControl)
    }

    /// Makes a call ready.
    pub(crate) async fn prepare(given: &Given<'_>) -> Result<Self, Unsendable> {
        // Before anything else: a simulation never falls through to the tool.
        if let Some(session) = given.session.filter(|session| session.is_simulated()) {
            return mock::Ready::new(session, given).map(Box::new).map(Self::Mock);
        }
        match &given.prepared.definition.kind {
            ToolKind::Webhook(plan) => webhook::Ready::new(plan, given).map(Box::new).map(Self::Webhook),
            ToolKind::CallControl(draft) => {
                call_control::Ready::new(draft, given).map(Box::new).map(Self::CallControl)
            }
            ToolKind::Client => client::Ready::new(given).map(Box::new).map(Self::Client),
            ToolKind::Python(_) => python::Ready::new(given).await.map(Box::new).map(Self::Python),
            ToolKind::Lambda(plan) => lambda::Ready::new(plan, given).map(Box::new).map(Self::Lambda),
            _ => Err(Unsendable {
                code: "unsupported",
                line: "this tool can't be run here".to_owned(),
                detail: None,
            }),
        }
    }

    /// Whom a call waits for before anything of it counts as sent.
    pub(crate) const fn waits_for(&self) -> Option<SeatKind> {
        match self {
            Self::Webhook(_) | Self::Python(_) | Self::Lambda(_) | Self::Mock(_) => None,
            Self::Client(_) => Some(SeatKind::App),
            Self::CallControl(ready) => ready.waits_for(),
        }
    }

    /// Makes one attempt.
    pub(crate) async fn attempt(&self, attempting: &Attempting<'_>) -> Made {
        match self {
            Self::Webhook(ready) => ready.attempt(attempting).await,
            Self::CallControl(ready) => ready.attempt(attempting).await,
            Self::Client(ready) => ready.attempt(attempting).await,
            Self::Mock(ready) => ready.attempt(attempting).await,
            Self::Python(ready) => ready.attempt(attempting).await,
            Self::Lambda(ready) => ready.attempt(attempting).await,
        }
    }

    /// What an attempt would send now, redacted; code sends nothing by itself.
    pub(crate) fn preview(
        &self,
        opened: &Opened,
        stamps: &Stamps,
        redaction: &Redaction,
    ) -> Option<RequestRecord> {
        match self {
            Self::Webhook(ready) => Some(ready.preview(opened, stamps, redaction)),
            Self::CallControl(ready) => Some(ready.preview(redaction)),
            Self::Client(ready) => Some(ready.preview(redaction)),
            Self::Lambda(ready) => Some(ready.preview(stamps, redaction)),
            Self::Mock(ready) => Some(ready.preview(redaction)),
            Self::Python(_) => None,
        }
    }

    /// What the model is told of an address that the policy refuses when it is dialled: what a name leads to is none
    /// of its business.
    pub(crate) const fn address_refused(&self) -> &'static str {
        match self {
            Self::Webhook(_) | Self::Client(_) | Self::CallControl(_) | Self::Python(_) | Self::Mock(_) => {
                webhook::ADDRESS_REFUSED
            }
            Self::Lambda(_) => lambda::ADDRESS_REFUSED,
        }
    }

    /// Variables that had no value.
    pub(crate) fn unset(&self) -> &[String] {
        match self {
            Self::Webhook(ready) => ready.unset(),
            Self::Client(_) | Self::CallControl(_) | Self::Python(_) | Self::Mock(_) => &[],
            Self::Lambda(ready) => ready.unset(),
        }
    }
}
