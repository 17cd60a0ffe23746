//! Events on their way to the server: in order, repeated until they are taken, kept over its restarts.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use hookswitch_egress::signing::WebhookSecret;
use hookswitch_egress::{CheckedUrl, Client, Request};
use hookswitch_telephony::CallEvent;
use hookswitch_telephony::wire::{self, Events, MAX_EVENTS};
use http::Method;
use parking_lot::Mutex;
use tokio::sync::Notify;
use tokio::time::Instant;

/// Events kept while the server is away; beyond it the oldest are dropped, and the server asks for status.
const MOST: usize = 100_000;
/// How long the server may take to take events.
const ANSWER_TIME: Duration = Duration::from_secs(5);
/// Longest pause between two tries.
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// Events that have not been taken.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    queue: Mutex<VecDeque<CallEvent>>,
    more: Notify,
    /// Whether anybody takes them.
    is_read: AtomicBool,
}

/// Where events go.
pub(crate) struct Destination {
    pub(crate) url: CheckedUrl,
    pub(crate) egress: Client,
    pub(crate) secret: WebhookSecret,
}

impl Outbox {
    /// Adds an event.
    pub(crate) fn add(&self, event: CallEvent) {
        if !self.is_read.load(Ordering::Relaxed) {
            return;
        }
        {
            let mut queue = self.queue.lock();
            if queue.len() >= MOST {
                queue.pop_front();
                tracing::warn!("the server has been away too long: the oldest event was dropped");
            }
            queue.push_back(event);
        }
        self.more.notify_one();
    }

    /// Events are taken from now on.
    pub(crate) fn open(&self) {
        self.is_read.store(true, Ordering::Relaxed);
    }

    /// How many wait.
    pub(crate) fn len(&self) -> usize {
        self.queue.lock().len()
    }

    /// Sends for ever.
    pub(crate) async fn run(self: Arc<Self>, to: Destination) {
        let mut pause = Duration::from_millis(100);
        loop {
            let events: Vec<CallEvent> = self.queue.lock().iter().take(MAX_EVENTS).cloned().collect();
            if events.is_empty() {
                self.more.notified().await;
                continue;
            }
            let last = events.last().map(|event| (event.call.clone(), event.seq));
            match post(&to, events).await {
                Ok(()) => {
                    pause = Duration::from_millis(100);
                    self.taken(last.as_ref());
                }
                Err(error) => {
                    tracing::debug!(%error, waiting = self.len(), "events were not taken");
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
            }
        }
    }

    /// Forgets what was taken: everything up to that event.
    fn taken(&self, last: Option<&(String, u64)>) {
        let Some((call, seq)) = last else { return };
        let mut queue = self.queue.lock();
        if let Some(at) = queue.iter().position(|event| event.call == *call && event.seq == *seq) {
            queue.drain(..=at);
        }
    }
}

async fn post(to: &Destination, events: Vec<CallEvent>) -> Result<(), String> {
    let body = serde_json::to_vec(&Events { events }).map_err(|error| error.to_string())?;
    let now = jiff::Timestamp::now().as_second();
    let headers = wire::signed(&body, now, &to.secret).map_err(|error| error.to_string())?;
    let request = Request { headers, body: Bytes::from(body), ..Request::new(Method::POST, to.url.clone()) };
    let answer = to.egress.send(request, Instant::now() + ANSWER_TIME).await;
    match answer {
        Ok(answer) if answer.status.is_success() => Ok(()),
        Ok(answer) => Err(format!("status {}", answer.status)),
        Err(error) => Err(error.to_string()),
    }
}
