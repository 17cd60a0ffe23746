//! Traces: a span for every tool call, one for each of its attempts, and the W3C context that goes out with it.
//!
//! Spans are of level DEBUG, so that they cost one comparison where nobody asks for them: not for traces, nor for
//! logs of that level. They carry ids and codes only, never arguments, results, addresses or secrets. The span of a
//! call lasts as long as anything of it is under way, listening for a late result included.

use std::fmt;

use hookswitch_executors::Reading;
use hookswitch_model::{ExecutionId, Outcome, ToolId};
use tracing::Span;
use tracing::field::{Empty, display};

/// What the engine needs of whatever exports traces.
pub trait TraceContext: fmt::Debug + Send + Sync {
    /// The `traceparent` of a span; none when the span belongs to no trace.
    fn traceparent(&self, span: &Span) -> Option<String>;

    /// Makes a span that was just made a child of the caller's, given by its `traceparent`.
    fn adopt(&self, span: &Span, traceparent: &Traceparent);
}

/// A `traceparent` of exactly the form of version 00 that names a trace and a parent (W3C Trace Context, 3.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Traceparent(String);

impl Traceparent {
    /// Takes a well-formed one; none otherwise.
    pub fn parse(text: String) -> Option<Self> {
        let mut parts = text.split('-');
        let mut part = |length: usize| {
            let is_hex = |byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
            parts.next().filter(|part| part.len() == length && part.bytes().all(is_hex))
        };
        let is_named = |part: &str| part.bytes().any(|byte| byte != b'0');
        let fits = part(2) == Some("00") && part(32).is_some_and(is_named) && part(16).is_some_and(is_named);
        (fits && part(2).is_some() && parts.next().is_none()).then_some(Self(text))
    }

    /// As it stands in the header.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Begins the span of a call, in the caller's trace where there is one.
pub(crate) fn begin_call(
    context: Option<&dyn TraceContext>,
    execution: ExecutionId,
    caller: Option<&Traceparent>,
) -> Span {
    let span = tracing::debug_span!(
        "call",
        otel.kind = "server",
        otel.status_code = Empty,
        execution = %execution,
        tool = Empty,
        outcome = Empty,
        timed_out = Empty,
        replayed = Empty,
        late = Empty,
    );
    if let (Some(context), Some(caller), false) = (context, caller, span.is_disabled()) {
        context.adopt(&span, caller);
    }
    span
}

/// The tool of a call is known.
pub(crate) fn note_tool(call: &Span, tool: ToolId) {
    call.record("tool", display(tool));
}

/// How a call that ran has ended.
pub(crate) fn note_outcome(call: &Span, outcome: Outcome, timed_out: bool) {
    call.record("outcome", outcome.as_str());
    if timed_out {
        call.record("timed_out", true);
    }
    if timed_out || matches!(outcome, Outcome::Failed | Outcome::Unknown) {
        call.record("otel.status_code", "ERROR");
    }
}

/// The call was answered by another execution.
pub(crate) fn note_replayed(call: &Span, replayed: bool) {
    call.record("replayed", replayed);
}

/// A result came after the soft timeout.
pub(crate) fn note_late(call: &Span, outcome: Outcome) {
    call.record("late", outcome.as_str());
}

/// Begins the span of an attempt, numbered from 1.
pub(crate) fn begin_attempt(call: &Span, number: u32) -> Span {
    tracing::debug_span!(
        parent: call,
        "attempt",
        otel.kind = "client",
        otel.status_code = Empty,
        number,
        http.response.status_code = Empty,
        "error.type" = Empty,
    )
}

/// An attempt is over; its span ends here.
pub(crate) fn end_attempt(attempt: Span, reading: &Reading) {
    if let Some(status) = reading.status {
        attempt.record("http.response.status_code", status);
    }
    if reading.outcome != Outcome::Done {
        attempt.record("otel.status_code", "ERROR");
    }
    if let Some(code) = reading.code {
        attempt.record("error.type", code);
    }
    drop(attempt);
}

#[cfg(test)]
mod tests {
    use hookswitch_model::ExecutionId;
    use tracing::Level;

    use super::{Traceparent, begin_attempt, begin_call};

    #[test]
    fn spans_are_off_at_the_usual_level_of_logs() {
        for (level, is_off) in [(Level::INFO, true), (Level::DEBUG, false)] {
            let lines = tracing_subscriber::fmt().with_max_level(level).with_writer(std::io::sink);
            tracing::subscriber::with_default(lines.finish(), || {
                let call = begin_call(None, ExecutionId::generate(), None);
                assert_eq!((call.is_disabled(), begin_attempt(&call, 1).is_disabled()), (is_off, is_off));
            });
        }
    }

    #[test]
    fn only_the_form_of_version_00_passes() {
        let good = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        assert_eq!(Traceparent::parse(good.to_owned()).unwrap().as_str(), good);
        for text in [
            "",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-1",
            "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\nx: y",
        ] {
            assert!(Traceparent::parse(text.to_owned()).is_none(), "{text}");
        }
    }
}
