//! A server of a test's own, a receiver of its tools, and sessions in it.

use std::net::SocketAddr;

use bytes::Bytes;
use hookswitch_testkit::{RecordedRequest, Reply, TestServer};
use http_body_util::{BodyExt as _, Full};
use hyper::{Method, Request};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};

use crate::server::{KEY, Recipe, Server};
use crate::socket::Socket;

/// A receiver on loopback and a server whose tools may call it. Both end with the test.
pub(crate) struct House {
    pub(crate) receiver: TestServer,
    recipe: Recipe,
    server: Option<Server>,
    _folder: tempfile::TempDir,
}

impl House {
    /// A house whose receiver answers by `script`; a lost socket has 500 ms to come back.
    pub(crate) async fn start(script: impl Fn(&RecordedRequest) -> Reply + Send + Sync + 'static) -> Self {
        Self::with(script, &[("HOOKSWITCH_LINK_GRACE", "500ms")]).await
    }

    /// The same with settings of its own.
    pub(crate) async fn with(
        script: impl Fn(&RecordedRequest) -> Reply + Send + Sync + 'static,
        settings: &[(&'static str, &str)],
    ) -> Self {
        let receiver = TestServer::start(script).await;
        let folder = tempfile::tempdir().unwrap();
        let recipe = Recipe::new(folder.path(), receiver.address());
        let recipe = settings.iter().fold(recipe, |recipe, (name, value)| recipe.with(name, *value));
        let server = Some(recipe.start().await);
        Self { receiver, recipe, server, _folder: folder }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.server.as_ref().unwrap().address
    }

    /// SIGKILL.
    pub(crate) async fn kill(&mut self) {
        self.server.take().unwrap().kill().await;
    }

    /// SIGTERM, and the end.
    pub(crate) async fn stop(&mut self) {
        self.server.take().unwrap().stop().await;
    }

    /// Starts it again on the same data.
    pub(crate) async fn start_again(&mut self) {
        self.server = Some(self.recipe.start().await);
    }

    /// A request with the admin key.
    pub(crate) async fn send(&self, method: Method, path: &str, body: Option<Value>) -> (u16, Value) {
        let url = format!("http://{}{path}", self.address());
        let mut request =
            Request::builder().method(method).uri(url).header("authorization", format!("Bearer {KEY}"));
        if body.is_some() {
            request = request.header("content-type", "application/json");
        }
        let bytes = body.map(|body| Bytes::from(body.to_string())).unwrap_or_default();
        let client = Client::builder(TokioExecutor::new()).build_http::<Full<Bytes>>();
        let response = client.request(request.body(Full::new(bytes)).unwrap()).await.unwrap();
        let status = response.status().as_u16();
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        (status, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Value {
        let (status, answer) = self.send(Method::POST, path, Some(body)).await;
        assert!((200..300).contains(&status), "{path}: {status} {answer}");
        answer
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        let (status, answer) = self.send(Method::GET, path, None).await;
        assert_eq!(status, 200, "{path}: {answer}");
        answer
    }

    /// A webhook tool `name` with one argument `what`, changed by `changes`.
    pub(crate) async fn webhook(&self, name: &str, method: &str, changes: Value) {
        let url = format!("http://{}/{name}", self.receiver.address());
        let draft = json!({"name": name, "description": "A tool", "kind": "webhook",
            "webhook": {"url": url, "method": method},
            "parameters": [{"name": "what", "schema": {"type": "string"}, "required": true}],
            "timeout_ms": 5000});
        self.tool(draft, changes).await;
    }

    /// A client tool `name` with one argument `what`, changed by `changes`.
    pub(crate) async fn client_tool(&self, name: &str, changes: Value) {
        let draft = json!({"name": name, "description": "A tool", "kind": "client",
            "parameters": [{"name": "what", "schema": {"type": "string"}, "required": true}],
            "timeout_ms": 5000});
        self.tool(draft, changes).await;
    }

    async fn tool(&self, mut draft: Value, changes: Value) {
        let changes = changes.as_object().cloned().unwrap_or_default();
        draft.as_object_mut().unwrap().extend(changes);
        self.post("/v1/tools", draft).await;
    }

    /// A session with these tools.
    pub(crate) async fn session(&self, tools: &[&str]) -> String {
        let session = self.post("/v1/sessions", json!({"tools": tools})).await;
        session["id"].as_str().unwrap().to_owned()
    }

    /// A runtime that reports speech.
    pub(crate) async fn runtime(&self, session: &str) -> Socket {
        self.join(session, json!({"role": "runtime", "reports": {"speech": true}})).await
    }

    /// An app.
    pub(crate) async fn app(&self, session: &str) -> Socket {
        self.join(session, json!({"role": "app"})).await
    }

    /// Whatever `hello` says.
    pub(crate) async fn join(&self, session: &str, hello: Value) -> Socket {
        let mut socket =
            Socket::open(self.address(), session, &[("authorization", &format!("Bearer {KEY}"))])
                .await
                .unwrap_or_else(|status| panic!("the socket did not open: {status}"));
        socket.hello(hello).await;
        socket
    }

    /// Waits until the receiver has got so many requests.
    pub(crate) async fn received(&self, count: usize) {
        self.receiver.wait_until(|receiver| receiver.requests().len() == count).await;
    }
}

/// What most receivers answer.
pub(crate) fn fine(_: &RecordedRequest) -> Reply {
    Reply::json(r#"{"id":7}"#)
}
