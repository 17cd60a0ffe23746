//! Bland's clients and wire format against the real server.

use std::process::{Command, Output, Stdio};

use hookswitch_testkit::Reply;
use hyper::Method;
use serde_json::{Value, json};

use crate::house::{House, interop, printed};
use crate::server::KEY;

/// A house that simulates calls.
async fn house() -> House {
    let answer = |request: &hookswitch_testkit::RecordedRequest| {
        if request.target.starts_with("/fail") {
            return Reply::status(500, r#"{"error":"on fire"}"#);
        }
        Reply::json(r#"{"message":"Booked","user":{"flights":[{"status":"on time"}]}}"#)
    };
    House::start_with(answer, "calls = \"simulate\"\n").await
}

/// The vendor's command line with a configuration folder of its own.
struct Cli<'h> {
    house: &'h House,
    key: &'static str,
    home: tempfile::TempDir,
}

impl<'h> Cli<'h> {
    fn new(house: &'h House) -> Self {
        Self { house, key: KEY, home: tempfile::tempdir().unwrap() }
    }

    fn run(&self, arguments: &[&str]) -> Output {
        Command::new("node")
            .arg(interop().join("node_modules/bland-cli/dist/index.js"))
            .args(arguments)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.home.path())
            .env("XDG_CONFIG_HOME", self.home.path())
            .env("BLAND_BASE_URL", format!("{}/bland", self.house.address()))
            .env("BLAND_API_KEY", self.key)
            .env("NO_COLOR", "1")
            .stdin(Stdio::null())
            .output()
            .unwrap()
    }

    /// What it prints when it ends well.
    fn prints(&self, arguments: &[&str]) -> String {
        printed(&self.run(arguments))
    }

    /// What it says when it ends with an error.
    fn fails(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8_lossy(&said).into_owned();
        assert!(!output.status.success(), "{arguments:?}: {said}");
        said
    }

    /// The JSON that it prints with `--json`; lines for people may stand before it.
    fn json(&self, arguments: &[&str]) -> Value {
        let text = self.prints(arguments);
        let start = text.find(['{', '[']).unwrap_or_else(|| panic!("no JSON in {text}"));
        serde_json::from_str(&text[start..]).unwrap_or_else(|error| panic!("{error}: {text}"))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_tool_verb_of_the_command_line() {
    let house = house().await;
    let cli = Cli::new(&house);
    let url = house.receiver_url("/book");
    let schema = r#"{"type":"object","example":{"date":"2026-03-16"},"required":["date"],"properties":{"date":"YYYY-MM-DD"}}"#;
    let create = [
        "tool",
        "create",
        "--name",
        "BookAppointment",
        "--description",
        "Books one",
        "--url",
        &url,
        "--label",
        "Booking",
        "--headers",
        r#"{"Authorization":"Bearer sk-1234567890"}"#,
        "--body",
        r#"{"slot":"{{input}}"}"#,
        "--query",
        r#"{"q":"{{call_id}}"}"#,
        "--input-schema",
        schema,
        "--response",
        r#"{"confirmation_message":"$.message"}"#,
        "--speech",
        "One moment.",
        "--timeout",
        "99999999",
        "--public",
        "--json",
    ];
    let made = cli.json(&create);
    let id = made["tool_id"].as_str().unwrap().to_owned();
    assert!(id.starts_with("TL-"), "{made}");

    let list = cli.prints(&["tool", "list"]);
    for text in [&id[..38], "BookAppointment", "Booking", "custom_tool", "POST"] {
        assert!(list.contains(text), "{text} in {list}");
    }
    assert_eq!(cli.json(&["tool", "list", "--json"])[0]["tool_id"], id.as_str());
    let shown = cli.prints(&["tool", "get", &id]);
    for text in [
        "Books one",
        "99999999ms",
        "One moment.",
        "Bearer sk-1234567890",
        "{{input}}",
        "{{call_id}}",
        "YYYY-MM-DD",
        "$.message",
    ] {
        assert!(shown.contains(text), "{text} in {shown}");
    }

    let before = cli.json(&["tool", "get", &id, "--json"]);
    cli.prints(&["tool", "update", &id, "--description", "Books another"]);
    let after = cli.json(&["tool", "get", &id, "--json"]);
    let mut expected = before;
    for place in ["/tool/description", "/tool/tool/description"] {
        *expected.pointer_mut(place).unwrap() = json!("Books another");
    }
    assert_eq!(after, expected, "read, overlaid and written back");
    cli.prints(&["tool", "update", &id, "--speech", "Wait.", "--no-merge"]);
    cli.prints(&["tool", "update", &id, "--timeout", "abc"]);
    let after = cli.json(&["tool", "get", &id, "--json"]);
    assert_eq!((&after["tool"]["speech"], &after["tool"]["timeout"]), (&json!("Wait."), &json!(10000)));

    let tested = cli.prints(&["tool", "test", &id, "--input", r#"{"date":"2026-03-16"}"#]);
    assert!(tested.contains("Booked") && tested.contains("passed"), "{tested}");
    let sent = house.receiver.requests().pop().unwrap();
    assert_eq!(
        (sent.header("authorization"), sent.text().as_str()),
        (Some("Bearer sk-1234567890"), r#"{"slot":{"date":"2026-03-16"}}"#)
    );
    assert!(sent.target.starts_with("/book?q=test-"), "{}", sent.target);
    let unfit = cli.fails(&["tool", "test", &id, "--input", "{}"]);
    assert!(unfit.contains("missing required parameter"), "{unfit}");
    cli.prints(&["tool", "update", &id, "--url", &house.receiver_url("/fail")]);
    let failed = cli.fails(&["tool", "test", &id, "--input", r#"{"date":"2026-03-16"}"#]);
    assert!(failed.contains("HTTP 500: on fire"), "{failed}");

    cli.prints(&["tool", "delete", &id]);
    assert!(cli.fails(&["tool", "get", &id]).contains("Tool not found."));
    assert!(cli.prints(&["tool", "list"]).contains("No tools found."));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_line_shows_what_is_wrong() {
    let house = house().await;
    let cli = Cli::new(&house);
    let create = |name: &str, url: &str| {
        cli.fails(&["tool", "create", "--name", name, "--description", "d", "--url", url])
    };
    assert!(create("PlayMusic", "https://api.example.com/").contains("reserved word"));
    assert!(create("Lookup", "http://api.example.com/").contains("url must begin with https://"));
    let file = cli.home.path().join("tool.json");
    let config =
        json!({"tool": {"name": "FromFile", "description": "d", "url": "https://api.example.com/x"}});
    std::fs::write(&file, config.to_string()).unwrap();
    let made = cli.json(&["tool", "create", "--config", file.to_str().unwrap(), "--json"]);
    assert_eq!(made["name"], "FromFile", "{made}");
    assert!(cli.fails(&["tool", "create", "--config", file.to_str().unwrap()]).contains("already exists"));
    let stranger = Cli { key: "hs_live_nobody_0000000000000000000", ..Cli::new(&house) };
    assert!(stranger.fails(&["tool", "list"]).contains("Invalid API key"));
}

#[tokio::test(flavor = "multi_thread")]
async fn secrets_and_the_account_through_the_command_line() {
    let house = house().await;
    let cli = Cli::new(&house);
    cli.prints(&["secret", "set", "crm_key", "a-value-of-the-crm"]);
    cli.prints(&["secret", "set", "crm_key", "another-value"]);
    let list = cli.prints(&["secret", "list"]);
    assert!(list.contains("crm_key") && !list.contains("value"), "{list}");
    assert_eq!(cli.json(&["secret", "list", "--json"]).as_array().unwrap().len(), 1);
    // It asks before it deletes: on a terminal of its own.
    let script = format!(
        r#"
import fcntl, os, pty, signal, struct, sys, termios
home = {home:?}
env = dict(os.environ, BLAND_BASE_URL=os.environ["HOUSE"] + "/bland", BLAND_API_KEY=os.environ["KEY"], HOME=home, XDG_CONFIG_HOME=home)
child, terminal = pty.fork()
if child == 0:
    # A terminal without a width makes its spinner draw for ever.
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    signal.alarm(60)
    os.execvpe("node", ["node", {program:?}, "secret", "delete", "crm_key"], env)
said, answered = b"", False
while True:
    try:
        piece = os.read(terminal, 4096)
    except OSError:
        break
    if not piece:
        break
    said += piece
    if b"Delete secret" in said and not answered:
        answered = True
        os.write(terminal, b"y\r")
status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
print(status, said[-2000:].decode(errors="replace"))
sys.exit(status != 0)
"#,
        home = cli.home.path().to_str().unwrap(),
        program = interop().join("node_modules/bland-cli/dist/index.js").to_str().unwrap(),
    );
    let said = printed(&house.python(&script));
    assert!(said.contains("deleted"), "{said}");
    assert!(cli.prints(&["secret", "list"]).contains("No secrets found."));

    let who = cli.prints(&["auth", "whoami"]);
    assert!(who.contains("active") && who.contains("$0.00"), "{who}");
    let base = format!("{}/bland", house.address());
    let login = cli.prints(&["auth", "login", "--key", KEY, "--base-url", &base]);
    assert!(login.contains("active"), "{login}");
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_through_the_command_line() {
    let house = house().await;
    let cli = Cli::new(&house);
    let send = [
        "call",
        "send",
        "+15550001111",
        "--task",
        "Book it",
        "--from",
        "+15550002222",
        "--request-data",
        r#"{"name":"Ada"}"#,
        "--json",
    ];
    let made = cli.json(&send);
    let id = made["call_id"].as_str().unwrap();
    let shown = cli.prints(&["call", "get", id]);
    assert!(shown.contains(id) && shown.contains("active") && shown.contains("Ada"), "{shown}");
    assert_eq!(cli.json(&["call", "get", id, "--json"])["request_data"], json!({"name": "Ada"}));
    assert!(
        cli.fails(&["call", "send", "+15550001111", "--task", "t", "--pathway", "p"])
            .contains("not supported")
    );
    assert_eq!(cli.json(&["auth", "whoami", "--json"])["total_calls"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_setting_calls_are_refused() {
    let house = House::start(|_| Reply::json("{}")).await;
    let cli = Cli::new(&house);
    assert!(cli.fails(&["call", "send", "+15550001111", "--task", "t"]).contains("Unable to queue call."));
}

/// The Python client sends inline tools; the session that comes of it is driven through our own API, and what arrives is
/// checked with the published package for the signatures.
#[tokio::test(flavor = "multi_thread")]
async fn a_call_of_the_python_client_calls_its_tools() {
    let house = house().await;
    let stored = json!({"name": "BookAppointment", "description": "Books", "url": house.receiver_url("/stored"), "method": "POST",
        "headers": {"X-Api-Key": "{{SECRET.crm_key}}"}, "speech": "Booking for {{name}}.",
        "body": {"slot": "{{input.date}}", "status": "{{flight status}}", "call": "{{call_id}}", "n": "{{phone_number}}"}});
    let tool = house.send(Method::POST, "/bland/v1/tools", Some(&stored)).await;
    house
        .send(
            Method::POST,
            "/bland/v1/secrets",
            Some(&json!({"name": "crm_key", "value": "a-value-of-the-crm"})),
        )
        .await;
    let script = format!(
        r#"
import asyncio, os
from bland.client import BlandAI, AsyncBlandAI
from bland.core.api_error import ApiError
base = os.environ["HOUSE"] + "/bland"
inline = {{"name": "FlightStatus", "description": "Looks up a flight", "url": os.environ["RECEIVER"] + "/inline", "method": "GET",
    "input_schema": {{"flight": "AA123"}}, "query": {{"f": "{{{{input.flight}}}}"}},
    "response_data": [{{"name": "flight status", "data": "user.flights[0].status", "context": "It is {{{{flight status}}}}"}}]}}
client = BlandAI(base_url=base, api_key=os.environ["KEY"])
made = client.call(phone_number="5550001111", task="Help", temperature=None, tools=[{stored:?}, inline], interruption_threshold=None,
    request_data={{"name": "Ada"}}, from_="+15550002222")
assert made.status == "success" and made.call_id and made.batch_id is None, made
async def other():
    client = AsyncBlandAI(base_url=base, api_key=os.environ["KEY"])
    return await client.call(phone_number="+15550001111", task="Help", temperature=0.5, tools=[{stored:?}], interruption_threshold=100)
assert asyncio.run(other()).call_id != made.call_id
for tools, key, status in [([{{"name": "x", "description": "d", "input_schema": {{}}}}], os.environ["KEY"], 400), ([], "wrong", 401)]:
    try:
        BlandAI(base_url=base, api_key=key).call(phone_number="+15550001111", task="t", temperature=None, tools=tools, interruption_threshold=None)
        raise SystemExit("not refused")
    except Exception as error:
        assert getattr(error, "status_code", None) == status, (status, error)
print(made.call_id)
"#,
        stored = tool.body["tool_id"].as_str().unwrap(),
    );
    let call = printed(&house.python(&script)).trim().to_owned();

    let sessions = house.send(Method::GET, "/v1/sessions", None).await.body;
    let is_ours = |session: &&Value| session["tools"].as_array().unwrap().len() == 2;
    let session =
        sessions["data"].as_array().unwrap().iter().find(is_ours).unwrap()["id"].as_str().unwrap().to_owned();
    let calls = format!("/v1/sessions/{session}/calls");
    let flight = json!({"name": "FlightStatus", "arguments": {"flight": "AA 1"}});
    let answer = house.send(Method::POST, &calls, Some(&flight)).await.body;
    assert_eq!(
        answer["result"],
        json!({"flight status": "on time", "_context": ["It is on time"]}),
        "{answer}"
    );
    let booking = json!({"name": "BookAppointment", "arguments": {"date": "2026-03-16"}});
    let answer = house.send(Method::POST, &calls, Some(&booking)).await.body;
    assert_eq!(answer["outcome"], "done", "{answer}");
    let again = house.send(Method::POST, &calls, Some(&booking)).await.body;
    assert_eq!(again["replayed"], true, "{again}");
    house.send(Method::DELETE, "/bland/v1/secrets/crm_key", None).await;
    let later = json!({"name": "BookAppointment", "arguments": {"date": "2026-03-17"}});
    let refused = house.send(Method::POST, &calls, Some(&later)).await.body;
    assert_eq!(refused["outcome"], "refused", "{refused}");

    let requests = house.receiver.requests();
    assert_eq!(requests.len(), 2);
    assert_eq!((requests[0].method.as_str(), requests[0].target.as_str()), ("GET", "/inline?f=AA%201"));
    assert_eq!(requests[1].header("x-api-key"), Some("a-value-of-the-crm"));
    let sent: Value = serde_json::from_slice(&requests[1].body).unwrap();
    assert_eq!(sent, json!({"slot": "2026-03-16", "status": "on time", "call": call, "n": "+15550001111"}));
    let shown = house.send(Method::GET, &format!("/bland/v1/calls/{call}"), None).await.body;
    assert_eq!(shown["tool_calls"].as_array().unwrap().len(), 3, "a repeat is no call of its own: {shown}");
    assert!(!shown.to_string().contains("a-value-of-the-crm"));
    check_signatures(&house).await;
}

/// Every request that arrived is signed with the secret of the project, by the published package.
async fn check_signatures(house: &House) {
    let projects = house.send(Method::GET, "/v1/projects", None).await.body;
    let project = projects["data"][0]["id"].as_str().unwrap().to_owned();
    let rotate = format!("/v1/projects/{project}/rotate-signing-secret");
    let rotated = house.send(Method::POST, &rotate, None).await;
    assert_eq!(rotated.status, 200, "{:?}", rotated.body);
    let secret = rotated.body["signing_secret"].as_str().unwrap().to_owned();
    let tool = json!({"name": "Signed", "description": "d", "url": house.receiver_url("/signed"), "method": "POST", "body": {"n": 3}});
    let made = house.send(Method::POST, "/bland/v1/tools", Some(&tool)).await.body;
    let before = house.receiver.requests().len();
    let path = format!("/bland/v1/tools/{}/test", made["tool_id"].as_str().unwrap());
    house.send(Method::POST, &path, Some(&json!({"input": {}}))).await;
    let request = house.receiver.requests()[before].clone();
    let headers: serde_json::Map<String, Value> =
        request.headers.iter().map(|(name, value)| (name.to_lowercase(), json!(value))).collect();
    let script = format!(
        "from standardwebhooks import Webhook\nimport json\nWebhook({secret:?}).verify({body:?}, json.loads({headers:?}))\nprint('verified')",
        body = request.text(),
        headers = Value::Object(headers).to_string(),
    );
    assert_eq!(printed(&house.python(&script)).trim(), "verified");
    assert_eq!(
        request.header("webhook-signature").unwrap().split(' ').count(),
        2,
        "the secret before signs along"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_raw_wire_tolerates_what_clients_do() {
    let house = house().await;
    let headers = [("authorization", KEY), ("accept-language", "*"), ("sec-fetch-mode", "cors")];
    let body = json!({"name": "Lookup", "description": "d", "url": "https://api.example.com/x"});
    let made = house.send_as(&headers, Method::POST, "/bland/v1/tools/", Some(&body)).await;
    assert_eq!(made.status, 200, "{:?}", made.body);
    for name in ["x-request-id", "content-type"] {
        assert!(made.headers.contains_key(name), "{name}");
    }
    let list = house.send_as(&headers, Method::GET, "/bland/v1/tools?search=look&limit=5", None).await;
    assert_eq!(list.body["tools"].as_array().unwrap().len(), 1);
    let absent = house.send_as(&headers, Method::GET, "/bland/v1/nothing", None).await;
    assert_eq!((absent.status, &absent.body["errors"][0]["code"]), (404, &json!("NOT_FOUND")));
    assert!(absent.headers.contains_key("x-request-id"));
    let put = house.send_as(&headers, Method::PUT, "/bland/v1/tools", Some(&body)).await;
    assert_eq!(put.status, 404);
}
