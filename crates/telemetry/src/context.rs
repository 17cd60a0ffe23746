//! W3C trace context (level 1) of spans.

use std::collections::HashMap;

use opentelemetry::Context;
use opentelemetry::propagation::TextMapPropagator as _;
use opentelemetry::trace::TraceContextExt as _;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

/// A caller's trace context.
#[derive(Debug, Clone)]
pub struct Parent(Context);

impl Parent {
    /// Makes a span a child of the caller's. Only a span that has neither been entered nor got children can be
    /// moved; `false` where it is too late or traces are off.
    pub fn attach_to(&self, span: &Span) -> bool {
        span.set_parent(self.0.clone()).is_ok()
    }
}

/// Reads a `traceparent` header; none when it is malformed.
pub fn parent_from(traceparent: &str) -> Option<Parent> {
    let carrier = HashMap::from([("traceparent".to_owned(), traceparent.to_owned())]);
    let context = TraceContextPropagator::new().extract_with_context(&Context::new(), &carrier);
    context.span().span_context().is_valid().then_some(Parent(context))
}

/// The `traceparent` of a span; none when traces are off.
pub fn traceparent_of(span: &Span) -> Option<String> {
    let context = span.context();
    let span = context.span();
    let own = span.span_context();
    own.is_valid()
        .then(|| format!("00-{}-{}-{:02x}", own.trace_id(), own.span_id(), own.trace_flags().to_u8()))
}

/// The `traceparent` of the current span; none when there is none or traces are off.
pub fn current_traceparent() -> Option<String> {
    traceparent_of(&Span::current())
}

#[cfg(test)]
mod tests {
    use opentelemetry::trace::TraceContextExt as _;

    use super::{current_traceparent, parent_from};

    #[test]
    fn a_traceparent_is_read_or_refused() {
        let parent = parent_from("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00").unwrap();
        let span = parent.0.span();
        assert_eq!(span.span_context().trace_id().to_string(), "4bf92f3577b34da6a3ce929d0e0e4736");
        assert!(!span.span_context().is_sampled());
        for text in ["", "00", "00-00000000000000000000000000000000-00f067aa0ba902b7-01", "\u{1F600}"] {
            assert!(parent_from(text).is_none(), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_panic(text in ".{0,80}") {
            let _ = parent_from(&text);
        }
    }

    #[test]
    fn nothing_is_said_when_traces_are_off() {
        assert_eq!(current_traceparent(), None);
    }
}
