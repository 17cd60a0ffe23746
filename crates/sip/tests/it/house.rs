//! An engine that runs, and the server's side of it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::routing::post;
use hookswitch_egress::signing::WebhookSecret;
use hookswitch_egress::{Client, HickoryResolver, Policy, PolicySettings};
use hookswitch_sip::{Running, SipSettings, serve};
use hookswitch_telephony::{
    CallEvent, Command, Driver as _, DriverError, DriverSettings, EngineWebhook, EventKind, OpResult, Started,
};
use http::{HeaderMap, StatusCode};
use parking_lot::Mutex;
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use tokio::net::{TcpListener, UdpSocket};
use tokio::sync::Notify;

/// How long anything may take.
pub const PATIENCE: Duration = Duration::from_secs(20);

struct Inbox {
    driver: tokio::sync::OnceCell<Arc<EngineWebhook>>,
    events: Mutex<Vec<CallEvent>>,
    more: Notify,
}

pub struct House {
    pub engine: Running,
    pub driver: Arc<EngineWebhook>,
    inbox: Arc<Inbox>,
}

/// A UDP port that is free now, spaced so that RTCP neighbours don't meet.
pub async fn free_port() -> u16 {
    loop {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let port = socket.local_addr().unwrap().port();
        // TCP on it, too: sipp and baresip may want both.
        if TcpListener::bind(("127.0.0.1", port)).await.is_ok() {
            return port;
        }
    }
}

impl House {
    /// With these settings over the tests' defaults (TOML tables).
    pub async fn start(more: &str) -> Self {
        let secret = WebhookSecret::generate().unwrap();
        let inbox = Arc::new(Inbox {
            driver: tokio::sync::OnceCell::new(),
            events: Mutex::default(),
            more: Notify::new(),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let events = listener.local_addr().unwrap();
        let router = Router::new().route("/events", post(take)).with_state(Arc::clone(&inbox));
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        let port = free_port().await;
        let defaults = if more.contains("[inbound]") { "" } else { "\n[inbound]\nallow = [\"127.0.0.1\"]\n" };
        let agent =
            if more.contains("[agent]") { "" } else { "\n[agent]\ntone = 600\nnumber = \"+14155550100\"\n" };
        let rules =
            if more.contains("[destinations]") { "" } else { "\n[destinations]\nallow = [\"any\"]\n" };
        let text = format!(
            "listen = \"127.0.0.1:{port}\"\ncontrol = \"127.0.0.1:0\"\nevents_url = \"http://{events}/events\"\n\
             secret = \"{}\"\n{more}{defaults}{agent}{rules}",
            secret.reveal().expose_secret()
        );
        let engine = serve(SipSettings::parse(&text).unwrap()).await.unwrap();
        let policy = Policy::new(PolicySettings {
            allow_egress: vec![engine.control.to_string().parse().unwrap()],
            ..PolicySettings::default()
        });
        let url = policy.check_url(&format!("http://{}/", engine.control)).unwrap();
        let client =
            Client::builder(policy, Arc::new(HickoryResolver::from_system().unwrap())).build().unwrap();
        let driver = Arc::new(EngineWebhook::new(DriverSettings { url, secret, name: "sip" }, client));
        driver.learn().await.unwrap();
        inbox.driver.set(Arc::clone(&driver)).unwrap();
        Self { engine, driver, inbox }
    }

    pub fn sip(&self) -> SocketAddr {
        self.engine.sip
    }

    /// The first event after `after` events that fits; the call's events up to now are kept.
    pub async fn event(&self, what: &str, fits: impl Fn(&CallEvent) -> bool) -> CallEvent {
        let found = tokio::time::timeout(PATIENCE, async {
            loop {
                let more = self.inbox.more.notified();
                if let Some(event) = self.inbox.events.lock().iter().find(|event| fits(event)) {
                    return event.clone();
                }
                more.await;
            }
        });
        let found = found.await;
        found.unwrap_or_else(|_| panic!("no event {what}; there were {:#?}", self.inbox.events.lock()))
    }

    pub fn events(&self) -> Vec<CallEvent> {
        self.inbox.events.lock().clone()
    }

    /// Names of a call's events, in order.
    pub fn story(&self, call: &str) -> Vec<String> {
        let of =
            |event: &CallEvent| serde_json::to_value(event).unwrap()["event"].as_str().unwrap().to_owned();
        self.events().iter().filter(|event| event.call == call).map(of).collect()
    }

    /// The call that came in and stands.
    pub async fn answered(&self) -> String {
        self.event("call.answered", |event| matches!(event.kind, EventKind::Answered)).await.call
    }

    /// Waits for the end of a call: by whom and why.
    pub async fn ended(&self, call: &str) -> (Value, String) {
        let event = self
            .event("call.ended", |event| event.call == call && matches!(event.kind, EventKind::Ended { .. }))
            .await;
        match event.kind {
            EventKind::Ended { by, cause } => (json!(by), cause),
            _ => unreachable!(),
        }
    }

    pub async fn start_op(&self, call: &str, key: &str, command: Value) -> Result<Started, DriverError> {
        let command: Command = serde_json::from_value(command).unwrap();
        self.driver.start(call, key, &command).await
    }

    /// Carries a command out to its outcome.
    pub async fn run(&self, call: &str, key: &str, command: Value) -> Value {
        match self.start_op(call, key, command).await.unwrap() {
            Started::Ended(result) => json!(result),
            Started::Running => json!(self.outcome(call, key).await),
        }
    }

    pub async fn outcome(&self, call: &str, key: &str) -> OpResult {
        let outcome = tokio::time::timeout(PATIENCE * 2, self.driver.outcome(call, key)).await;
        outcome.unwrap_or_else(|_| panic!("no outcome of {key}: {:#?}", self.events())).unwrap()
    }
}

async fn take(State(inbox): State<Arc<Inbox>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let Some(driver) = inbox.driver.get() else { return StatusCode::SERVICE_UNAVAILABLE };
    if !driver.deliver(&headers, &body) {
        return StatusCode::UNAUTHORIZED;
    }
    let all: hookswitch_telephony::wire::Events = serde_json::from_slice(&body).unwrap();
    inbox.events.lock().extend(all.events);
    inbox.more.notify_waiters();
    StatusCode::NO_CONTENT
}
