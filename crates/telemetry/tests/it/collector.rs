//! A collector: takes OTLP over HTTP and reads it.

use hookswitch_testkit::{Reply, TestServer};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message as _;

/// A collector that takes everything.
pub(crate) async fn start() -> TestServer {
    TestServer::start(|_| Reply::with(200, &[("content-type", "application/x-protobuf")], "")).await
}

/// All exports so far.
pub(crate) fn exports(collector: &TestServer) -> Vec<ExportTraceServiceRequest> {
    let requests = collector.requests();
    requests.iter().map(|request| ExportTraceServiceRequest::decode(request.body.clone()).unwrap()).collect()
}

/// All spans so far.
pub(crate) fn spans(collector: &TestServer) -> Vec<Span> {
    let resources = exports(collector).into_iter().flat_map(|export| export.resource_spans);
    resources.flat_map(|resource| resource.scope_spans).flat_map(|scope| scope.spans).collect()
}

/// An attribute as text.
pub(crate) fn attribute(span: &Span, name: &str) -> Option<String> {
    let found = span.attributes.iter().find(|attribute| attribute.key == name)?;
    match found.value.as_ref()?.value.as_ref()? {
        Value::StringValue(text) => Some(text.clone()),
        Value::IntValue(number) => Some(number.to_string()),
        Value::BoolValue(truth) => Some(truth.to_string()),
        other => Some(format!("{other:?}")),
    }
}
