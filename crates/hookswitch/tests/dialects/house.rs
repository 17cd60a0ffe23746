//! A server of a test's own, a receiver of its requests, and the vendors' clients as programs.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use bytes::Bytes;
use hookswitch_testkit::{RecordedRequest, Reply, TestServer};
use http_body_util::{BodyExt as _, Full};
use hyper::{HeaderMap, Method, Request};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;

use crate::server::{KEY, ServerProcess};

/// A receiver on loopback and a server whose tools may call it. Both end with the test.
pub(crate) struct House {
    pub(crate) receiver: TestServer,
    server: ServerProcess,
    folder: tempfile::TempDir,
}

/// An answer of the server.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl House {
    /// A house whose receiver answers by `script`.
    pub(crate) async fn start(script: impl Fn(&RecordedRequest) -> Reply + Send + Sync + 'static) -> Self {
        Self::start_with(script, "").await
    }

    /// The same with settings of a configuration file, where `{receiver}` stands for the receiver's address.
    pub(crate) async fn start_with(
        script: impl Fn(&RecordedRequest) -> Reply + Send + Sync + 'static,
        settings: &str,
    ) -> Self {
        Self::start_in(tempfile::tempdir().unwrap(), script, settings).await
    }

    /// Ends the server and gives its data folder.
    pub(crate) fn stop(self) -> tempfile::TempDir {
        assert!(self.server.terminate(), "the server did not end well");
        self.folder
    }

    /// A house on a data folder that may have been another's.
    pub(crate) async fn start_in(
        folder: tempfile::TempDir,
        script: impl Fn(&RecordedRequest) -> Reply + Send + Sync + 'static,
        settings: &str,
    ) -> Self {
        let receiver = TestServer::start(script).await;
        let allowed = receiver.address().to_string();
        let file = folder.path().join("settings.toml");
        std::fs::write(&file, settings.replace("{receiver}", &allowed)).unwrap();
        let flags = ["--allow-egress", &allowed, "--config", file.to_str().unwrap()];
        let server = ServerProcess::start(folder.path(), &flags);
        Self { receiver, server, folder }
    }

    /// `http://127.0.0.1:<port>`, without a slash at the end.
    pub(crate) fn address(&self) -> &str {
        &self.server.address
    }

    /// A URL of the receiver.
    pub(crate) fn receiver_url(&self, path: &str) -> String {
        format!("http://{}{path}", self.receiver.address())
    }

    /// A request with the admin key of the house.
    pub(crate) async fn send(&self, method: Method, path: &str, body: Option<&Value>) -> Answer {
        self.send_as(&[("authorization", &format!("Bearer {KEY}"))], method, path, body).await
    }

    /// A request with these headers and none beside them but the body's type.
    pub(crate) async fn send_as(
        &self,
        headers: &[(&str, &str)],
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Answer {
        let url = format!("{}{path}", self.address());
        send_to(&url, headers, method, body).await
    }

    /// The server's process.
    pub(crate) fn process(&self) -> u32 {
        self.server.id()
    }

    /// Everything the server logged so far.
    pub(crate) fn log(&self) -> String {
        self.server.log()
    }

    /// Runs a Python script with the vendors' packages; `HOUSE` is our address, `RECEIVER` the receiver's, `KEY` the key.
    pub(crate) fn python(&self, script: &str) -> Output {
        let mut child = Command::new(interop().join("venv/bin/python"))
            .arg("-")
            .env("HOUSE", self.address())
            .env("RECEIVER", self.receiver_url(""))
            .env("KEY", KEY)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
        child.wait_with_output().unwrap()
    }
}

/// A request to a URL with these headers and none beside them but the body's type.
pub(crate) async fn send_to(
    url: &str,
    headers: &[(&str, &str)],
    method: Method,
    body: Option<&Value>,
) -> Answer {
    let mut request = Request::builder().method(method).uri(url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    if body.is_some() {
        request = request.header("content-type", "application/json");
    }
    let bytes = body.map(|body| Bytes::from(body.to_string())).unwrap_or_default();
    let client = Client::builder(TokioExecutor::new()).build_http::<Full<Bytes>>();
    let response = client.request(request.body(Full::new(bytes)).unwrap()).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = body.collect().await.unwrap().to_bytes();
    Answer {
        status: parts.status.as_u16(),
        headers: parts.headers,
        body: serde_json::from_slice(&bytes).unwrap_or(Value::Null),
    }
}

/// What is at a URL, as text, without a key.
pub(crate) async fn text_of(url: &str) -> String {
    let request = Request::builder().uri(url).body(Full::<Bytes>::default()).unwrap();
    let response = Client::builder(TokioExecutor::new()).build_http().request(request).await.unwrap();
    String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap()
}

/// The script must end well; gives what it printed.
pub(crate) fn printed(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{text}\n{}", String::from_utf8_lossy(&output.stderr));
    text
}

/// Where `make test` puts the vendors' clients; HOOKSWITCH_INTEROP_DIR names another place.
pub(crate) fn interop() -> PathBuf {
    let folder = std::env::var_os("HOOKSWITCH_INTEROP_DIR").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/interop")),
        PathBuf::from,
    );
    assert!(folder.join("stamp").exists(), "{} is missing: scripts/interop.sh brings it", folder.display());
    folder
}
