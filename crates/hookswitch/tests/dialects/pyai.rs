//! PyAI's own client against the real binary, then a session over `/v1` that calls what it registered.

use hookswitch_testkit::{RecordedRequest, Reply};
use hyper::Method;
use serde_json::{Value, json};

use crate::house::{House, interop, printed};

fn text(value: &Value, member: &str) -> String {
    value[member].as_str().unwrap_or_else(|| panic!("no {member} in {value}")).to_owned()
}

/// Everything that the vendor's client does with tools and agents, and the quirks that it has.
const CLIENT: &str = r#"
import json, os
from pyai import PyAI, PyAIError

c = PyAI(api_key=os.environ["KEY"], base_url=os.environ["HOUSE"] + "/pyai")
receiver = os.environ["RECEIVER"]

def fails(status, code, call):
    try:
        call()
    except PyAIError as error:
        assert (error.status, error.code) == (status, code), (error.status, error.code, error.message)
        return error
    raise AssertionError(f"{code} expected")

me = c.me()
assert me["scopes"] == ["omni:session"] and me["environment"] == "live", me
assert [m["id"] for m in c.models.list()["data"]] == ["pyai-omni-realtime"]
assert c.voices.list(gender="female")["data"] == []

# Create or update by name: the secret once.
note = {"name": "log_note", "description": "Write a note",
        "input_schema": {"type": "object", "properties": {"note": {"type": "string"}}, "required": ["note"],
                         "additionalProperties": False},
        "config_schema": {"fields": [{"key": "board", "label": "Board", "required": True},
                                     {"key": "token", "type": "secret"}]},
        "webhook_url": receiver + "/note", "auth_header": "X-Tool-Secret", "auth_secret": "s3cr3t-of-the-tool",
        "side_effect": "action", "timeout_ms": 15000}
made = c._post_json("/v1/tools", note)
assert made["hmac_secret"].startswith("whsec_") and made["has_auth"] and made["execution"] == "server", made
again = c._post_json("/v1/tools", {**note, "description": "Write one note"})
assert again["id"] == made["id"] and "hmac_secret" not in again and again["description"] == "Write one note"
look = c._post_json("/v1/tools", {"name": "look_up", "webhook_url": receiver + "/look", "side_effect": "read",
                                  "input_schema": {"type": "object", "properties": {"id": {"type": "integer"}}}})
app = c._post_json("/v1/tools", {"name": "show_map"})
assert app["execution"] == "client" and app["hmac_secret"].startswith("whsec_")

# Read, list, change, test, rotate, delete.
got = c._get_json(f"/v1/tools/{made['id']}")
assert got == again, (got, again)
names = [t["name"] for t in c._get_json("/v1/tools")["data"]]
assert names[:6] == ["datetime", "transfer_to_human", "send_dtmf", "play_hold", "collect", "end_call"], names
assert names[6:] == ["log_note", "look_up", "show_map"], names
assert c._post_json(f"/v1/tools/{made['id']}", {"timeout_ms": 3000})["timeout_ms"] == 3000
probe = c._post_json(f"/v1/tools/{look['id']}/test", {})
assert probe["ok"] and "not called" in probe["message"], probe
tried = c._post_json(f"/v1/tools/{look['id']}/test", {"arguments": {"id": 7}})
assert tried["ok"] and tried["result"] == {"name": "Ada"} and tried["status_code"] == 200, tried
rotated = c._post_json(f"/v1/tools/{made['id']}/rotate-secret", {})
assert rotated["hmac_secret"] != made["hmac_secret"]
assert c._delete_json(f"/v1/tools/{app['id']}")["deleted"] is True
fails(404, "tool_not_found", lambda: c._get_json(f"/v1/tools/{app['id']}"))

# Errors in both shapes, as the client reads them.
refused = fails(400, "invalid_webhook_url", lambda: c._post_json("/v1/tools", {"name": "x", "webhook_url": "https://10.0.0.1/"}))
assert refused.request_id.startswith("req_") and "private" in refused.message, refused.message
fails(404, "unknown_route", lambda: c._post_json("/v1/audio/speech", {"input": "x"}))
fails(403, "prebuilt_read_only", lambda: c._delete_json("/v1/tools/tool_prebuilt_datetime"))
fails(401, "unauthorized", lambda: PyAI(api_key="hs_live_nobody0000000000000000000000", base_url=c.base_url).me())

# Agents and bindings.
agent = c.agents.create(name="Front desk", greeting="Hello!", vocabulary=["Ada"], metadata={"team": "x"})
assert agent["vocabulary"] == ["Ada"] and agent["brain_model"] == "default", agent
agent = c.agents.update(agent["agent_id"], vocabulary=[], voice_id="v1")
assert agent["vocabulary"] == [] and agent["greeting"] == "Hello!" and agent["voice_id"] == "v1", agent
path = f"/v1/agents/{agent['agent_id']}/tools"
fails(400, "invalid_tool_config", lambda: c._put_json(path, [{"tool_id": made["id"]}]))
bound = c._put_json(path, [{"tool_id": made["id"], "config": {"board": "main", "token": "tok-of-the-binding"}},
                           {"tool_id": look["id"]}, {"tool_id": "tool_prebuilt_datetime"}])
