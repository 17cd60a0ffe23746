//! The server under test: the real binary in a process of its own.

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, ChildStderr, Command};
use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::process;

/// The admin key of all servers here.
pub(crate) const KEY: &str = "hs_live_FaultTestsFaultTestsFaultTests00";
/// Longest wait for a server to start or to end.
const PATIENCE: Duration = Duration::from_mins(1);
/// Lines of the log that are kept to be shown.
const KEPT_LINES: usize = 60;

/// How a server is started.
#[derive(Debug, Clone)]
pub(crate) struct Recipe {
    data: PathBuf,
    upstreams: Vec<SocketAddr>,
    settings: Vec<(&'static str, String)>,
}

/// What a server said on standard error.
#[derive(Debug, Default)]
pub(crate) struct Log {
    last: Mutex<VecDeque<String>>,
    /// Messages of level ERROR and how often they came; also what is no JSON, such as a panic.
    errors: Mutex<BTreeMap<String, usize>>,
}

/// A running server. Dropping it kills it.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
    log: Arc<Log>,
}

/// A server that ended instead of serving.
#[derive(Debug)]
pub(crate) struct Refused {
    pub(crate) status: ExitStatus,
    pub(crate) text: String,
}

impl Recipe {
    /// A server on this data folder whose tools may call this address.
    pub(crate) fn new(data: &Path, upstream: SocketAddr) -> Self {
        Self { data: data.to_owned(), upstreams: vec![upstream], settings: Vec::new() }
    }

    /// Its tools may call this address, too.
    pub(crate) fn allowing(mut self, upstream: SocketAddr) -> Self {
        self.upstreams.push(upstream);
        self
    }

    /// With a setting, by its environment variable.
    pub(crate) fn with(mut self, variable: &'static str, value: impl Into<String>) -> Self {
        self.settings.push((variable, value.into()));
        self
    }

    /// Starts it on a free port.
    pub(crate) async fn start(&self) -> Server {
        self.try_start(0).await.unwrap_or_else(|refused| panic!("the server did not start: {refused:?}"))
    }

    /// Starts it on the port it had. Should somebody have taken that meanwhile, on another one.
    pub(crate) async fn start_again(&self, port: u16) -> Server {
        match self.try_start(port).await {
            Ok(server) => server,
            Err(refused) if refused.text.contains("cannot listen") => self.start().await,
            Err(refused) => panic!("the server did not start again: {refused:?}"),
        }
    }

    /// Starts it, or says why it ended.
    pub(crate) async fn try_start(&self, port: u16) -> Result<Server, Refused> {
        let mut child = Command::new(env!("CARGO_BIN_EXE_hookswitch"))
            .args(["serve", "--log-format", "json", "--listen", &format!("127.0.0.1:{port}"), "--data"])
            .arg(&self.data)
            .args(
                self.upstreams
                    .iter()
                    .flat_map(|upstream| ["--allow-egress".to_owned(), upstream.to_string()]),
            )
            .env("HOOKSWITCH_BOOTSTRAP_KEY", KEY)
            .envs(self.settings.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let log = Arc::new(Log::default());
        let (serving, address) = oneshot::channel();
        let stderr = child.stderr.take().unwrap();
        let reading = tokio::spawn(read(stderr, Arc::clone(&log), serving));
        let address = timeout(PATIENCE, address).await.expect("a server that neither serves nor ends");
        if let Ok(address) = address {
            return Ok(Server { child, address, log });
        }
        let status = timeout(PATIENCE, child.wait()).await.unwrap().unwrap();
        reading.await.unwrap();
        Err(Refused { status, text: log.text() })
    }
}

impl Server {
    /// Its process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id().unwrap()
    }

    /// Its log.
    pub(crate) fn log(&self) -> Arc<Log> {
        Arc::clone(&self.log)
    }

    /// SIGKILL, at once.
    pub(crate) fn strike(&mut self) {
        self.child.start_kill().unwrap();
    }

    /// SIGKILL, and waits until it is gone.
    pub(crate) async fn kill(mut self) {
        self.strike();
        self.wait().await;
    }

    /// SIGTERM.
    pub(crate) async fn terminate(&self) {
        process::signal(self.id(), "TERM").await;
    }

    /// Waits for its end.
    pub(crate) async fn wait(&mut self) -> ExitStatus {
        timeout(PATIENCE, self.child.wait()).await.expect("the server does not end").unwrap()
    }

    /// SIGTERM, and waits for a clean end.
    pub(crate) async fn stop(mut self) {
        self.terminate().await;
        let status = self.wait().await;
        assert!(status.success(), "{status}: {}", self.log.text());
    }
}

impl Log {
    /// The last lines.
    pub(crate) fn text(&self) -> String {
        self.last.lock().iter().cloned().collect::<Vec<_>>().join("\n")
    }

    /// Errors and how often they came.
    pub(crate) fn errors(&self) -> BTreeMap<String, usize> {
        self.errors.lock().clone()
    }

    fn take(&self, line: String, parsed: Option<&Value>) {
        let error = match parsed {
            Some(entry) if entry["level"] == "ERROR" => {
                Some(format!("{} {}", entry["message"].as_str().unwrap_or("?"), entry["error"]))
            }
            Some(_) => None,
            None => Some(line.clone()),
        };
        if let Some(error) = error {
            *self.errors.lock().entry(error).or_default() += 1;
        }
        let mut last = self.last.lock();
        if last.len() == KEPT_LINES {
            last.pop_front();
        }
        last.push_back(line);
    }
}

/// Reads the log to its end, so that the server never waits for us.
async fn read(stderr: ChildStderr, log: Arc<Log>, serving: oneshot::Sender<SocketAddr>) {
    let mut serving = Some(serving);
    let mut lines = BufReader::new(stderr).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        let parsed: Option<Value> = serde_json::from_str(&line).ok();
        let address = parsed
            .as_ref()
            .filter(|entry| entry["message"] == "serving")
            .and_then(|entry| entry["address"].as_str()?.strip_prefix("http://")?.parse().ok());
        if let (Some(address), Some(serving)) = (address, serving.take_if(|_| address.is_some())) {
            let _ = serving.send(address);
        }
        log.take(line, parsed.as_ref());
    }
}
