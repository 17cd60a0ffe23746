//! The service behind the tools: it counts what it does, and misbehaves by the dice.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hookswitch_testkit::{RecordedRequest, Reply, Step, TestServer};
use parking_lot::Mutex;
use serde_json::json;

use crate::dice::Dice;
use crate::receptions::Reception;
use crate::tools::{Act, Tool};

/// How it behaves.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Manner {
    /// It answers 200 after so long.
    Good(Duration),
    /// It answers after 0 to 30 ms; now and then it acts and drops the connection, acts and answers 500, or does
    /// not act and answers 422.
    Bad {
        /// What the dice start from.
        seed: u64,
    },
    /// It acts and never answers.
    BlackHole,
}

#[derive(Debug, Default)]
struct Ledger {
    receptions: Vec<Reception>,
    /// What was done under a key, and the answer to it.
    done: HashMap<(Act, String), String>,
    /// How often an act came.
    seen: HashMap<Act, u64>,
}

/// The running service.
pub(crate) struct Upstream {
    server: TestServer,
    ledger: Arc<Mutex<Ledger>>,
}

impl Upstream {
    pub(crate) async fn start(manner: Manner) -> Self {
        Self::start_at("127.0.0.1:0", manner).await
    }

    /// One where another one was before.
    pub(crate) async fn start_at(address: &str, manner: Manner) -> Self {
        let ledger = Arc::new(Mutex::new(Ledger::default()));
        let shared = Arc::clone(&ledger);
        let script = Arc::new(move |request: &RecordedRequest| shared.lock().take(request, manner));
        Self { server: TestServer::start_on(address, None, script).await, ledger }
    }

    /// Nobody listens any more.
    pub(crate) async fn stop(self) {
        self.server.stop().await;
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.server.address()
    }

    pub(crate) fn url(&self, path: &str) -> String {
        self.server.url(path)
    }

    /// All that arrived so far, in order.
    pub(crate) fn receptions(&self) -> Vec<Reception> {
        self.ledger.lock().receptions.clone()
    }

    /// How many requests arrived for an act.
    pub(crate) fn received(&self, act: &Act) -> usize {
        self.ledger.lock().receptions.iter().filter(|reception| reception.act == *act).count()
    }

    /// Waits until so many requests have arrived.
    pub(crate) async fn wait_for(&self, requests: usize) {
        self.server.wait_until(|server| server.requests().len() >= requests).await;
    }
}

impl Ledger {
    fn take(&mut self, request: &RecordedRequest, manner: Manner) -> Reply {
        let Some(mut reception) = Reception::read(request) else {
            return Reply::status(400, "no request of ours");
        };
        let act = reception.act.clone();
        let seen = self.seen.entry(act.clone()).or_default();
        *seen += 1;
        let (pause, fate) = fate_of(manner, &act, *seen);
        let key = (act.clone(), reception.key.clone());
        let known = self.done.get(&key).cloned();
        // Only what promises to be idempotent knows its keys.
        let is_known = act.tool == Tool::Put && known.is_some();
        reception.acted = act.tool != Tool::Look && fate != Fate::Refused && !is_known;
        let answer = match known {
            Some(answer) if is_known => answer,
            _ => json!({"ref": format!("{}-{seen}", act.id)}).to_string(),
        };
        if reception.acted {
            self.done.insert(key, answer.clone());
        }
        self.receptions.push(reception);
        match fate {
            // What has been done under this key is not refused any more.
            Fate::Refused if !is_known => Reply::status(422, "not today").after(pause),
            Fate::Answered | Fate::Refused => Reply::json(&answer).after(pause),
            Fate::Broken => Reply::status(500, "oops").after(pause),
            Fate::Dropped => Reply::steps(vec![Step::Pause(pause), Step::Reset]),
            Fate::Silent => Reply::silence(),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Answered,
    Refused,
    Broken,
    Dropped,
    Silent,
}

fn fate_of(manner: Manner, act: &Act, seen: u64) -> (Duration, Fate) {
    match manner {
        Manner::Good(pause) => (pause, Fate::Answered),
        Manner::BlackHole => (Duration::ZERO, Fate::Silent),
        Manner::Bad { seed } => {
            let mut dice = Dice::of(seed, &format!("{} {} {seen}", act.tool.name(), act.id));
            let pause = Duration::from_millis(dice.pick(0..=30));
            let fate = match dice.pick(1..=100) {
                1..=84 => Fate::Answered,
                85..=89 => Fate::Refused,
                90..=94 => Fate::Broken,
                _ => Fate::Dropped,
            };
            (pause, fate)
        }
    }
}
