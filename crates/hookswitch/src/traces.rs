//! The engine's port for traces, by OpenTelemetry.

use hookswitch_engine::{TraceContext, Traceparent};
use tracing::Span;

/// Reads and sets the trace context of spans that the OpenTelemetry layer of the subscriber knows.
#[derive(Debug)]
pub(crate) struct Traces;

impl TraceContext for Traces {
    fn traceparent(&self, span: &Span) -> Option<String> {
        hookswitch_telemetry::traceparent_of(span)
    }

    fn adopt(&self, span: &Span, traceparent: &Traceparent) {
        if let Some(caller) = hookswitch_telemetry::parent_from(traceparent.as_str()) {
            caller.attach_to(span);
        }
    }
}
