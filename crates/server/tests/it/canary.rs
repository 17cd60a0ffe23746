//! Secrets planted everywhere turn up nowhere: not in answers, not in logs, not in the database's bytes; as they are,
//! in base64, URL-encoded, in hex. (Security: property 7.)

use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use hookswitch_testkit::{Reply, TestServer as Upstream};
use parking_lot::Mutex;
use serde_json::{Value, json};
use tracing_subscriber::fmt::MakeWriter;

use crate::support::{Client, Setup, text};

const HEADER: &str = "canary header/+?=&value 01";
const STORED: &str = "canary&stored=secret/value+02";
const CONFIG: &str = "canary%config secret/value+03";
const QUERY: &str = "canary?query&secret=value+04";
const ROTATED: &str = "canary&rotated=secret/value+05";
/// Not a secret: it must be found, or the search finds nothing.
const WITNESS: &str = "witness of the search 06";

/// Keeps what is logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// The forms in which a secret could show.
fn forms(secret: &str) -> Vec<Vec<u8>> {
    let encoded =
        percent_encoding::utf8_percent_encode(secret, percent_encoding::NON_ALPHANUMERIC).to_string();
    let mut forms = vec![
        secret.to_owned(),
        serde_json::to_string(secret).unwrap().trim_matches('"').to_owned(),
        encoded.to_ascii_lowercase(),
        encoded,
        url::form_urlencoded::byte_serialize(secret.as_bytes()).collect(),
        STANDARD.encode(secret),
        STANDARD_NO_PAD.encode(secret),
        URL_SAFE_NO_PAD.encode(secret),
        hex::encode(secret),
    ];
    forms.dedup();
    forms.into_iter().map(String::into_bytes).collect()
}

fn find(haystack: &[u8], secret: &str) -> bool {
    forms(secret).iter().any(|form| haystack.windows(form.len()).any(|window| window == &form[..]))
}

fn bytes_of(directory: &Path) -> Vec<u8> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        // The key file is what it is.
        if path.is_file() && !path.to_string_lossy().contains("master.key") {
            all.extend(std::fs::read(path).unwrap());
        }
    }
    all
}

#[tokio::test]
async fn planted_secrets_turn_up_nowhere() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(log.clone());
    // One test a process: the whole server, its tasks included, logs here.
    let _ = tracing::subscriber::set_global_default(subscriber.finish());

    // An upstream that says everything back.
    let upstream = Upstream::start(|request| {
        let echo = json!({"method": request.method, "target": request.target, "headers": request.headers,
            "body": request.text()});
        match request.target.split('?').next() {
            Some("/broken") => Reply::status(500, &echo.to_string()),
            Some("/refused") => Reply::status(422, &echo.to_string()),
            _ => Reply::json(&echo.to_string()),
        }
    })
    .await;
    let server = Setup::reaching(&[upstream.allow_entry()]).start().await;
    let admin = server.admin();
    let mut secrets = plant(&admin, &upstream).await;
    run(&admin, &upstream, &mut secrets).await;

    let heard = admin.heard();
    let metrics = server.nobody().get("/metrics").await.body;
    server.engine.flush().await.unwrap();
    let (_, directory) = server.stop().await;
    let stored = bytes_of(directory.path());
    let logged = log.0.lock().clone();
    let sent: Vec<u8> =
        upstream.requests().iter().flat_map(|one| format!("{:?}", one.headers).into_bytes()).collect();

    assert!(find(&heard, WITNESS) && find(&stored, WITNESS), "the search must find what is there");
    assert!(
        String::from_utf8_lossy(&logged).contains("/v1/sessions/{id}/calls"),
        "the log must hold requests"
    );
    assert!(find(&sent, STORED) && find(&sent, CONFIG), "the secrets must have been used");
    for secret in &secrets {
        assert!(!find(&stored, secret), "{secret} is in the database");
        assert!(!find(&logged, secret), "{secret} is in the log");
        assert!(!find(&metrics, secret), "{secret} is in the metrics");
    }
    // What is shown once was shown once: in the answer that made it.
    for secret in &secrets {
        let shown = heard.windows(secret.len()).filter(|window| *window == secret.as_bytes()).count();
        let allowed = usize::from(secret.starts_with("whsec_") || secret.starts_with("hs_live_"));
        assert_eq!(shown, allowed, "{secret} in answers");
        let others = forms(secret).into_iter().filter(|form| form != secret.as_bytes());
        for form in others {
            assert!(
                !heard.windows(form.len()).any(|window| window == &form[..]),
                "{secret} encoded in answers"
            );
        }
    }
}

