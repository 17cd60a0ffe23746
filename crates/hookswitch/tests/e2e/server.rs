//! A server process of the test's own.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use parking_lot::Mutex;

/// The admin key of every test server.
pub(crate) const KEY: &str = "hs_live_EndToEndTestsOnly0123456789";

/// A running `hookswitch serve`; ended by its id when dropped.
pub(crate) struct ServerProcess {
    child: Child,
    pub(crate) address: String,
    log: Arc<Mutex<String>>,
}

impl ServerProcess {
    /// Starts a server on a free port and waits until it says that it serves.
    pub(crate) fn start(folder: &Path, flags: &[&str]) -> Self {
        Self::start_with(folder, flags, &[])
    }

    /// The same with variables of the environment, which is empty otherwise.
    pub(crate) fn start_with(folder: &Path, flags: &[&str], variables: &[(&str, &str)]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_hookswitch"))
            .args([
                "serve",
                "--listen",
                "127.0.0.1:0",
                "--log-format",
                "json",
                "--log",
                "debug,sqlx=warn,hyper=info",
            ])
            .arg("--data")
            .arg(folder)
            .args(flags)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOOKSWITCH_BOOTSTRAP_KEY", KEY)
            .envs(variables.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let log = Arc::new(Mutex::new(String::new()));
        let address = loop {
            let line = lines.next().expect("the server ended before it served").unwrap();
            log.lock().push_str(&line);
            log.lock().push('\n');
            let parsed: serde_json::Value = serde_json::from_str(&line).unwrap_or_default();
            if parsed["message"] == "serving" {
                break parsed["address"].as_str().unwrap().to_owned();
            }
        };
        let kept = Arc::clone(&log);
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                kept.lock().push_str(&line);
                kept.lock().push('\n');
            }
        });
        Self { child, address, log }
    }

    /// SIGTERM, and waits for its end; whether it ended well.
    pub(crate) fn terminate(mut self) -> bool {
        let killed = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        killed.success() && self.child.wait().unwrap().success()
    }

    /// Its process id.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Everything it logged so far.
    pub(crate) fn log(&self) -> String {
        self.log.lock().clone()
    }
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
