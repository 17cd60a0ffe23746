//! Mocks: answers that stand in for a tool, read as the tool's own would be. Nothing leaves the server, no secret is
//! opened.

use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use hookswitch_egress::{MaybeSent, NotSent, Response, SendError, Timings};
use hookswitch_executors::webhook;
use hookswitch_model::definition::ToolKind;
use hookswitch_model::execution::{AttemptTimings, RequestRecord};
use hookswitch_model::mock::{MockAnswer, MockFault};
use hookswitch_model::plan::AnswerPlan;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde_json::Value;

use super::{Attempting, Given, Made, Redaction, Unsendable};
use crate::session::{LiveSession, LiveTool};

/// What the mock of a tool is asked.
pub(crate) struct Ready {
    session: Arc<LiveSession>,
    tool: Arc<LiveTool>,
    arguments: Value,
    plan: AnswerPlan,
}

impl Ready {
    pub(super) fn new(session: &Arc<LiveSession>, given: &Given<'_>) -> Result<Self, Unsendable> {
        let tool = given.work.and_then(|work| work.tool.clone());
        let has_mock = |tool: &Arc<LiveTool>| session.mocks.as_ref().is_some_and(|mocks| mocks.has(tool));
        let Some(tool) = tool.filter(has_mock) else {
            let line = "this tool has no mock in this simulation".to_owned();
            return Err(Unsendable { code: "no_mock", line, detail: None });
        };
        let plan = match &given.prepared.definition.kind {
            ToolKind::Webhook(plan) => plan.answer.clone(),
            _ => AnswerPlan::default(),
        };
        Ok(Self { session: Arc::clone(session), tool, arguments: given.values.input.clone(), plan })
    }

    pub(super) async fn attempt(&self, now: &Attempting<'_>) -> Made {
        let started = Instant::now();
        let answer = self.session.mocks.as_ref().and_then(|mocks| mocks.next(&self.tool));
        let sent = play(answer, now.until).await;
        let total_us = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
        let reading = match &sent {
            Ok(response) => webhook::read_answer(response, now.effect, &self.plan),
            Err(error) => webhook::read_error(error, now.effect),
        };
        let timings = AttemptTimings { total_us, first_byte_us: total_us, ..AttemptTimings::default() };
        Made { reading, timings, request: Some(self.preview(now.redaction)), code: None }
    }

    pub(super) fn preview(&self, redaction: &Redaction) -> RequestRecord {
        let arguments = hookswitch_executors::blot(&self.arguments, &redaction.sensitive);
        RequestRecord {
            method: "MOCK".to_owned(),
            url: self.tool.function.clone(),
            headers: Vec::new(),
            body: redaction.all.value(arguments, false),
        }
    }
}

/// What comes back, or does not.
async fn play(answer: Option<MockAnswer>, until: Instant) -> Result<Response, SendError> {
    let Some(answer) = answer else { return Err(NotSent::ConnectRefused.into()) };
    let ready = Instant::now() + answer.after_ms.duration();
    let is_late = ready >= until || answer.fault == Some(MockFault::Slow);
    tokio::time::sleep_until(if is_late { until } else { ready }.into()).await;
    match answer.fault {
        Some(MockFault::Unreachable) => Err(NotSent::ConnectRefused.into()),
        Some(MockFault::LostAnswer) => Err(lost("no answer")),
        Some(MockFault::HalfBody) => Err(lost("half of the body")),
        _ if is_late => Err(MaybeSent::Timeout.into()),
        Some(MockFault::Slow) | None => Ok(response(&answer)),
    }
}

fn lost(what: &str) -> SendError {
    MaybeSent::ConnectionLost(format!("mock: {what}")).into()
}

fn response(answer: &MockAnswer) -> Response {
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Response {
        status: StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK),
        headers,
        body: Bytes::from(answer.result.to_string()),
        timings: Timings::default(),
        peer: ([0, 0, 0, 0], 0).into(),
        redirects: 0,
        redirect_stop: None,
    }
}