/// Puts secrets everywhere that takes them; gives all of them.
async fn plant(admin: &Client, upstream: &Upstream) -> Vec<String> {
    let mut secrets: Vec<String> = [HEADER, STORED, CONFIG, QUERY, ROTATED].map(str::to_owned).into();
    admin.put("/v1/secrets/stored", json!({"value": STORED})).await.expect(201);
    admin.put("/v1/secrets/query", json!({"value": QUERY})).await.expect(201);
    let agent = text(&admin.post("/v1/agents", json!({"name": "A"})).await.expect(201), "id");
    for name in ["good", "broken", "refused"] {
        let tool = json!({
            "name": name, "kind": "webhook", "effect": "action", "description": WITNESS,
            "webhook": {
                "url": upstream.url(&format!("/{name}")), "method": "POST",
                "headers": {"authorization": HEADER, "x-stored": "{{secret.stored}}", "x-config": "{{config.token}}"},
                "query": {"q": "{{secret.query}}"},
                "body": {"stored": "{{secret.stored}}", "config": "{{config.token}}", "note": "{{input.note}}"},
            },
            "parameters": [{"name": "note", "schema": {"type": "string"}, "required": true}],
            "config_schema": {"fields": [{"key": "token", "type": "secret", "required": true}]},
        });
        let made = admin.post("/v1/tools", tool).await.expect(201);
        secrets.push(text(&made, "signing_secret"));
        let binding = format!("/v1/agents/{agent}/tools/{}", text(&made, "id"));
        admin.put(&binding, json!({"config": {"token": CONFIG}})).await.expect(200);
        admin.get(&format!("/v1/tools/{}", text(&made, "id"))).await.expect(200);
    }
    let key = admin.post("/v1/keys", json!({"name": "k"})).await.expect(201);
    secrets.push(text(&key, "secret"));
    secrets
}

/// Uses them in every way: calls, trials, dry runs, errors, rotation, reads.
async fn run(admin: &Client, upstream: &Upstream, secrets: &mut Vec<String>) {
    let agents = admin.get("/v1/agents").await.expect(200);
    let agent = text(&agents["data"][0], "id");
    let session = admin.post("/v1/sessions", json!({"agent_id": agent})).await.expect(201);
    let path = format!("/v1/sessions/{}", text(&session, "id"));
    for name in ["good", "broken", "refused"] {
        let call = json!({"name": name, "arguments": {"note": WITNESS}});
        let answer = admin.post(&format!("{path}/calls"), call).await.expect(200);
        assert_ne!(answer["outcome"], "cancelled", "{answer}");
        let tool = text(&admin.get(&format!("/v1/tools/by-name/{name}")).await.expect(200), "id");
        for dry_run in [true, false] {
            let body = json!({"arguments": {"note": WITNESS}, "dry_run": dry_run});
            admin.post(&format!("/v1/tools/{tool}/test"), body).await.expect(200);
        }
        let clear = json!({"arguments": {"note": WITNESS}, "config": {"token": CONFIG}});
        admin.post(&format!("/v1/tools/{tool}/test"), clear).await.problem(422, "invalid_definition");
        let rotated =
            admin.post(&format!("/v1/tools/{tool}/rotate-signing-secret"), json!({})).await.expect(200);
        secrets.push(text(&rotated, "signing_secret"));
    }
    admin.put("/v1/secrets/stored", json!({"value": ROTATED})).await.expect(200);
    let again = json!({"name": "good", "arguments": {"note": "again"}});
    let answer = admin.post(&format!("{path}/calls"), again).await.expect(200);
    assert_eq!(answer["outcome"], "done");
    assert!(upstream.requests().iter().any(|one| one.header("x-stored") == Some(ROTATED)));
    // Secrets sent to the wrong places.
    admin.put("/v1/secrets/stored", json!({"value": [STORED]})).await.problem(400, "invalid_request");
    let wrong = json!({"name": "x", "kind": "client", "timeout_ms": STORED});
    admin.post("/v1/tools", wrong).await.problem(400, "invalid_request");
    admin.post("/v1/keys", json!({"name": "k", "mode": STORED})).await.problem(400, "invalid_request");
    admin
        .get(&format!("/v1/tools?cursor={}", URL_SAFE_NO_PAD.encode(STORED)))
        .await
        .problem(400, "invalid_request");
    for list in ["/v1/executions?include=details", "/v1/secrets", "/v1/tools", "/v1/agents", "/v1/sessions"] {
        let shown: Value = admin.get(list).await.expect(200);
        assert!(!shown["data"].as_array().unwrap().is_empty(), "{list}");
    }
    admin.get(&format!("/v1/agents/{agent}/tools")).await.expect(200);
    admin.get(&format!("{path}/events?format=json")).await.expect(200);
    admin.post(&format!("{path}/end"), json!({})).await.expect(200);
}
