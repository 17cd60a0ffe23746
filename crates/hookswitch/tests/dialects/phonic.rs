//! Phonic's own client (PyPI `phonic`) against the binary: every verb that it has, its quirks; then its tools in a
//! session, with what the receiver got checked by independent code.

use hookswitch_testkit::{RecordedRequest, Reply};
use hyper::Method;
use serde_json::{Value, json};

use crate::house::{House, printed};

/// The client as its documentation makes it, and helpers of the scripts.
const START: &str = r#"
import asyncio, json, os
import phonic
from phonic import AsyncPhonic, Phonic
from phonic.environment import PhonicEnvironment
from phonic.core.api_error import ApiError

house, receiver = os.environ["HOUSE"], os.environ["RECEIVER"]
ws = house.replace("http", "ws", 1) + "/phonic"
environment = PhonicEnvironment(base=house + "/phonic/v1", production=ws)
client = Phonic(api_key=os.environ["KEY"], environment=environment)

def refused(status, *keys):
    class Expect:
        def __enter__(self):
            return self
        def __exit__(self, kind, error, trace):
            assert kind is not None and issubclass(kind, ApiError), (kind, error)
            assert error.status_code == status, (error.status_code, error.body)
            body = error.body
            if not isinstance(body, dict):
                body = json.loads(body.json())
            self.body = body
            found = (body.get("param_errors") or {}) if keys else {}
            assert set(keys) == set(found), body
            return True
    return Expect()
"#;

