//! What `/metrics` shows: counts of HTTP kept here, counts of the rooms below read when somebody asks.

mod below;

use std::time::Duration;

use hookswitch_engine::Engine;
use http::Method;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

/// Seconds; tool calls take milliseconds to some seconds.
const BUCKETS: [f64; 12] = [0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0];

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    dialect: &'static str,
    route: String,
    method: &'static str,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RouteLabels {
    dialect: &'static str,
    route: String,
}

/// All metrics of the server. Labels have few values: routes are patterns, never paths.
#[derive(Debug)]
pub(crate) struct Metrics {
    registry: Registry,
    requests: Family<RequestLabels, Counter>,
    durations: Family<RouteLabels, Histogram>,
    connections: Gauge,
    connections_total: Counter,
}

impl Metrics {
    pub(crate) fn new(engine: Engine) -> Self {
        let mut registry = Registry::with_prefix("hookswitch");
        let requests = Family::<RequestLabels, Counter>::default();
        let durations = Family::<RouteLabels, Histogram>::new_with_constructor(|| Histogram::new(BUCKETS));
        let (connections, connections_total) = (Gauge::default(), Counter::default());
        registry.register("http_requests", "Requests by route and status", requests.clone());
        registry.register("http_request_duration_seconds", "Time of requests", durations.clone());
        registry.register("http_connections_open", "Connections now", connections.clone());
        registry.register("http_connections", "Connections accepted", connections_total.clone());
        registry.register_collector(Box::new(below::Below::new(engine)));
        Self { registry, requests, durations, connections, connections_total }
    }

    pub(crate) fn request(
        &self,
        dialect: &'static str,
        route: &str,
        method: &Method,
        status: u16,
        took: Duration,
    ) {
        let labels = RequestLabels { dialect, route: route.to_owned(), method: word_of(method), status };
        let of_route = RouteLabels { dialect, route: labels.route.clone() };
        self.requests.get_or_create(&labels).inc();
        self.durations.get_or_create(&of_route).observe(took.as_secs_f64());
    }

    /// Counts a connection until the guard is dropped.
    pub(crate) fn connection(&self) -> OpenConnection {
        self.connections_total.inc();
        self.connections.inc();
        OpenConnection { open: self.connections.clone() }
    }

    /// OpenMetrics text.
    pub(crate) fn text(&self) -> Result<String, std::fmt::Error> {
        let mut text = String::with_capacity(16 * 1024);
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

/// A connection that is open.
#[derive(Debug)]
pub(crate) struct OpenConnection {
    open: Gauge,
}

impl Drop for OpenConnection {
    fn drop(&mut self) {
        self.open.dec();
    }
}

/// Clients can make up methods; labels must not grow with them.
fn word_of(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::HEAD => "HEAD",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}
