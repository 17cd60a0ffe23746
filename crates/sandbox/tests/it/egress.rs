//! The way out: a socket made inside the box, accepted on by the server.

use std::collections::HashMap;
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use hookswitch_sandbox::{
    BoxId, CallToken, EgressCall, EgressPort, Network, Outbound, Prepared, Sandbox, TenantId, ToolSpec,
};
use parking_lot::Mutex;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::support::{call, settings, spec, until};

/// A proxy that answers everything itself and remembers who asked.
#[derive(Debug, Default)]
struct Recorder {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    boxes: HashMap<BoxId, tokio::task::JoinHandle<()>>,
    /// Tokens that are good now, and whether they were used.
    open: HashMap<String, bool>,
    /// Tenant by listener, request line, status.
    asked: Vec<(String, String, u16)>,
}

impl EgressPort for Recorder {
    fn attach(&self, id: BoxId, tenant: &TenantId, listener: TcpListener) {
        let (state, tenant) = (Arc::clone(&self.state), tenant.0.clone());
        let accepting = tokio::spawn(async move {
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            while let Ok((mut stream, _)) = listener.accept().await {
                let (state, tenant) = (Arc::clone(&state), tenant.clone());
                tokio::spawn(async move {
                    let mut request = Vec::new();
                    while !request.ends_with(b"\r\n\r\n")
                        && stream.read_buf(&mut request).await.unwrap_or(0) > 0
                    {}
                    let text = String::from_utf8_lossy(&request).into_owned();
                    let status = admit(&state, &tenant, &text);
                    let body = format!("for {tenant}");
                    let head = format!(
                        "HTTP/1.1 {status} X\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                        body.len()
                    );
                    let _ = stream.write_all(head.as_bytes()).await;
                });
            }
        });
        self.state.lock().boxes.insert(id, accepting);
    }

    fn detach(&self, id: BoxId) {
        if let Some(accepting) = self.state.lock().boxes.remove(&id) {
            accepting.abort();
        }
    }

    fn begin(&self, call: &EgressCall) {
        self.state.lock().open.insert(call.token.expose().to_owned(), false);
    }

    fn end(&self, token: &CallToken) -> Outbound {
        match self.state.lock().open.remove(token.expose()) {
            Some(true) => Outbound::Connected,
            _ => Outbound::None,
        }
    }
}

/// Checks the token as a proxy would: 407 when it is worth nothing.
fn admit(state: &Mutex<State>, tenant: &str, request: &str) -> u16 {
    let header = |line: &str| {
        line.to_lowercase().strip_prefix("proxy-authorization: basic ").map(|_| line[27..].to_owned())
    };
    let presented = request.lines().find_map(header).unwrap_or_default();
    let mut state = state.lock();
    let known = state.open.iter_mut().find(|(token, _)| base64(&format!("call:{token}")) == presented.trim());
    let status = known.map_or(407, |(_, used)| {
        *used = true;
        200
    });
    state.asked.push((tenant.to_owned(), request.lines().next().unwrap_or_default().to_owned(), status));
    status
}

fn base64(text: &str) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in text.as_bytes().chunks(3) {
        let word =
            chunk.iter().fold(0u32, |word, byte| word << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for place in 0..=chunk.len() {
            out.push(LETTERS[(word >> (18 - 6 * place)) as usize & 63] as char);
        }
        out.push_str(&"=".repeat(3 - chunk.len()));
    }
    out
}

async fn online() -> (Sandbox, Arc<Recorder>) {
    let recorder = Arc::new(Recorder::default());
    let port: Arc<dyn EgressPort> = Arc::clone(&recorder) as Arc<dyn EgressPort>;
    (Sandbox::start(settings(), port).await.unwrap(), recorder)
}

fn tool(sandbox: &Sandbox, tenant: &str, code: &str, network: Network) -> Prepared {
    let tenant = TenantId(tenant.to_owned());
    sandbox.prepare(ToolSpec { tenant, network, timeout: Duration::from_secs(20), ..spec(code) }).unwrap()
}

const GET: &str = "import urllib.request\n\
                   def f(url):\n    return urllib.request.urlopen(url, timeout=5).read().decode()\n";

#[tokio::test(flavor = "multi_thread")]
async fn each_tenant_comes_out_of_its_own_door() {
    let (sandbox, recorder) = online().await;
    let (one, two) = (tool(&sandbox, "one", GET, Network::Proxy), tool(&sandbox, "two", GET, Network::Proxy));
    for (prepared, wanted) in [(&one, "\"for one\""), (&two, "\"for two\""), (&one, "\"for one\"")] {
        let outcome = call(prepared, r#"{"url":"http://anything.example/x"}"#).await;
        assert_eq!(outcome.result.unwrap().json.get(), wanted);
        assert_eq!(outcome.outbound, Outbound::Connected);
    }
    let state = recorder.state.lock();
    assert!(
        state
            .asked
            .iter()
            .all(|(_, line, status)| line.contains("http://anything.example/x") && *status == 200)
    );
    assert!(state.open.is_empty(), "every token was taken back");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_running_call_gets_out() {
    let (sandbox, recorder) = online().await;
    // At load there is no call yet: the token is worth nothing.
    let early = "import urllib.request\ntry:\n    urllib.request.urlopen('http://a.example/', timeout=5); got = 'out'\n\
                 except Exception as e: got = str(e)\ndef f():\n    return got\n";
    let outcome = call(&tool(&sandbox, "t", early, Network::Proxy), "{}").await;
    assert_eq!(outcome.result.unwrap().json.get(), r#""HTTP Error 407: X""#);
    assert_eq!(outcome.outbound, Outbound::None);
    // Without network in the definition there is not even a socket.
    let outcome = call(&tool(&sandbox, "t", GET, Network::None), r#"{"url":"http://192.0.2.1/"}"#).await;
    assert!(outcome.result.unwrap_err().message.contains("Operation not permitted"));
    assert!(recorder.state.lock().asked.iter().all(|(_, _, status)| *status == 407));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_timed_out_call_that_reached_out_says_so() {
    let (sandbox, recorder) = online().await;
    let code = "import urllib.request\ndef f():\n    urllib.request.urlopen('http://a.example/', timeout=5).read()\n    while True: pass\n";
    let spec = ToolSpec { network: Network::Proxy, timeout: Duration::from_secs(2), ..spec(code) };
    let outcome = call(&sandbox.prepare(spec).unwrap(), "{}").await;
    assert_eq!(outcome.result.unwrap_err().kind, hookswitch_sandbox::FailureKind::Timeout);
    assert_eq!(outcome.outbound, Outbound::Connected);
    assert!(recorder.state.lock().open.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_box_that_goes_is_detached() {
    let (sandbox, recorder) = online().await;
    drop(tool(&sandbox, "t", GET, Network::Proxy));
    call(&tool(&sandbox, "t", "def f(): return 1", Network::Proxy), "{}").await.result.unwrap();
    assert!(!recorder.state.lock().boxes.is_empty());
    sandbox.shutdown();
    drop(sandbox);
    until(|| recorder.state.lock().boxes.is_empty()).await;
}
