//! What runs the server asks: is it alive, is it ready, what did it do. No key needed, no tenant's data shown.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use hookswitch_api::NoteRouteLayer;
use hookswitch_engine::{Engine, PythonStatus as Status};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::metrics::Metrics;

/// How long the store has to answer a readiness check.
const PATIENCE: Duration = Duration::from_secs(2);

#[derive(Clone)]
struct Operations {
    engine: Engine,
    metrics: Arc<Metrics>,
    stopping: CancellationToken,
}

/// Whether a path is one of these; they are served until the end.
pub(crate) fn is_path(path: &str) -> bool {
    matches!(path, "/health" | "/ready" | "/metrics" | "/call-events")
}

pub(crate) fn router(engine: Engine, metrics: Arc<Metrics>, stopping: CancellationToken) -> Router {
    Router::new()
        .route("/health", get(health))
        .route("/ready", get(ready))
        .route("/metrics", get(show_metrics))
        .route("/call-events", post(take_call_events))
        .route_layer(NoteRouteLayer)
        .with_state(Operations { engine, metrics, stopping })
}

/// The call engine tells what happened; its signature is its key.
async fn take_call_events(State(state): State<Operations>, headers: HeaderMap, body: Bytes) -> StatusCode {
    match state.engine.take_call_events(&headers, &body) {
        Some(true) => StatusCode::NO_CONTENT,
        Some(false) => StatusCode::UNAUTHORIZED,
        None => StatusCode::NOT_FOUND,
    }
}

/// The process answers; and how well code is walled in, where code is run.
async fn health(State(state): State<Operations>) -> Response {
    match state.engine.python().status() {
        Status::Disabled => say(StatusCode::OK, r#"{"status":"ok"}"#),
        status => axum::Json(json!({"status": "ok", "python": python_of(&status)})).into_response(),
    }
}

fn python_of(status: &Status) -> Value {
    match status {
        Status::Starting => json!({"state": "starting"}),
        Status::Disabled => json!({"state": "disabled"}),
        Status::Off(why) => json!({"state": "off", "why": why}),
        Status::On(report) => json!({"state": "on", "isolation": report.tier.to_string(),
            "missing": report.missing, "version": report.python}),
    }
}

/// The process takes work: the store answers and nobody asked it to stop.
async fn ready(State(state): State<Operations>) -> Response {
    if state.stopping.is_cancelled() || state.engine.is_draining() {
        return say(StatusCode::SERVICE_UNAVAILABLE, r#"{"status":"draining"}"#);
    }
    match tokio::time::timeout(PATIENCE, state.engine.registry().store().ping()).await {
        Ok(Ok(())) => say(StatusCode::OK, r#"{"status":"ready"}"#),
        Ok(Err(error)) => {
            tracing::error!(%error, "the store does not answer");
            say(StatusCode::SERVICE_UNAVAILABLE, r#"{"status":"store_unavailable"}"#)
        }
        Err(_) => say(StatusCode::SERVICE_UNAVAILABLE, r#"{"status":"store_unavailable"}"#),
    }
}

async fn show_metrics(State(state): State<Operations>) -> Response {
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    match state.metrics.text() {
        Ok(text) => ([(header::CONTENT_TYPE, HeaderValue::from_static(kind))], text).into_response(),
        Err(error) => {
            tracing::error!(%error, "metrics could not be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

fn say(status: StatusCode, body: &'static str) -> Response {
    (status, [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], body).into_response()
}
