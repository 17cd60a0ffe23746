//! OpenTelemetry traces (OTLP over HTTP, protobuf), off by default.
//!
//! [`Telemetry::start`] gives a layer for the subscriber and a [`Guard`]. Finished spans wait in a bounded queue and
//! leave in batches through an egress client of their own, which may reach the operator's collector and nothing
//! else. A collector that is slow, away or angry costs spans, never calls.
//!
//! Only spans of hookswitch itself are exported, and no log lines: those may say what only the operator of this
//! server is to read. The SDK's standard variables for the collector's headers, the resource's attributes and the
//! sampler (`OTEL_EXPORTER_OTLP_HEADERS`, `OTEL_RESOURCE_ATTRIBUTES`, `OTEL_TRACES_SAMPLER`) have their usual meaning.

mod collector;
mod context;
mod error;
mod export;
mod guard;
mod warning;

use opentelemetry::KeyValue;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{BatchConfigBuilder, BatchSpanProcessor, SdkTracerProvider};
use rustls_pki_types::CertificateDer;
use tracing::{Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::{LevelFilter, filter_fn};
use tracing_subscriber::registry::LookupSpan;

pub use context::{Parent, current_traceparent, parent_from, traceparent_of};
pub use error::TelemetryError;
pub use guard::Guard;

use collector::Collector;
use export::{EgressHttp, LONGEST};

/// Spans that wait to be exported; more than these are dropped.
const MOST_WAITING: usize = 8192;
/// Spans in one export.
const MOST_IN_BATCH: usize = 2048;

/// The way in.
#[derive(Debug)]
pub struct Telemetry;

impl Telemetry {
    /// Starts the export to a collector; to be called on a tokio runtime. `endpoint` is the collector's base URL, as
    /// `http://127.0.0.1:4318`; `/v1/traces` is added where it is missing. `extra_roots` are certificate authorities
    /// to trust beside the platform's. Nothing is sent yet: a collector that is away shows in the log later.
    ///
    /// The layer wants spans of level DEBUG whose targets begin with `hookswitch`; it carries its own filter.
    pub fn start<S>(
        endpoint: &str,
        service_version: &str,
        extra_roots: Vec<CertificateDer<'static>>,
    ) -> Result<(impl Layer<S> + Send + Sync + 'static, Guard), TelemetryError>
    where
        S: Subscriber + for<'span> LookupSpan<'span> + Send + Sync + 'static,
    {
        let collector = Collector::parse(endpoint)?;
        let exporter = SpanExporter::builder()
            .with_http()
            .with_protocol(Protocol::HttpBinary)
            .with_endpoint(collector.url())
            .with_timeout(LONGEST)
            .with_http_client(EgressHttp::new(&collector, extra_roots)?)
            .build()
            .map_err(|error| TelemetryError::Exporter(error.to_string()))?;
        let batches = BatchConfigBuilder::default()
            .with_max_queue_size(MOST_WAITING)
            .with_max_export_batch_size(MOST_IN_BATCH)
            .build();
        let resource = Resource::builder()
            .with_service_name("hookswitch")
            .with_attribute(KeyValue::new("service.version", service_version.to_owned()))
            .build();
        let provider = SdkTracerProvider::builder()
            .with_resource(resource)
            .with_span_processor(BatchSpanProcessor::builder(exporter).with_batch_config(batches).build())
            .build();
        let layer = tracing_opentelemetry::layer()
            .with_tracer(provider.tracer("hookswitch"))
            .with_location(false)
            .with_threads(false)
            .with_level(false)
            .with_target(false)
            .with_tracked_inactivity(false)
            .with_filter(
                filter_fn(|metadata| {
                    metadata.is_span()
                        && *metadata.level() <= Level::DEBUG
                        && metadata.target().starts_with("hookswitch")
                })
                .with_max_level_hint(LevelFilter::DEBUG),
            );
        Ok((layer, Guard::new(provider)))
    }
}
