//! A WebSocket client that checks every frame, both ways, against the server's own document.

use std::net::SocketAddr;
use std::sync::OnceLock;
use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use jsonschema::Validator;
use serde_json::{Map, Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::http::{HeaderName, HeaderValue};
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

/// Longest wait for a frame that must come.
const PATIENCE: Duration = Duration::from_secs(20);

static DOCUMENT: OnceLock<Value> = OnceLock::new();

/// The committed document; a test compares it with the served one.
pub(crate) fn document() -> &'static Value {
    DOCUMENT.get_or_init(|| {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/asyncapi.json");
        serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
    })
}

/// The schema of a message, or what is wrong with a frame.
pub(crate) fn check(frame: &Value) -> Result<(), String> {
    let name = frame["type"].as_str().ok_or("no type")?;
    let message = &document()["components"]["messages"][name];
    let payload = message.get("payload").ok_or_else(|| format!("no message {name}"))?;
    let schema = json!({"allOf": [payload], "components": {"schemas": document()["components"]["schemas"]}});
    let validator: Validator = jsonschema::draft202012::new(&schema).map_err(|error| error.to_string())?;
    let problems: Vec<String> =
        validator.iter_errors(frame).map(|error| format!("{error} at {}", error.instance_path())).collect();
    if problems.is_empty() { Ok(()) } else { Err(problems.join("; ")) }
}

/// An open socket.
pub(crate) struct Socket {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
    pub(crate) welcome: Value,
    /// The last `seq` that came.
    pub(crate) seq: u64,
    /// Every order so far.
    pub(crate) orders: Vec<Value>,
    sent: u64,
    close: Option<(u16, String)>,
}

impl Socket {
    /// Opens a socket; the status where it is refused.
    pub(crate) async fn open(
        address: SocketAddr,
        session: &str,
        headers: &[(&str, &str)],
    ) -> Result<Self, u16> {
        let url = format!("ws://{address}/v1/sessions/{session}/socket");
        let mut request = url.into_client_request().unwrap();
        for (name, value) in headers {
            let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
            request.headers_mut().append(name, HeaderValue::from_str(value).unwrap());
        }
        match tokio_tungstenite::connect_async(request).await {
            Ok((stream, _)) => {
                Ok(Self { stream, welcome: Value::Null, seq: 0, orders: Vec::new(), sent: 0, close: None })
            }
            Err(Error::Http(response)) => Err(response.status().as_u16()),
            Err(error) => panic!("{error}"),
        }
    }

    /// Introduces itself and reads the welcome.
    pub(crate) async fn hello(&mut self, mut hello: Value) {
        hello["type"] = json!("hello");
        self.send(hello).await;
        let welcome = self.read().await.unwrap_or_else(|close| panic!("no welcome: {close:?}"));
        assert_eq!(welcome["type"], "welcome", "{welcome}");
        self.seq = welcome["resumed_from"].as_u64().unwrap();
        self.welcome = welcome;
    }

    /// Where it stands.
    pub(crate) fn position(&self) -> Value {
        json!({"epoch": self.welcome["position"]["epoch"], "seq": self.seq})
    }

    /// Sends a frame as it is; it must fit the document.
    pub(crate) async fn send(&mut self, frame: Value) {
        if let Err(problem) = check(&frame) {
            panic!("we send what the document does not know: {problem}: {frame}");
        }
        self.send_raw(&frame.to_string()).await;
    }

    /// Sends any text.
    pub(crate) async fn send_raw(&mut self, text: &str) {
        self.stream.send(Message::text(text)).await.unwrap();
    }

    /// A report with a number of its own.
    pub(crate) async fn report(&mut self, word: &str) {
        self.sent += 1;
        self.send(json!({"type": "report", "report": word, "n": self.sent})).await;
    }

    /// Calls a tool with the argument `what`.
    pub(crate) async fn call(&mut self, id: &str, name: &str, what: &str) {
        self.sent += 1;
        let frame = json!({"type": "call", "tool_call_id": id, "name": name, "arguments": {"what": what},
            "n": self.sent});
        self.send(frame).await;
    }

    /// The next frame, or how the socket was closed. Numbers must rise and frames fit the document.
    pub(crate) async fn read(&mut self) -> Result<Value, (u16, String)> {
        loop {
            let message = tokio::time::timeout(PATIENCE, self.stream.next()).await.expect("a frame in time");
            match message {
                Some(Ok(Message::Text(text))) => {
                    let frame: Value = serde_json::from_str(&text).unwrap();
                    if let Err(problem) = check(&frame) {
                        panic!("the document does not know this: {problem}: {frame}");
                    }
                    if let Some(seq) = frame["seq"].as_u64() {
                        assert!(seq > self.seq, "{seq} after {}: {frame}", self.seq);
                        self.seq = seq;
                        self.orders.push(frame.clone());
                    }
                    return Ok(frame);
                }
                Some(Ok(Message::Close(Some(frame)))) => {
                    self.close = Some((frame.code.into(), frame.reason.to_string()));
                }
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Err(self.close.take().unwrap_or((1006, String::new()))),
            }
        }
    }

    /// The next frame of a type; others are passed over.
    pub(crate) async fn next(&mut self, kind: &str) -> Value {
        loop {
            match self.read().await {
                Ok(frame) if frame["type"] == kind => return frame,
                Ok(_) => {}
                Err(close) => panic!("closed while waiting for {kind}: {close:?}"),
            }
        }
    }

    /// The next order must be of this type.
    pub(crate) async fn order(&mut self, kind: &str) -> Value {
        let frame = self.read().await.unwrap_or_else(|close| panic!("closed instead of {kind}: {close:?}"));
        assert_eq!(frame["type"], kind, "{frame}");
        frame
    }

    /// Everything up to the close.
    pub(crate) async fn rest(&mut self) -> (Vec<Value>, (u16, String)) {
        let mut frames = Vec::new();
        loop {
            match self.read().await {
                Ok(frame) => frames.push(frame),
                Err(close) => return (frames, close),
            }
        }
    }

    /// Everything that came before this: asks for a pong and reads up to it.
    pub(crate) async fn settle(&mut self) -> Vec<Value> {
        self.send(json!({"type": "ping"})).await;
        let mut frames = Vec::new();
        loop {
            let frame = self.read().await.unwrap();
            if frame["type"] == "pong" {
                return frames;
            }
            frames.push(frame);
        }
    }

    /// A member of the result of a call.
    pub(crate) async fn result(&mut self, id: &str) -> Map<String, Value> {
        loop {
            let frame = self.next("result").await;
            if frame["tool_call_id"] == id {
                return frame.as_object().unwrap().clone();
            }
        }
    }

    /// Cuts the connection without a goodbye.
    pub(crate) fn cut(self) -> Value {
        self.position()
    }
}