fn script(request: &RecordedRequest) -> Reply {
    match request.target.split('?').next().unwrap_or_default() {
        "/taken" => Reply::status(422, r#"{"error":"Day is taken"}"#),
        "/busy" => Reply::status(503, "busy"),
        _ => Reply::json(r#"{"booked":true}"#),
    }
}

fn run(house: &House, body: &str) -> String {
    printed(&house.python(&format!("{START}\n{body}")))
}

#[tokio::test]
async fn the_five_tool_verbs_of_the_client() {
    let house = House::start(script).await;
    run(
        &house,
        r#"
client.agents.create(name="sales", project="main")
array = [{"type": "string", "name": "a", "description": "d", "is_required": True}]
placed = [dict(array[0], location="request_body")]
schema = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"], "additionalProperties": False}
webhook = dict(type="custom_webhook", endpoint_method="POST", endpoint_url=receiver + "/book")
tools = [
    dict(webhook, name="array", parameters=placed),
    dict(webhook, name="object", parameters=schema, parameter_locations={"a": "request_body"}, dtmf=None),
    dict(type="custom_websocket", name="socket", parameters=array, tool_call_output_timeout_ms=60000,
         wait_for_speech_before_tool_call=True, allow_tool_chaining=False),
    dict(type="custom_websocket", name="socket_object", parameters=schema),
    dict(type="custom_context", name="context", context="Press A."),
    dict(type="built_in_transfer_to_phone_number", name="transfer", phone_number="+15551234567", dtmf="1234", parameters=[]),
    dict(type="built_in_transfer_to_agent", name="hand_over", agents_to_transfer_to=["sales"]),
    dict(type="built_in_natural_conversation_ending", name="ending", speech_before_tool_call="required"),
    dict(type="built_in_keypad_input", name="keypad"),
    dict(type="built_in_choose_not_to_respond", name="silence", respond_after_sec=5),
]
for body in tools:
    made = client.tools.create(project="main", description="A tool", execution_mode="sync", **body)
    assert made.id.startswith("tool_") and made.name == body["name"], made
    by_id = client.tools.get(made.id).tool
    by_name = client.tools.get(made.name, project="main").tool
    assert by_id == by_name
    assert by_id.type == body["type"] and by_id.project.name == "main"
    assert client.tools.update(made.id, description="Changed").success
    assert client.tools.get(made.id).tool.description == "Changed"
listed = [tool.name for tool in client.tools.list(project="main").tools]
assert listed == [body["name"] for body in reversed(tools)], listed
assert client.tools.get("object").tool.parameter_locations == {"a": "request_body"}
assert client.tools.get("array").tool.parameters[0].location == "request_body"
assert client.tools.get("silence").tool.respond_after_sec == 5
for body in tools:
    assert client.tools.delete(body["name"]).success
assert client.tools.list().tools == []
"#,
    );
}

#[tokio::test]
async fn errors_as_the_client_sees_them() {
    let house = House::start(script).await;
    run(
        &house,
        r#"
from phonic.errors import BadRequestError, ConflictError, NotFoundError
def make(**more):
    body = dict(name="t", description="d", type="custom_context", execution_mode="sync", context="c")
    body.update(more)
    return client.tools.create(**body)
with refused(400, "name"):
    make(name="Not A Name")
with refused(400, "parameters[0].location"):
    make(type="custom_webhook", context=None, endpoint_method="POST", endpoint_url=receiver + "/x",
         parameters=[{"type": "string", "name": "a", "description": "d", "is_required": True}])
make()
with refused(409, "name"):
    make()
with refused(404):
    make(name="u", project="customer support")
with refused(404) as missing:
    client.tools.get("nobody")
assert missing.body["error"]["message"] == "Tool not found"
stranger = Phonic(api_key="nobody", environment=environment)
with refused(401) as unknown:
    stranger.tools.list()
assert unknown.body == {"error": {"message": "Unauthorized"}}, unknown.body
client.tools.update("t", name="renamed")
assert client.tools.get("renamed").tool.name == "renamed"

async def main():
    other = AsyncPhonic(api_key=os.environ["KEY"], environment=environment)
    made = await other.tools.create(name="async_one", description="d", type="custom_context", execution_mode="async", context="c")
    assert (await other.tools.get(made.id)).tool.execution_mode == "async"
    assert (await other.tools.delete(made.id)).success
asyncio.run(main())
"#,
    );
}

#[tokio::test]
async fn projects_agents_tokens_and_calls_of_the_client() {
    let house = House::start(script).await;
    run(
        &house,
        r#"
made = client.projects.create(name="customer-support")
assert client.projects.get(made.id).project.name == "customer-support"
client.tools.create(project="customer-support", name="hours", description="d", type="custom_context", execution_mode="sync", context="c")
agent = client.agents.create(name="support-agent", project="customer-support", tools=["hours", "keypad_input"],
    system_prompt="Help {{name}}", template_variables={"name": {"default_value": "you"}},
    built_in_tool_configs={"tool_keypad_input": {"speech_before_tool_call": "required"}})
shown = client.agents.get("support-agent", project="customer-support").agent
assert shown.id == agent.id and shown.tools == ["hours", "keypad_input"] and shown.timezone == "UTC", shown
assert shown.audio_speed == 1.2 and shown.vad_threshold == 0.38 and shown.is_disabled is False
changed = client.agents.update(agent.id, welcome_message="Hi")
assert changed.success
done = client.agents.upsert(name="support-agent", project="customer-support", voice_id="sam")
assert client.agents.get(agent.id).agent.voice_id == "sam" and client.agents.get(agent.id).agent.welcome_message == "Hi"
assert [one.name for one in client.agents.list(project="customer-support").agents] == ["support-agent"]
client.projects.update("customer-support", default_agent="support-agent", max_active_conversations=3)
project = client.projects.get("customer-support").project
assert project.default_agent.name == "support-agent" and project.max_active_conversations == 3
token = client.auth.create_session_token(ttl_seconds=300)
assert token.session_token.startswith("ph_session_")
other = client.auth.create_conversation_token(agent_id=agent.id)
assert other.conversation_token.startswith("ph_conversation_")
with refused(403):
    Phonic(api_key=token.session_token, environment=environment).tools.list()
config = {"agent": "support-agent", "project": "customer-support"}
dry = client.conversations.outbound_call(to_phone_number="+15551234567", config=config, dry_run=True)
assert dry.conversation_id is None and dry.dry_run is True, dry
with refused(400) as call:
    client.conversations.outbound_call(to_phone_number="+15551234567", config=config)
assert call.body["error"]["code"] == "no_call_engine", call.body
assert client.agents.disable(agent.id).success
with refused(409):
    client.agents.update(agent.id, welcome_message="Ho")
assert client.agents.enable(agent.id).success
assert client.agents.delete(agent.id).success
assert client.projects.delete("customer-support").success
with refused(409) as last:
    client.projects.delete("main")
assert last.body["error"]["code"] == "last_project_in_workspace"
"#,
    );
}

/// A session of ours with these tools; gives its id.
async fn session(house: &House, tools: &[&str], more: Value) -> String {
    let mut body = json!({ "tools": tools });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let made = house.send(Method::POST, "/v1/sessions", Some(&body)).await;
    assert_eq!(made.status, 201, "{}", made.body);
    made.body["id"].as_str().unwrap().to_owned()
}

async fn call(house: &House, session: &str, name: &str, arguments: Value) -> Value {
    let body = json!({"name": name, "arguments": arguments});
    house.send(Method::POST, &format!("/v1/sessions/{session}/calls"), Some(&body)).await.body
}

#[tokio::test]
async fn tools_of_the_client_in_a_session() {
    let house = House::start(script).await;
    run(
        &house,
        r#"
common = dict(description="d", type="custom_webhook", execution_mode="sync")
text = {"type": "string", "description": "d", "is_required": True}
client.tools.create(name="book", endpoint_method="POST", endpoint_url=receiver + "/book/{room}?lang=en",
    endpoint_headers={"Authorization": "Bearer token123"}, parameters=[
        dict(text, name="date", location="request_body"), dict(text, name="room", location="url_path")], **common)
client.tools.create(name="orders", endpoint_method="GET", endpoint_url=receiver + "/orders",
    parameters=[dict(text, name="order_id", type="integer")], **common)
client.tools.create(name="taken", endpoint_method="POST", endpoint_url=receiver + "/taken", **common)
client.tools.create(name="busy", endpoint_method="GET", endpoint_url=receiver + "/busy", **common)
"#,
    );
    let projects = house.send(Method::GET, "/v1/projects", None).await.body;
    let rotate =
        format!("/v1/projects/{}/rotate-signing-secret", projects["data"][0]["id"].as_str().unwrap());
    let rotated = house.send(Method::POST, &rotate, None).await;
    assert_eq!(rotated.status, 200, "{}", rotated.body);
    let secret = rotated.body["signing_secret"].as_str().unwrap().to_owned();
    let tools = ["book", "orders", "taken", "busy"];
    let phone = json!({"channel": "phone", "from": "+15550001111", "to": "+15550002222"});
    let on_phone = session(&house, &tools, phone).await;
    let off_phone = session(&house, &tools, json!({})).await;
    let booked = call(&house, &on_phone, "book", json!({"date": "2026-01-02", "room": "a/b"})).await;
    assert_eq!((&booked["outcome"], &booked["result"]["booked"]), (&json!("done"), &json!(true)), "{booked}");
    call(&house, &off_phone, "book", json!({"date": "2026-01-02", "room": "1"})).await;
    call(&house, &on_phone, "orders", json!({"order_id": 7})).await;
    call(&house, &off_phone, "orders", json!({"order_id": 7})).await;
    let taken = call(&house, &off_phone, "taken", json!({})).await;
    assert_eq!(taken["result"], json!({"error": "HTTP 422: Day is taken", "done": false}), "{taken}");
    call(&house, &off_phone, "busy", json!({})).await;
    let sent = house.receiver.requests();
    assert_eq!(sent[0].target, "/book/a%2Fb?lang=en");
    assert_eq!(sent[0].header("authorization"), Some("Bearer token123"));
    let body: Value = serde_json::from_slice(&sent[0].body).unwrap();
    let conversation = body["call_info"]["conversation_id"].as_str().unwrap().to_owned();
    assert_eq!(
        body,
        json!({"date": "2026-01-02", "call_info": {"conversation_id": conversation,
        "from_phone_number": "+15550001111", "to_phone_number": "+15550002222"}})
    );
    assert_eq!(sent[1].text(), r#"{"date":"2026-01-02","call_info":null}"#);
    assert_eq!(
        sent[2].target,
        format!(
            "/orders?order_id=7&conversation_id={conversation}&from_phone_number=%2B15550001111&to_phone_number=%2B15550002222"
        )
    );
    assert!(
        sent[3].target.starts_with("/orders?order_id=7&conversation_id=conv_")
            && !sent[3].target.contains("phone")
    );
    let retries: Vec<_> = sent.iter().filter(|request| request.target.starts_with("/busy")).collect();
    assert_eq!(retries.len(), 3);
    assert!(
        retries
            .iter()
            .all(|request| request.header("idempotency-key") == retries[0].header("idempotency-key"))
    );
    verify(&house, &sent, &secret, &conversation);
}

/// The signatures by the package of Standard Webhooks and by hand; the conversation by the vendor's client.
fn verify(house: &House, sent: &[RecordedRequest], secret: &str, conversation: &str) {
    let signed: Vec<Value> = sent
        .iter()
        .map(|request| {
            let header = |name: &str| request.header(name).unwrap_or_default().to_owned();
            json!({"webhook-id": header("webhook-id"), "webhook-timestamp": header("webhook-timestamp"),
                "webhook-signature": header("webhook-signature"), "body": request.text()})
        })
        .collect();
    let script = format!(
        r#"
import base64, hashlib, hmac
from standardwebhooks import Webhook
signed = json.loads({:?})
def by_hand(secret, id, timestamp, body):
    text = id.encode() + b"." + timestamp.encode() + b"." + body
    return "v1," + base64.b64encode(hmac.new(base64.b64decode(secret[6:]), text, hashlib.sha256).digest()).decode()
known = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
body = b'{{"date":"2026-01-02","call_info":null}}'
assert by_hand(known, "exec_1", "1700000000", body) == "v1,4Man8XqyOJ8FhzliG29ZMXT1AMH7eqB7thmUSGlCrHo="
assert by_hand(known, "exec_1", "1700000000", b"") == "v1,O7N+lWvIumadYI3Y6tm2i/rDTisVdooF7BSyPfUdGg4="
for one in signed:
    body = one.pop("body")
    expected = by_hand("{secret}", one["webhook-id"], one["webhook-timestamp"], body.encode())
    assert one["webhook-signature"].split(" ")[0] == expected, one
    if body:
        Webhook("{secret}").verify(body, one)
shown = client.conversations.get("{conversation}").conversation
assert shown.call_info.from_phone_number == "+15550001111" and shown.origin == "inbound", shown
calls = [call for item in shown.items for call in item.tool_calls]
assert calls[0].tool.name == "book" and calls[0].endpoint_headers == {{"Authorization": "[REDACTED]"}}, calls
assert calls[0].response_body == {{"booked": True}} and calls[0].timed_out is False
assert calls[1].query_params["order_id"] == "7" and calls[1].request_body is None
"#,
        serde_json::to_string(&signed).unwrap()
    );
    run(house, &script);
}

#[tokio::test]
async fn secrets_go_round_without_being_seen() {
    let house = House::start(script).await;
    let body = json!({"name": "writer", "permissions": ["tools:read", "tools:write"]});
    let made = house.send(Method::POST, "/v1/keys", Some(&body)).await.body;
    let key = made["secret"].as_str().unwrap().to_owned();
    let script = format!(
        r#"
made = client.tools.create(name="t", description="d", type="custom_webhook", execution_mode="sync",
    endpoint_method="POST", endpoint_url=receiver + "/x", endpoint_headers={{"Authorization": "Bearer s3cr3t", "Accept": "a"}})
writer = Phonic(api_key="{key}", environment=environment)
seen = writer.tools.get(made.id).tool.endpoint_headers
assert seen == {{"Authorization": "[REDACTED]", "Accept": "a"}}, seen
writer.tools.update(made.id, endpoint_headers=dict(seen, Accept="b"))
assert client.tools.get(made.id).tool.endpoint_headers == {{"Authorization": "Bearer s3cr3t", "Accept": "b"}}
with refused(400, 'endpoint_headers["X-New"]'):
    writer.tools.update(made.id, endpoint_headers={{"X-New": "[REDACTED]"}})
"#
    );
    run(&house, &script);
}
