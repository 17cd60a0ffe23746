//! A client of the native API as an agent's runtime has one: one kept connection, retries of what was not answered.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, header};
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout};

use crate::server::KEY;

/// Longest wait for one answer.
const PATIENCE: Duration = Duration::from_mins(1);
/// Longest wait for a request that is sent again and again.
const LONGEST: Duration = Duration::from_secs(90);
/// Pause before a request that the server asked to send again later.
const LATER: Duration = Duration::from_millis(100);

/// Where the server is; nowhere while it is down.
#[derive(Debug)]
pub(crate) struct Door(watch::Sender<Option<SocketAddr>>);

impl Door {
    pub(crate) fn open(address: SocketAddr) -> Arc<Self> {
        Arc::new(Self(watch::channel(Some(address)).0))
    }

    /// The server is at this address, or gone.
    pub(crate) fn set(&self, address: Option<SocketAddr>) {
        self.0.send_replace(address);
    }

    async fn address(&self) -> SocketAddr {
        let mut watched = self.0.subscribe();
        let found = timeout(PATIENCE, watched.wait_for(Option::is_some)).await;
        found.expect("the server does not come back").unwrap().unwrap()
    }
}

/// The connection broke before the whole answer was there.
#[derive(Debug)]
pub(crate) struct Lost;

/// An answer.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
    pub(crate) retry_after: Option<String>,
}

impl Answer {
    /// The stable code of a problem.
    pub(crate) fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }

    /// The body of an answer that must be a success.
    pub(crate) fn success(self) -> Value {
        assert!(self.status < 300, "{}: {}", self.status, self.body);
        self.body
    }
}

/// A request.
#[derive(Debug, Clone)]
pub(crate) struct Ask {
    method: Method,
    path: String,
    body: Option<Value>,
    key: Option<String>,
}

impl Ask {
    pub(crate) fn get(path: impl Into<String>) -> Self {
        Self { method: Method::GET, path: path.into(), body: None, key: None }
    }

    pub(crate) fn post(path: impl Into<String>, body: Value) -> Self {
        Self { method: Method::POST, path: path.into(), body: Some(body), key: None }
    }

    /// With an `Idempotency-Key`.
    pub(crate) fn keyed(mut self, key: impl Into<String>) -> Self {
        self.key = Some(key.into());
        self
    }
}

/// A client with one connection.
#[derive(Debug)]
pub(crate) struct Api {
    door: Arc<Door>,
    kept: Option<SendRequest<Full<Bytes>>>,
    /// Requests whose connection broke.
    pub(crate) lost: u64,
}

impl Api {
    pub(crate) fn new(door: &Arc<Door>) -> Self {
        Self { door: Arc::clone(door), kept: None, lost: 0 }
    }

    /// A client of a server that stays where it is.
    pub(crate) fn of(address: SocketAddr) -> Self {
        Self::new(&Door::open(address))
    }

    /// Sends a request until it is answered, the same bytes every time.
    pub(crate) async fn send(&mut self, ask: &Ask) -> Answer {
        let started = Instant::now();
        loop {
            match self.send_once(ask).await {
                Ok(answer) if answer.status == 503 || answer.code() == "idempotency_in_progress" => {
                    assert!(started.elapsed() < LONGEST, "never answered: {ask:?}: {answer:?}");
                    sleep(LATER).await;
                }
                Ok(answer) => return answer,
                Err(Lost) => assert!(started.elapsed() < LONGEST, "never answered: {ask:?}"),
            }
        }
    }

    /// Sends a request once, when there is a server to send it to.
    pub(crate) async fn send_once(&mut self, ask: &Ask) -> Result<Answer, Lost> {
        let answer = timeout(PATIENCE, self.exchange(ask)).await;
        let answer = answer.unwrap_or_else(|_| panic!("no answer within {PATIENCE:?}: {ask:?}"));
        if answer.is_none() {
            self.kept = None;
            self.lost += 1;
        }
        answer.ok_or(Lost)
    }

    async fn exchange(&mut self, ask: &Ask) -> Option<Answer> {
        let address = self.door.address().await;
        let mut sender = match self.kept.take() {
            Some(sender) if !sender.is_closed() => sender,
            _ => connect(address).await?,
        };
        sender.ready().await.ok()?;
        let response = sender.send_request(request(ask, address)).await.ok()?;
        let status = response.status().as_u16();
        let retry_after = response.headers().get(header::RETRY_AFTER);
        let retry_after = retry_after.and_then(|value| value.to_str().ok()).map(str::to_owned);
        let bytes = response.into_body().collect().await.ok()?.to_bytes();
        self.kept = Some(sender);
        let text = || Value::from(String::from_utf8_lossy(&bytes).into_owned());
        let body = serde_json::from_slice(&bytes).unwrap_or_else(|_| text());
        Some(Answer { status, body, retry_after })
    }
}

fn request(ask: &Ask, address: SocketAddr) -> Request<Full<Bytes>> {
    let mut builder = Request::builder()
        .method(ask.method.clone())
        .uri(&ask.path)
        .header(header::HOST, address.to_string())
        .header(header::ACCEPT, "application/json")
        .header(header::AUTHORIZATION, format!("Bearer {KEY}"));
    if let Some(key) = &ask.key {
        builder = builder.header("idempotency-key", key);
    }
    let body = ask.body.as_ref().map(|body| Bytes::from(body.to_string()));
    if body.is_some() {
        builder = builder.header(header::CONTENT_TYPE, "application/json");
    }
    builder.body(Full::new(body.unwrap_or_default())).unwrap()
}

async fn connect(address: SocketAddr) -> Option<SendRequest<Full<Bytes>>> {
    let stream = TcpStream::connect(address).await.ok()?;
    // Where nobody listens on loopback, a connection can meet itself.
    if stream.local_addr().ok()? == address {
        return None;
    }
    stream.set_nodelay(true).ok()?;
    let (sender, connection) = http1::handshake(TokioIo::new(stream)).await.ok()?;
    tokio::spawn(connection);
    Some(sender)
}