assert bound["data"][0]["config"] == {"board": "main", "token": "[REDACTED]"}, bound
assert c._put_json(path, bound["data"]) == bound
assert c.agents.get(agent["agent_id"])["tools"] == bound["data"]
assert [a["agent_id"] for a in c.agents.list()["data"]] == [agent["agent_id"]]
other = c.agents.create(name="Front desk")
assert c.agents.delete(other["agent_id"])["deleted"] is True

# What a browser needs.
token = c._post_json("/v1/omni/sessions", {"allowed_origins": ["https://app.example.com"], "session_label": agent["agent_id"]})
assert token["token"].startswith("hs_live_sess_"), token
assert token["url"] == c.realtime_url(), (token["url"], c.realtime_url())
assert c.realtime_subprotocols(token["token"]) == ["pyai.v1", "pyai-key." + token["token"]]
assert c._get_json("/v1/webhooks/signing-secret") == {"object": "webhook_signing_secret", "configured": False, "last4": None}
assert c._post_json("/v1/webhooks/signing-secret", {})["secret"].startswith("whsec_")
assert c._get_json("/v1/tools/calls?limit=5")["data"] == []
print(json.dumps({"agent": agent["agent_id"], "tool": made["id"], "old": made["hmac_secret"], "new": rotated["hmac_secret"]}))
"#;

/// Checks what arrived with code that is not ours: HMAC by the vendor's scheme, Standard Webhooks by its package.
const VERIFY: &str = r#"
import base64, hashlib, hmac, json, sys
from standardwebhooks.webhooks import Webhook

