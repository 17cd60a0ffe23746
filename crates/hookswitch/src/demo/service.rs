//! A small real booking service: it looks customers up, books once per key, verifies signatures, and can be slow.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Json;
use axum::routing::{get, post};
use hookswitch_egress::signing::{
    ID_HEADER, SIGNATURE_HEADER, TIMESTAMP_HEADER, WebhookSecret, sign, sign_timestamped,
};
use parking_lot::Mutex;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// How long the slow desk takes.
pub(super) const SLOW: Duration = Duration::from_millis(900);

#[derive(Default)]
struct Desk {
    /// Signing secrets by path.
    secrets: Mutex<HashMap<&'static str, SecretString>>,
    /// Bookings by idempotency key.
    bookings: Mutex<Vec<(String, Value)>>,
    requests: Mutex<Vec<String>>,
    verified: Mutex<usize>,
    /// Requests whose timestamped signature was right, too.
    timestamped: Mutex<usize>,
}

/// The running service; it ends with the process.
pub(super) struct BookingService {
    address: SocketAddr,
    desk: Arc<Desk>,
}

impl BookingService {
    pub(super) async fn start() -> anyhow::Result<Self> {
        let desk = Arc::new(Desk::default());
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let router = Router::new()
            .route("/customers/lookup", get(look_up))
            .route("/appointments", post(book))
            .route("/insurance", post(check_insurance))
            .route("/vendors/note", post(note))
            .route("/vendors/orders/{id}", get(order))
            .route("/vendors/availability", post(availability))
            .route("/vendors/quote", post(quote))
            .with_state(Arc::clone(&desk));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(Self { address, desk })
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Tells the service the secret with which a path's requests are signed.
    pub(super) fn trust(&self, path: &'static str, secret: &str) {
        self.desk.secrets.lock().insert(path, SecretString::from(secret.to_owned()));
    }

    pub(super) fn bookings(&self) -> usize {
        self.desk.bookings.lock().len()
    }

    pub(super) fn requests(&self) -> Vec<String> {
        self.desk.requests.lock().clone()
    }

    pub(super) fn timestamped(&self) -> usize {
        *self.desk.timestamped.lock()
    }

    pub(super) fn verified(&self) -> usize {
        *self.desk.verified.lock()
    }
}

async fn look_up(State(desk): State<Arc<Desk>>, Query(query): Query<HashMap<String, String>>) -> Json<Value> {
    desk.requests.lock().push("GET /customers/lookup".to_owned());
    let phone = query.get("phone_number").cloned().unwrap_or_default();
    Json(json!({"customer": {"name": "Ada Lovelace", "phone": phone, "tier": "gold"}}))
}

async fn book(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Value>, (StatusCode, Json<Value>)> {
    desk.requests.lock().push("POST /appointments".to_owned());
    verify(&desk, "/appointments", &headers, &body)?;
    let key = text_of(&headers, "idempotency-key");
    let wanted: Value = serde_json::from_slice(&body).unwrap_or_default();
    let mut bookings = desk.bookings.lock();
    let message = format!("Booked for {}", wanted["slot"]["date"].as_str().unwrap_or("?"));
    bookings.push((key, wanted));
    Ok(Json(json!({"message": message, "confirmation": {"number": 4700 + bookings.len()}})))
}

async fn check_insurance(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Value>, (StatusCode, Json<Value>)> {
    desk.requests.lock().push("POST /insurance".to_owned());
    verify(&desk, "/insurance", &headers, &body)?;
    tokio::time::sleep(SLOW).await;
    Ok(Json(json!({"covered": true})))
}

async fn note(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Value>, (StatusCode, Json<Value>)> {
    verify(&desk, "/vendors/note", &headers, &body)?;
    let timestamp: i64 = text_of(&headers, TIMESTAMP_HEADER).parse().unwrap_or_default();
    let secrets = desk.secrets.lock();
    let secret = secrets.get("/vendors/note").map(secrecy::ExposeSecret::expose_secret);
    if text_of(&headers, "x-pyai-signature") == sign_timestamped(timestamp, &body, secret.into_iter()) {
        *desk.timestamped.lock() += 1;
    }
    Ok(Json(json!({"noted": true})))
}

async fn order(headers: HeaderMap, Path(id): Path<String>) -> (StatusCode, Json<Value>) {
    if text_of(&headers, "authorization") != "Bearer demo-crm-key-0001" {
        return (StatusCode::UNAUTHORIZED, Json(json!({"error": "no key"})));
    }
    (StatusCode::OK, Json(json!({"order": id, "status": "shipped"})))
}

async fn availability(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Value>, (StatusCode, Json<Value>)> {
    verify(&desk, "/vendors/project", &headers, &body)?;
    Ok(Json(json!({"slots": ["09:00", "11:30"]})))
}

async fn quote(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Value>, (StatusCode, Json<Value>)> {
    verify(&desk, "/vendors/project", &headers, &body)?;
    let wanted: Value = serde_json::from_slice(&body).unwrap_or_default();
    Ok(Json(json!({"quote": {"price": wanted["people"].as_i64().unwrap_or_default() * 42}})))
}

/// Recomputes the signature over the bytes received; an unsigned or changed request is turned away.
fn verify(
    desk: &Desk,
    path: &'static str,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<(), (StatusCode, Json<Value>)> {
    let turned_away = || (StatusCode::UNAUTHORIZED, Json(json!({"error": "bad signature"})));
    let secrets = desk.secrets.lock();
    let secret = secrets.get(path).ok_or_else(turned_away)?;
    let secret = WebhookSecret::parse(secret.expose_secret()).map_err(|_| turned_away())?;
    let timestamp = text_of(headers, TIMESTAMP_HEADER).parse().map_err(|_| turned_away())?;
    let expected =
        sign(&text_of(headers, ID_HEADER), timestamp, body, &[&secret]).map_err(|_| turned_away())?;
    if text_of(headers, SIGNATURE_HEADER).split(' ').any(|signature| signature == expected) {
        *desk.verified.lock() += 1;
        Ok(())
    } else {
        Err(turned_away())
    }
}

fn text_of(headers: &HeaderMap, name: &str) -> String {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
}
