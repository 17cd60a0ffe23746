//! A server and a call engine, each a process, each killed when wanted.

use std::fs::File;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};
use tokio::net::{TcpListener, UdpSocket};

use crate::ear::Ear;
use crate::sipp::{self, Sipp};

/// How long anything may take.
pub const PATIENCE: Duration = Duration::from_secs(20);

const KEY: &str = "hs_live_EndToEndTestsOnly0123456789";

/// A port that is free for UDP and TCP now.
pub async fn free_port() -> u16 {
    loop {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let port = socket.local_addr().unwrap().port();
        if TcpListener::bind(("127.0.0.1", port)).await.is_ok() {
            return port;
        }
    }
}

/// A process that ends with the test.
pub struct Process(Child);

impl Process {
    pub fn id(&self) -> u32 {
        self.0.id()
    }

    /// SIGKILL.
    pub fn kill(&mut self) {
        let _ = self.0.kill();
        self.0.wait().unwrap();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

pub struct House {
    pub sip: u16,
    port: u16,
    folder: tempfile::TempDir,
    pub engine: Process,
    pub server: Process,
}

/// The voice runtime and what it heard of the call.
pub struct Call {
    pub brain: Sipp,
    pub far: Sipp,
    pub ear: Ear,
    pub id: String,
}

impl House {
    pub async fn start(brain: u16) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (sip, control, port) = (free_port().await, free_port().await, free_port().await);
        let secret = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
        let text = format!(
            "listen = \"127.0.0.1:{sip}\"\ncontrol = \"127.0.0.1:{control}\"\nsecret = \"{secret}\"\n\
             events_url = \"http://127.0.0.1:{port}/call-events\"\n\
             [agent]\nuri = \"sip:agent@127.0.0.1:{brain}\"\nnumber = \"+14155550100\"\n\
             [inbound]\nallow = [\"127.0.0.1\"]\n[destinations]\nallow = [\"any\"]\n"
        );
        let path = folder.path().join("sip.toml");
        std::fs::write(&path, text).unwrap();
        let settings = format!("sip = {:?}\n", path.to_str().unwrap());
        std::fs::write(folder.path().join("settings.toml"), settings).unwrap();
        let engine = launch(&folder, "engine", &["sip", "serve", "--config", path.to_str().unwrap()]);
        let server = serve(&folder, port);
        let house = Self { sip, port, folder, engine, server };
        house.ready().await;
        house
    }

    /// Another server on the same data.
    pub async fn serve_again(&mut self) {
        self.server = serve(&self.folder, self.port);
        self.ready().await;
    }

    async fn ready(&self) {
        let up = tokio::time::timeout(PATIENCE, async {
            while self.try_send("GET", "/ready", None).await.is_none_or(|(status, _)| status != 200) {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        });
        assert!(up.await.is_ok(), "{}", self.logs());
    }

    async fn try_send(&self, method: &str, path: &str, body: Option<&Value>) -> Option<(u16, Value)> {
        let bytes = body.map(|body| Bytes::from(body.to_string())).unwrap_or_default();
        let request = hyper::Request::builder()
            .method(method)
            .uri(format!("http://127.0.0.1:{}{path}", self.port))
            .header("authorization", format!("Bearer {KEY}"))
            .header("content-type", "application/json")
            .body(Full::new(bytes))
            .unwrap();
        let client = Client::builder(TokioExecutor::new()).build_http::<Full<Bytes>>();
        let (parts, body) = client.request(request).await.ok()?.into_parts();
        let bytes = body.collect().await.ok()?.to_bytes();
        Some((parts.status.as_u16(), serde_json::from_slice(&bytes).unwrap_or(Value::Null)))
    }

    pub async fn get(&self, path: &str) -> Value {
        let (status, body) = self.try_send("GET", path, None).await.unwrap();
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    pub async fn post(&self, path: &str, body: Value) -> Value {
        let (status, answer) = self.try_send("POST", path, Some(&body)).await.unwrap();
        assert!((200..300).contains(&status), "{path}: {status} {answer}\n{}", self.logs());
        answer
    }

    /// The same, of a server that may be killed meanwhile.
    pub async fn post_in_vain(&self, path: &str, body: Value) -> Option<(u16, Value)> {
        self.try_send("POST", path, Some(&body)).await
    }

    pub async fn refused(&self, path: &str, body: Value) -> (u16, Value) {
        self.try_send("POST", path, Some(&body)).await.unwrap()
    }

    /// Asks again and again until the answer is as it should be.
    pub async fn until(&self, path: &str, is_right: impl Fn(&Value) -> bool) -> Value {
        let found = tokio::time::timeout(PATIENCE, async {
            loop {
                let body = self.get(path).await;
                if is_right(&body) {
                    return body;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        });
        let Ok(body) = found.await else {
            panic!("{path} stays {}\n{}", self.get(path).await, self.logs());
        };
        body
    }

    /// A call-control tool.
    pub async fn tool(&self, name: &str, control: Value) -> String {
        let tool =
            json!({"name": name, "description": name, "kind": "call_control", "call_control": control});
        self.post("/v1/tools", tool).await["id"].as_str().unwrap().to_owned()
    }

    /// A phone session about a call with these tools.
    pub async fn session(&self, call: &str, tools: &[&str]) -> String {
        let start = json!({"channel": "phone", "call_id": call, "tools": tools});
        self.post("/v1/sessions", start).await["id"].as_str().unwrap().to_owned()
    }

    pub async fn call(&self, session: &str, name: &str, arguments: Value) -> Value {
        self.post(&format!("/v1/sessions/{session}/calls"), json!({"name": name, "arguments": arguments}))
            .await
    }

    pub fn logs(&self) -> String {
        let read = |name: &str| std::fs::read_to_string(self.folder.path().join(name)).unwrap_or_default();
        format!("server:\n{}\nengine:\n{}", read("server.log"), read("engine.log"))
    }
}

/// A caller who is connected with the voice runtime; the runtime finds the call's id in the INVITE.
pub async fn call(house: &House, brain: Sipp, tail: &str) -> Call {
    let ear = Ear::open().await;
    let steps = format!("{}{tail}", sipp::caller(&sipp::sdp(ear.port, true)));
    let far = Sipp::calls(([127, 0, 0, 1], house.sip).into(), "agent", &steps).await;
    let found = tokio::time::timeout(PATIENCE, async {
        loop {
            let messages = brain.messages();
            let id = messages.split("X-Tool-Call: ").nth(1).and_then(|rest| rest.lines().next());
            if let (Some(id), true) = (id, messages.contains("\nACK ")) {
                return id.trim().to_owned();
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    let Ok(id) = found.await else { panic!("{}\n{}", brain.messages(), house.logs()) };
    Call { brain, far, ear, id }
}

/// A runtime that picks up and stays until it is hung up on.
pub async fn brain() -> Sipp {
    Sipp::called(&format!("{}{}", sipp::picks_up(&sipp::sdp(40_000, true)), sipp::gets_bye())).await
}

fn serve(folder: &tempfile::TempDir, port: u16) -> Process {
    let settings: PathBuf = folder.path().join("settings.toml");
    let data: PathBuf = folder.path().join("data");
    let listen = format!("127.0.0.1:{port}");
    let flags =
        ["serve", "--listen", &listen, "--config", settings.to_str().unwrap(), "--log-format", "json"];
    launch(folder, "server", &[&flags[..], &["--data", data.to_str().unwrap()]].concat())
}

fn launch(folder: &tempfile::TempDir, name: &str, arguments: &[&str]) -> Process {
    let log =
        File::options().create(true).append(true).open(folder.path().join(format!("{name}.log"))).unwrap();
    let child = Command::new(env!("CARGO_BIN_EXE_hookswitch"))
        .args(arguments)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOOKSWITCH_BOOTSTRAP_KEY", KEY)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log)
        .spawn()
        .unwrap();
    Process(child)
}
