//! Burki's client and wire format against the real server.

use hookswitch_testkit::{RecordedRequest, Reply};
use hyper::Method;
use serde_json::{Value, json};

use super::house::{House, printed};

fn shop(request: &RecordedRequest) -> Reply {
    match request.target.split('?').next().unwrap_or_default() {
        "/2015-03-31/functions" => Reply::json(r#"{"Functions":[{"FunctionName":"orders"}]}"#),
        "/flaky" if request.header("x-tries").is_none() => Reply::status(503, "busy"),
        _ => Reply::json(r#"{"status":"shipped","data":{"eta":"tomorrow"}}"#),
    }
}

/// Every verb of `tools` and `assistants` that the client has, in both of its styles.
const CLIENT: &str = r#"
import asyncio, os
from burki import BurkiClient
from burki.exceptions import AuthenticationError, NotFoundError, ServerError, ValidationError
from burki.models.tool import HTTPToolConfig, LambdaToolConfig, PythonToolConfig, ToolParameter

HOUSE, RECEIVER, KEY = (os.environ[name] for name in ("HOUSE", "RECEIVER", "KEY"))
client = BurkiClient(api_key=KEY, base_url=HOUSE + "/burki/")

def refused(kind, call):
    try:
        call()
    except kind as error:
        return error
    raise SystemExit(f"{kind.__name__} was expected")

assert client.tools.list() == []
tool = client.tools.create(
    name="check_inventory", tool_type="http", description="Looks things up",
    parameters=[ToolParameter(name="sku", description="Article", required=True),
                {"name": "kind", "type": "string", "enum": ["a", "b"], "default": "a"}],
    http_config=HTTPToolConfig(url=RECEIVER + "/inventory/${sku}", headers={"Authorization": "Bearer sk-1"}, timeout=20))
assert (tool.tool_type, tool.http_config.timeout, tool.http_config.headers) == (
    "endpoint", 20, {"Authorization": "Bearer [REDACTED]"}), tool
assert [p.name for p in tool.parameters] == ["sku", "kind"] and tool.parameters[0].required
python = client.tools.create(name="add", tool_type="python",
    python_config=PythonToolConfig(code="def add(a, b):\n    return a + b", requirements=["requests"], timeout=5))
assert python.python_config.code.startswith("def add") and python.python_config.timeout == 5
arn = "arn:aws:lambda:us-east-1:111122223333:function:orders"
function = client.tools.create(name="orders", tool_type="lambda",
    lambda_config=LambdaToolConfig(function_arn=arn))
assert function.lambda_config.function_arn == arn and function.organization_id == 1
for number in range(12):
    client.tools.create(name=f"more_{number:02}", tool_type="http", http_config={"url": RECEIVER + "/x"})
assert len(client.tools.list()) == 15
assert client.tools.get(tool.id) == tool

renamed = client.tools.update(tool.id, name="inventory", is_active=False, http_config=tool.http_config)
assert (renamed.name, renamed.is_active, renamed.http_config) == ("inventory", False, tool.http_config)
changed = client.tools.update(tool.id, http_config={"url": RECEIVER + "/other/${sku}", "headers": tool.http_config.headers},
                              is_active=True, parameters=[{"name": "sku", "required": True}])
assert changed.http_config.url.endswith("/other/${sku}") and changed.http_config.method == "GET"
assert refused(ValidationError, lambda: client.tools.create(name="inventory", tool_type="http",
    http_config={"url": "https://example.com"})).message == "Tool name 'inventory' already exists in organization"
assert refused(ValidationError, lambda: client.tools.create(name="bad", tool_type="soap")).status_code == 422
assert refused(NotFoundError, lambda: client.tools.get(9999)).message == "Tool with ID 9999 not found"
stranger = BurkiClient(api_key="hs_live_nobody", base_url=HOUSE + "/burki")
refused(AuthenticationError, stranger.tools.list)

desk = client.assistants.create(name="Front desk", description="Answers", llm_settings={"system_prompt": "Be kind."},
    webhook_headers={"X-Key": "sk-2"}, phone_numbers=["+15550100"])
assert (desk.name, desk.is_active, desk.organization_id) == ("Front desk", True, 1)
assert desk.llm_settings.system_prompt == "Be kind."
second = client.assistants.create(name="Front desk")
assert [a.id for a in client.assistants.list()] == [desk.id, second.id]
assert client.assistants.get(desk.id) == desk
assert client.assistants.get_by_phone("+15550100").id == desk.id
assert client.assistants.get_count() == 2
updated = client.assistants.update(desk.id, llm_settings={"temperature": 0.1}, description="Answers all")
assert (updated.llm_settings.system_prompt, updated.llm_settings.temperature) == ("Be kind.", 0.1)
assert client.assistants.update_status(second.id, False).is_active is False
assert client.assistants.get_count(active_only=True) == 1
assert [a.id for a in client.assistants.list(active_only=True, include_stats=True)] == [desk.id]
refused(NotFoundError, client.assistants.get_organization_info)
refused(NotFoundError, client.assistants.get_providers)

assigned = client.tools.assign(tool.id, desk.id)
assert assigned["message"] == "Tool successfully assigned to 1 assistant"
assert refused(ValidationError, lambda: client.tools.delete(tool.id)).message == (
    "Cannot delete tool: it is assigned to 1 assistant(s)")
assert client.tools.unassign(tool.id, desk.id)["unassigned"] == [desk.id]
assert refused(ValidationError, client.tools.discover_lambda).message.startswith("AWS credentials not found")
assert client.tools.delete(python.id) is True
assert client.assistants.delete(second.id) is True

async def twins():
    async with BurkiClient(api_key=KEY, base_url=HOUSE + "/burki") as other:
        made = await other.tools.create_async(name="twin", tool_type="http", http_config={"url": RECEIVER + "/twin"})
        assert await other.tools.get_async(made.id) == made
        # Whatever it passes on: nulls and unknown keys change nothing.
        same = await other.tools.update_async(made.id, name=None, nonsense=1, http_config=None)
        assert same.model_dump(exclude={"updated_at"}) == made.model_dump(exclude={"updated_at"})
        again = await other.tools.update_async(made.id, is_active=False)
        assert again.is_active is False
        await other.tools.assign_async(made.id, desk.id)
        assert (await other.tools.unassign_async(made.id, desk.id))["success"]
        assert made.id in [t.id for t in await other.tools.list_async()]
        assert await other.tools.delete_async(made.id) is True
        assistant = await other.assistants.create_async(name="Async")
        assert (await other.assistants.get_async(assistant.id)).name == "Async"
        assert (await other.assistants.update_async(assistant.id, name="B")).name == "B"
        assert (await other.assistants.update_status_async(assistant.id, False)).is_active is False
        assert await other.assistants.get_count_async() == 2
        assert len(await other.assistants.list_async()) == 2
        assert (await other.assistants.get_by_phone_async("+15550100")).id == desk.id
        assert await other.assistants.delete_async(assistant.id) is True
        try:
            await other.tools.discover_lambda_async("us-east-1")
        except ValidationError as error:
            assert error.status_code == 400
asyncio.run(twins())
client.close()
print("all verbs")
"#;

#[tokio::test(flavor = "multi_thread")]
async fn the_published_client_works_unchanged() {
    let house = House::start(shop).await;
    assert_eq!(printed(&house.python(CLIENT)), "all verbs\n");
}

/// The documented samples, which only look at the status.
const SAMPLES: &str = r#"
import os, httpx
HOUSE, RECEIVER, KEY = (os.environ[name] for name in ("HOUSE", "RECEIVER", "KEY"))
http = httpx.Client(base_url=HOUSE + "/burki", headers={"Authorization": f"Bearer {KEY}"})
lookup = {"name": "get_customer_info", "display_name": "Customer Information Lookup",
    "description": "Look up customer information by phone number or email", "tool_type": "endpoint",
    "configuration": {"url": RECEIVER + "/customers/lookup", "method": "GET",
        "headers": {"Authorization": "Bearer YOUR_API_KEY", "Content-Type": "application/json"}, "timeout_seconds": 30},
    "function_definition": {"name": "get_customer_info", "description": "Look up customer information",
        "parameters": {"type": "object", "properties": {"phone_number": {"type": "string"}, "email": {"type": "string"}},
            "required": ["phone_number"]}},
    "is_active": True, "is_public": False}
made = http.post("/api/v1/tools", json=lookup)
assert made.status_code == 200, made.text
listed = http.get("/api/v1/tools", params={"page": 1, "per_page": 12, "tool_type": "endpoint", "is_active": True,
    "search": "customer", "sort_by": "name", "sort_order": "asc"})
assert listed.status_code == 200 and listed.json()["pagination"]["total"] == 1
assert http.get("/api/v1/tools/1").status_code == 200
desk = http.post("/api/v1/assistants", json={"name": "Front desk"}).json()["id"]
assert http.post("/api/v1/tools/1/assign", json={"assistant_ids": [desk]}).status_code == 200
assert http.get("/api/v1/tools/1/assignments").json()["total_assignments"] == 1
assert http.post("/api/v1/tools/1/unassign", json={"assistant_ids": [desk]}).status_code == 200
found = http.post("/api/lambda/list-functions", data={"access_key": "AKIA", "secret_key": "s", "region": "us-east-1"})
assert found.status_code == 200, found.text
assert [function["function_name"] for function in found.json()["functions"]] == ["orders"]
tool = {**lookup, "name": "served"}
served = http.post("/api/organization/tools", json=tool).json()
exported = http.get(f"/api/organization/tools/{served['tool']['id']}/export")
assert exported.headers["content-disposition"].startswith("attachment")
imported = http.post("/api/organization/tools/import", files={"file": ("tool.json", exported.content, "application/json")})
assert imported.status_code == 200, imported.text
assert imported.json()["missing_secrets"] == ["configuration.headers.Authorization"]
assert all("x-request-id" in answer.headers for answer in (made, listed, found, imported))
print("samples")
"#;

#[tokio::test(flavor = "multi_thread")]
async fn the_documented_samples_work() {
    let house = House::start_with(shop, "aws_lambda_endpoint = \"http://{receiver}\"\n").await;
    assert_eq!(printed(&house.python(SAMPLES)), "samples\n");
}

/// Checks what arrived with code of other people: the signature by two implementations, the keys by comparison.
const RECEIVED: &str = r#"
import base64, hashlib, hmac, json, sys
from standardwebhooks.webhooks import Webhook
secrets, requests = json.loads(CASE)
assert len(requests) == 4
for number, request in enumerate(requests):
    secret = secrets[0 if number < 3 else 1]
    headers, body = {name.lower(): value for name, value in request["headers"]}, request["body"]
    try:
        Webhook(secret).verify(body, headers)
    except json.JSONDecodeError:
        # The package reads the body once it has verified it; that of a GET is empty.
        assert body == ""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    content = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.{body}".encode()
    own = "v1," + base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    signatures = headers["webhook-signature"].split(" ")
    assert signatures[0] == own and len(signatures) == 2, signatures
tries = [dict((name.lower(), value) for name, value in request["headers"]) for request in requests[:3]]
for name in ("idempotency-key", "webhook-id"):
    assert len({headers[name] for headers in tries}) == 1, name
    assert tries[0][name] not in {dict(request["headers"]).get(name) for request in requests[3:]}
assert json.loads(requests[3]["body"]) == {"note": "a\" b", "call": 1}
print("verified")
"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_session_calls_a_tool_and_the_receiver_can_check_it() {
    let house = House::start(shop).await;
    let send = |method, path: &str, body: Option<Value>| {
        let path = path.to_owned();
        let house = &house;
        async move {
            let answer = house.send(method, &path, body.as_ref()).await;
            assert!(answer.status < 300, "{path}: {} {}", answer.status, answer.body);
            assert!(answer.headers.contains_key("x-request-id"));
            answer.body
        }
    };
    let flaky = json!({"name": "flaky", "tool_type": "http", "parameters": [{"name": "id", "required": true}],
        "http_config": {"url": house.receiver_url("/flaky?own=1"), "method": "GET"}, "retry_attempts": 2});
    let tool = send(Method::POST, "/burki/api/v1/tools", Some(flaky)).await;
    let book = json!({"name": "book", "tool_type": "http", "parameters": [{"name": "note", "required": true}],
        "http_config": {"url": house.receiver_url("/book"), "method": "POST",
            "body_template": "{\"note\": \"${note}\", \"call\": ${call_id}}"}});
    let booking = send(Method::POST, "/burki/api/v1/tools", Some(book)).await;
    let mut secrets = Vec::new();
    for tool in [&tool, &booking] {
        let rotate = format!("/burki/api/v1/tools/{}/rotate-secret", tool["id"]);
        secrets.push(send(Method::POST, &rotate, None).await["hmac_secret"].clone());
    }
    let desk = send(Method::POST, "/burki/api/v1/assistants", Some(json!({"name": "Front desk"}))).await;
    let assign = format!("/burki/api/assistants/{}/tools/assign", desk["id"]);
    send(Method::POST, &assign, Some(json!({"tool_ids": [tool["id"], booking["id"]]}))).await;
    let agents = send(Method::GET, "/v1/agents", None).await;
    let start = json!({"agent_id": agents["data"][0]["id"]});
    let session = send(Method::POST, "/v1/sessions", Some(start)).await;
    let call = format!("/v1/sessions/{}/calls", session["id"].as_str().unwrap());
    let answer = send(Method::POST, &call, Some(json!({"name": "flaky", "arguments": {"id": "7"}}))).await;
    assert_eq!(answer["outcome"], "failed", "{answer}");
    let arguments = json!({"name": "book", "arguments": {"note": "a\" b"}});
    let answer = send(Method::POST, &call, Some(arguments)).await;
    assert_eq!(answer["outcome"], "done", "{answer}");
    let requests: Vec<Value> = house
        .receiver
        .requests()
        .iter()
        .map(|request| json!({"headers": request.headers, "body": request.text()}))
        .collect();
    assert_eq!(requests.len(), 4);
    let case = json!([secrets, requests]).to_string();
    let script = format!("CASE = {}\n{RECEIVED}", json!(case));
    assert_eq!(printed(&house.python(&script)), "verified\n");
    let logs =
        send(Method::GET, &format!("/burki/api/assistants/{}/tool-executions", desk["id"]), None).await;
    let log = &logs["logs"][1];
    assert_eq!((&log["status"], &log["retry_count"]), (&json!("error"), &json!(2)));
    // The same tool through the native API.
    let native = send(Method::GET, "/v1/tools/by-name/flaky", None).await;
    assert_eq!((&native["dialect"], &native["definition"]["kind"]), (&json!("burki"), &json!("webhook")));
    let stats = send(Method::GET, &format!("/burki/api/v1/tools/{}", tool["id"]), None).await;
    assert_eq!((&stats["execution_count"], &stats["failure_count"]), (&json!(1), &json!(1)));
}
