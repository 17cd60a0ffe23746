//! What goes wrong on the Omni socket: refusals, tokens, frames that are none.

use hookswitch_testkit::{LlmAnswer, Reply};
use serde_json::json;

use crate::client::python;
use crate::pyai::START;
use crate::world::World;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn credentials_origins_and_subprotocols() {
    let world = World::start(|_| Reply::json("{}"), |_| LlmAnswer::say("x.")).await;
    let script = format!(
        "{START}
base = os.environ['WS'] + '/pyai'
def refused(url, **more):
    try:
        connect(url, **more)
    except InvalidStatus as error:
        return [error.response.status_code, json.loads(error.response.body)['error']['code']]
out = [refused(base + '/v1/omni'), refused(base + '/v1/omni?rate=7&api_key=' + os.environ['KEY']),
    refused(base + '/v1/omni?session_label=' + 'a' * 257 + '&api_key=' + os.environ['KEY']),
    refused(base + '/v1/realtime?model=other&access_token=' + os.environ['KEY'])]
ws = connect(base + '/v2/omni/chat?agent=x&api_key=' + os.environ['KEY'])
out.append([ws.subprotocol, until(ws, 'session_started')['agent_id']])
ws.close()
only = 'pyai-key.' + os.environ['KEY']
ws = open(protocols=[only])
out.append(ws.subprotocol == only)
ws.close()
token = client._post_json('/v1/omni/sessions', {{'allowed_origins': ['https://App.example'], 'session_label': 'l'}})
offer = client.realtime_subprotocols(token['token'])
url = base + '/v1/omni'
out.append(refused(url, subprotocols=offer))
out.append(refused(url, subprotocols=offer, origin='https://other.example'))
ws = connect(url, subprotocols=offer, origin='https://app.example')
until(ws, 'session_started')
out.append(refused(url, subprotocols=offer, origin='https://app.example'))
ws.close()
print(json.dumps(out))
"
    );
    let out = python(&world, &script).await;
    let expected = json!([
        [401, "unauthorized"],
        [400, "invalid_request"],
        [400, "invalid_agent_id"],
        [400, "invalid_request"],
        [null, null],
        true,
        [403, "origin_not_allowed"],
        [403, "origin_not_allowed"],
        [429, "concurrency_limit_exceeded"]
    ]);
    assert_eq!(out, expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_has_as_many_sockets_as_its_limit_says() {
    let world = World::start(|_| Reply::json("{}"), |_| LlmAnswer::say("x.")).await;
    let script = format!(
        "{START}
import time, urllib.request
url = os.environ['WS'] + '/pyai/v1/omni?api_key=' + os.environ['KEY']
def attempt():
    try:
        return connect(url)
    except InvalidStatus as error:
        return [error.response.status_code, json.loads(error.response.body)['error']['code']]
me = urllib.request.Request(os.environ['HOUSE'] + '/pyai/v1/me', headers={{'x-api-key': os.environ['KEY']}})
limit = json.load(urllib.request.urlopen(me))['limits']['concurrency']
held = [connect(url) for _ in range(limit)]
out = [limit, attempt()]
held.pop().close()
# The place is free when the server has seen the goodbye.
until_free = time.monotonic() + 10
while isinstance(again := attempt(), list) and time.monotonic() < until_free:
    time.sleep(0.05)
out.append(isinstance(again, list))
for ws in held + [again]:
    ws.close()
print(json.dumps(out))
"
    );
    let out = python(&world, &script).await;
    assert_eq!(out, json!([20, [429, "concurrency_limit_exceeded"], false]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_dropped_silently() {
    let world = World::start(
        |_| Reply::json("{}"),
        |chat| match chat.tool_results().as_slice() {
            [] => LlmAnswer::call("a", "slow", &json!({})),
            _ => LlmAnswer::say("Done."),
        },
    )
    .await;
    let script = format!(
        "{START}
ws = open(os.environ['AGENT'])
out = []
def warned():
    out.append(until(ws, 'warning')['code'])
ws.send(json.dumps({{'type': 'configure', 'tools': [{{'name': 'slow', 'description': 'd', 'timeout_ms': 300}}]}}))
warned()
until(ws, 'configured')
send(ws, event='configure'); warned()
send(ws, type='dance'); warned()
ws.send(b'abc'); warned()
ws.send(bytes(320)); warned()
send(ws, type='tool_result', call_id='tc_9', result=1); warned()
send(ws, type='input_text', text='go')
call = until(ws, 'tool_call')
until(ws, 'transcript')
for _ in range(2):
    send(ws, type='tool_result', call_id=call['call_id'], result=1); warned()
ws.send(bytes(64 * 1024 + 2))
out.append(code(ws))
ws = open('no-agent')
send(ws, type='input_text', text='hi')
out.append(until(ws, 'error')['code'])
ws.close()
print(json.dumps(out))
"
    );
    let out = python(&world, &script).await;
    let expected = json!([
        "text_control_frame",
        "client_used_event_key",
        "unknown_type",
        "unknown_frame",
        "audio_not_processed",
        "unknown_call_id",
        "late_result",
        "unknown_call_id",
        1009,
        "no_brain"
    ]);
    assert_eq!(out, expected);
}
