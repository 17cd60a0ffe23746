//! What code reaches: nothing unless its tool asks, then what the policy lets through.

use hookswitch_testkit::{RecordedRequest, Reply};
use serde_json::{Value, json};

use super::desk::{Desk, texts};

const GET: &str = "import urllib.request\ndef get(url):\n    return {'body': urllib.request.urlopen(url, timeout=5).read().decode()}\n";

fn public() -> Value {
    json!({"input_schema": texts(&["url"]), "python": {"network": "public"}})
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_reached_unless_the_tool_asks() {
    let desk = Desk::open().await;
    let url = desk.house.receiver_url("/x");
    let closed = desk.tool("closed", GET, json!({"input_schema": texts(&["url"])})).await;
    let run = desk.trial(&closed, json!({ "url": url })).await;
    // No socket: the system call filter's answer, not the proxy's.
    assert!(run["error"].as_str().unwrap().contains("Operation not permitted"), "{run}");
    assert_eq!(desk.house.receiver.requests().len(), 0);
    let open = desk.tool("open", GET, public()).await;
    let run = desk.trial(&open, json!({ "url": url })).await;
    assert_eq!(run["told"], json!({"body": "{\"status\":\"ok\"}"}), "{run}");
    let seen = desk.house.receiver.requests();
    assert_eq!(seen.len(), 1);
    assert!(seen[0].header("proxy-authorization").is_none(), "the call's token left the house");
}

#[tokio::test(flavor = "multi_thread")]
async fn addresses_that_no_webhook_may_call_no_code_may_call() {
    let desk = Desk::open().await;
    let own = desk.house.address().to_owned();
    let tool = desk.tool("open", GET, public()).await;
    let before = desk.metric("python_egress_denied_total").await;
    let denied = [
        "http://169.254.169.254/latest/meta-data/",
        "http://10.0.0.1/",
        "http://127.0.0.1:1/",
        "http://localhost/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://metadata.google.internal/",
        "https://192.168.1.1/",
        &own,
    ];
    for url in denied {
        let run = desk.trial(&tool, json!({ "url": url })).await;
        let error = run["error"].as_str().unwrap_or_default();
        assert!(error.contains("403"), "{url}: {run}");
        // Nothing was connected to, so nothing can have happened.
        assert_eq!(run["outcome"], "failed", "{url}");
    }
    let counted = desk.metric("python_egress_denied_total").await - before;
    assert!((counted - denied.len() as f64).abs() < 0.5, "{counted} of {}", denied.len());
    assert!(desk.metric("python_connections_total").await < 1.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn redirects_pass_the_policy_at_every_hop() {
    let script = |request: &RecordedRequest| match request.target.as_str() {
        "/away" => Reply::redirect(302, "http://169.254.169.254/"),
        "/file" => Reply::redirect(302, "file:///etc/passwd"),
        _ => Reply::json("{}"),
    };
    let desk = Desk::open_for(script, "").await;
    let tool = desk.tool("open", GET, public()).await;
    let run = desk.trial(&tool, json!({"url": desk.house.receiver_url("/away")})).await;
    assert!(run["error"].as_str().unwrap().contains("403"), "{run}");
    // It had reached somebody by then.
    assert_eq!(run["outcome"], "unknown");
    let run = desk.trial(&tool, json!({"url": desk.house.receiver_url("/file")})).await;
    assert_eq!(run["outcome"], "unknown", "{run}");
    assert!(!run.to_string().contains("root:"), "{run}");
}

/// Speaks to the proxy by hand, as no library would.
const BY_HAND: &str = r#"
import base64, os, socket, urllib.parse
def raw(text):
    proxy = urllib.parse.urlsplit(os.environ["http_proxy"])
    word = base64.b64encode(f"{proxy.username}:{proxy.password}".encode()).decode()
    with socket.create_connection((proxy.hostname, proxy.port), timeout=5) as s:
        s.sendall(text.replace("TOKEN", word).replace("|", "\r\n").encode())
        got = b""
        while True:
            try: part = s.recv(65536)
            except (TimeoutError, ConnectionResetError): break
            if not part: break
            got += part
        return {"lines": [l.split(" ")[1] for l in got.decode("latin-1").split("\r\n") if l.startswith("HTTP/")]}
"#;

#[tokio::test(flavor = "multi_thread")]
async fn what_two_readers_could_understand_differently_does_not_pass() {
    let desk = Desk::open().await;
    let more = json!({"input_schema": texts(&["text"]), "python": {"network": "public"}});
    let tool = desk.tool("raw", BY_HAND, more).await;
    let at = desk.house.receiver.address();
    let head = format!("Host: {at}|Proxy-Authorization: Basic TOKEN|Connection: close|");
    for (what, text, status) in [
        (
            "two lengths",
            format!("POST http://{at}/a HTTP/1.1|{head}Content-Length: 1|Content-Length: 2||ab"),
            "400",
        ),
        ("folded header", format!("GET http://{at}/a HTTP/1.1|{head}X-A: b| folded: c||"), "400"),
        ("no token", format!("GET http://{at}/a HTTP/1.1|Host: {at}|Connection: close||"), "407"),
        (
            "another's token",
            format!(
                "GET http://{at}/a HTTP/1.1|Host: {at}|Proxy-Authorization: Basic Y2FsbDphYmM=|Connection: close||"
            ),
            "407",
        ),
        ("not a proxy's form", format!("GET /a HTTP/1.1|{head}|"), "400"),
        ("another scheme", format!("GET ftp://{at}/a HTTP/1.1|{head}|"), "400"),
        ("a user in the address", format!("GET http://u:p@{at}/a HTTP/1.1|{head}|"), "400"),
        ("a private tunnel", format!("CONNECT 127.0.0.1:1 HTTP/1.1|{head}|"), "403"),
        ("a forbidden port", format!("CONNECT 93.184.216.34:22 HTTP/1.1|{head}|"), "403"),
    ] {
        let run = desk.trial(&tool, json!({ "text": text })).await;
        assert_eq!(run["told"]["lines"], json!([status]), "{what}: {run}");
    }
    let seen = desk.house.receiver.requests();
    assert!(seen.is_empty(), "{:?}", seen.iter().map(|request| &request.target).collect::<Vec<_>>());
    // Told both ways, the length is told on in one way, and what follows is no request.
    let both = format!(
        "POST http://{at}/both HTTP/1.1|{head}Content-Length: 6|Transfer-Encoding: chunked||0||GET /smuggled HTTP/1.1||"
    );
    assert_eq!(desk.trial(&tool, json!({ "text": both })).await["told"]["lines"], json!(["200"]));
    let seen = desk.house.receiver.requests();
    assert_eq!((seen.len(), seen[0].target.as_str(), seen[0].text().as_str()), (1, "/both", ""));
    assert!(seen[0].header("content-length").is_none() || seen[0].header("transfer-encoding").is_none());
    // And by hand what a library does: absolute form, and a tunnel.
    let good = format!("GET http://{at}/good HTTP/1.1|{head}|");
    assert_eq!(desk.trial(&tool, json!({"text": good})).await["told"]["lines"], json!(["200"]));
    let tunnel = format!(
        "CONNECT {at} HTTP/1.1|Host: {at}|Proxy-Authorization: Basic TOKEN||GET /tunnel HTTP/1.1|Host: {at}|Connection: close||"
    );
    assert_eq!(desk.trial(&tool, json!({"text": tunnel})).await["told"]["lines"], json!(["200", "200"]));
    let seen: Vec<String> =
        desk.house.receiver.requests().into_iter().map(|request| request.target).collect();
    assert_eq!(seen, ["/both", "/good", "/tunnel"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn code_that_reached_out_and_failed_may_have_acted() {
    let desk = Desk::open().await;
    let code = format!("{GET}def act(url):\n    get(url)\n    raise RuntimeError('after')\n");
    let tool = desk.tool("act", &code, public()).await;
    let session = desk.session(&[&tool]).await;
    let url = desk.house.receiver_url("/book");
    let answer = desk.call(&session, "act", json!({ "url": url })).await;
    assert_eq!(
        answer["result"],
        json!({"error": "Function execution failed: after", "done": "unknown"}),
        "{answer}"
    );
    let again = desk.call(&session, "act", json!({ "url": url })).await;
    assert_eq!(again["outcome"], "refused", "{again}");
    assert_eq!(desk.house.receiver.requests().len(), 1, "an act that may have happened was sent again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_connections_ends_with_its_call() {
    let desk = Desk::open().await;
    let code = "import os, socket, urllib.parse\ndef flood():\n    proxy = urllib.parse.urlsplit(os.environ['http_proxy'])\n    held = []\n    for n in range(100):\n        try:\n            s = socket.create_connection((proxy.hostname, proxy.port), timeout=2)\n            s.sendall(b'GET http://x.example/ HT')\n            held.append(s)\n        except OSError: break\n    return {'held': len(held)}\n";
    let tool = desk.tool("flood", code, json!({"python": {"network": "public"}})).await;
    let run = desk.trial(&tool, json!({})).await;
    assert!(run["told"]["held"].as_u64().unwrap() >= 40, "{run}");
    // Nobody else is kept out by what it left.
    let open = desk.tool("open", GET, public()).await;
    let run = desk.trial(&open, json!({"url": desk.house.receiver_url("/x")})).await;
    assert_eq!(run["outcome"], "done", "{run}");
}