for item in DATA["requests"]:
    body = base64.b64decode(item["body"])
    headers = item["headers"]
    assert headers["content-type"] == "application/json" and headers["user-agent"].startswith("hookswitch/")
    parts = [part.split("=", 1) for part in headers["x-pyai-signature"].split(",")]
    stamp = dict(parts)["t"]
    signatures = [value for name, value in parts if name == "v1"]
    expected = [hmac.new(s.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest() for s in item["secrets"]]
    assert signatures == expected, (signatures, expected)
    assert stamp == headers["webhook-timestamp"]
    for secret in item["secrets"]:
        Webhook(secret).verify(body, headers)
print("verified", len(DATA["requests"]))
"#;

fn answer(request: &RecordedRequest) -> Reply {
    match request.target.as_str() {
        "/look" => Reply::json(r#"{"name":"Ada"}"#),
        "/busy" => Reply::status(503, r#"{"message":"later"}"#),
        "/slow" => Reply::silence(),
        _ => Reply::json(r#"{"saved":true}"#),
    }
}

fn recorded(request: &RecordedRequest, secrets: &[&str]) -> Value {
    let names = [
        "content-type",
        "user-agent",
        "x-pyai-signature",
        "webhook-id",
        "webhook-timestamp",
        "webhook-signature",
        "idempotency-key",
    ];
    let headers: serde_json::Map<String, Value> = names
        .into_iter()
        .filter_map(|name| Some((name.to_owned(), Value::from(request.header(name)?))))
        .collect();
    json!({"body": base64(&request.body), "headers": headers, "secrets": secrets})
}

fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let number = chunk.iter().fold(0_u32, |number, byte| number << 8 | u32::from(*byte))
            << (8 * (3 - chunk.len()));
        for place in 0..4 {
            let is_padding = place > chunk.len();
            let digit = (number >> (18 - 6 * place)) as usize & 63;
            text.push(if is_padding { '=' } else { char::from(ALPHABET[digit]) });
        }
    }
    text
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_client_registers_and_a_session_calls() {
    let house = House::start(answer).await;
    let said = printed(&house.python(CLIENT));
    let made: Value = serde_json::from_str(said.lines().last().unwrap()).unwrap();
    let before = house.receiver.requests().len();
    let session = house.send(Method::POST, "/v1/sessions", Some(&json!({"agent_id": made["agent"]}))).await;
    assert_eq!(session.status, 201, "{session:?}");
    let session_id = text(&session.body, "id");
    let call = async |name: &str, arguments: Value| {
        let body = json!({"name": name, "arguments": arguments});
        let path = format!("/v1/sessions/{session_id}/calls");
        house.send(Method::POST, &path, Some(&body)).await.body
    };
    let noted = call("log_note", json!({"note": "call back"})).await;
    assert_eq!((&noted["outcome"], &noted["result"]), (&json!("done"), &json!({"saved": true})), "{noted}");
    let again = call("log_note", json!({"note": "call back"})).await;
    assert_eq!(again["result"], json!({"saved": true, "already_done": true}), "{again}");
    let looked = call("look_up", json!({"id": 7})).await;
    assert_eq!(looked["result"], json!({"name": "Ada"}), "{looked}");
    let clock = call("datetime", json!({"timezone": "Europe/Berlin"})).await;
    assert_eq!(clock["result"]["timezone"], "Europe/Berlin", "{clock}");
    let wrong = call("log_note", json!({"text": "x"})).await;
    assert_eq!(wrong["outcome"], "refused", "{wrong}");
    let requests = house.receiver.requests();
    let sent = &requests[before..];
    assert_eq!(sent.len(), 2, "the repeat was not sent");
    let body: Value = serde_json::from_slice(&sent[0].body).unwrap();
    assert_eq!(
        body["config"],
        json!({"board": "main", "token": "tok-of-the-binding"}),
        "in clear for its receiver"
    );
    assert_eq!(
        (&body["agent_id"], &body["session_label"], &body["tool_id"]),
        (&made["agent"], &made["agent"], &made["tool"])
    );
    assert_eq!(sent[0].header("x-tool-secret").unwrap(), "s3cr3t-of-the-tool");
    let secrets = [text(&made, "new"), text(&made, "old")];
    let item = recorded(&sent[0], &[&secrets[0], &secrets[1]]);
    let script =
        format!("import json\nDATA = json.loads({:?})\n{VERIFY}", json!({"requests": [item]}).to_string());
    assert_eq!(printed(&house.python(&script)).trim(), "verified 1");
    let listed = house.send(Method::GET, "/pyai/v1/tools/calls?include=details", None).await;
    assert!(listed.headers["x-request-id"].to_str().unwrap().starts_with("req_"));
    let calls = listed.body;
    let outcomes: Vec<&Value> =
        calls["data"].as_array().unwrap().iter().map(|call| &call["outcome"]).collect();
    assert_eq!(outcomes, ["refused", "done", "done", "done"], "{calls}");
    assert!(!calls.to_string().contains("tok-of-the-binding") && !calls.to_string().contains("s3cr3t-of"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn attempts_share_their_keys_and_the_ceiling_holds() {
    let house = House::start(answer).await;
    let create = async |name: &str, path: &str, effect: &str| {
        let body = json!({"name": name, "webhook_url": house.receiver_url(path), "side_effect": effect, "timeout_ms": 15000});
        house.send(Method::POST, "/pyai/v1/tools", Some(&body)).await.body
    };
    let absent = house.send(Method::GET, "/pyai/v1/tools/tool_x", None).await;
    assert_eq!((absent.status, &absent.body["type"]), (404, &json!("/pyai/problems/tool_not_found")));
    let busy = create("busy", "/busy", "read").await;
    let slow = create("slow", "/slow", "action").await;
    let start = json!({"tools": [busy["id"], slow["id"]]});
    let session = house.send(Method::POST, "/v1/sessions", Some(&start)).await.body;
    let path = format!("/v1/sessions/{}/calls", text(&session, "id"));
    let answer = house.send(Method::POST, &path, Some(&json!({"name": "busy", "arguments": {}}))).await.body;
    assert_eq!(answer["result"], json!({"error": "HTTP 503: later", "done": false}), "{answer}");
    let requests = house.receiver.requests();
    assert_eq!(requests.len(), 3, "a read is tried three times");
    let secret = text(&busy, "hmac_secret");
    for header in ["idempotency-key", "webhook-id"] {
        assert!(requests.windows(2).all(|pair| pair[0].header(header) == pair[1].header(header)), "{header}");
    }
    let items: Vec<Value> = requests.iter().map(|request| recorded(request, &[&secret])).collect();
    let script =
        format!("import json\nDATA = json.loads({:?})\n{VERIFY}", json!({ "requests": items }).to_string());
    assert_eq!(printed(&house.python(&script)).trim(), "verified 3");
    let started = std::time::Instant::now();
    let answer = house.send(Method::POST, &path, Some(&json!({"name": "slow", "arguments": {}}))).await.body;
    let took = started.elapsed();
    assert_eq!(
        (&answer["result"], &answer["outcome"]),
        (&json!({"error": "tool timed out"}), &json!("unknown"))
    );
    assert!((4500..7000).contains(&took.as_millis()), "15 s under a ceiling of 5: {took:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_command_line_client_lists_and_its_doctor_misses_only_audio() {
    let house = House::start(answer).await;
    let run = |words: &[&str]| {
        std::process::Command::new(interop().join("venv/bin/pyai"))
            .args(words)
            .env_clear()
            .env("PYAI_API_KEY", crate::server::KEY)
            .env("PYAI_BASE_URL", format!("{}/pyai", house.address()))
            .output()
            .unwrap()
    };
    assert!(printed(&run(&["models"])).contains("pyai-omni-realtime"));
    let voices: Value = serde_json::from_str(&printed(&run(&["voices", "--gender", "female"]))).unwrap();
    assert_eq!(voices["data"], json!([]));
    let doctor = run(&["doctor"]);
    let said = String::from_utf8_lossy(&doctor.stdout).into_owned();
    for line in ["PASS  key (/v1/me)", "PASS  models.list", "PASS  voices.list"] {
        assert!(said.contains(line), "{said}");
    }
    assert!(said.contains("unknown_route") && said.contains("1 check(s) failed"), "{said}");
}
