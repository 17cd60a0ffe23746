//! What goes wrong on Phonic's socket: refusals, late outputs, lost sockets.

use hookswitch_testkit::{LlmAnswer, Reply};
use serde_json::json;

use crate::client::python;
use crate::phonic::START;
use crate::world::World;

/// Plain sockets beside the client.
const RAW: &str = r#"
from websockets.sync.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
KEY = {"Authorization": "Bearer " + os.environ["KEY"]}
def raw(query="", headers=KEY, path="/phonic/v1/sts/ws"):
    return connect(os.environ["WS"] + path + query, additional_headers=headers)
def say(ws, **message):
    ws.send(json.dumps(message))
def hear(ws, kind):
    while True:
        message = json.loads(ws.recv(timeout=20))
        seen.append(message)
        if message["type"] == kind:
            return message
def code(ws):
    try:
        while True:
            seen.append(json.loads(ws.recv(timeout=20)))
    except ConnectionClosed as closed:
        return closed.rcvd.code
def refused(**more):
    try:
        raw(**more)
    except InvalidStatus as error:
        return [error.response.status_code, json.loads(error.response.body)]
"#;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sockets_are_refused_in_the_vendors_words() {
    let world = World::start(|_| Reply::json("{}"), |_| LlmAnswer::say("x.")).await;
    let script = format!(
        "{START}{RAW}
out = [refused(headers={{}}), refused(query='?session_token=ph_session_x')]
ws = raw(path='/phonic/v1/v1/sts/ws')
say(ws, type='generate_reply')
out.append([hear(ws, 'error')['error']['message'], code(ws)])
ws = raw()
say(ws, agent='nobody', tools=['nothing'], type='config')
out.append([hear(ws, 'error')['param_errors'], code(ws)])
import httpx
rest = httpx.Client(base_url=os.environ['HOUSE'] + '/phonic/v1', headers=KEY)
token = rest.post('/auth/session_token', json={{}}).json()['session_token']
ws = raw(query='?session_token=' + token, headers={{}})
say(ws, agent='Bella', type='config')
hear(ws, 'ready_to_start_conversation')
say(ws, type='dance')
out.append(hear(ws, 'warning')['warning']['code'])
say(ws, type='tool_call_output', tool_call_id='x', output=1)
out.append(hear(ws, 'warning')['warning']['code'])
say(ws, type='update_tools_subset', tools=['nothing'])
out.append(list(hear(ws, 'error')['param_errors']))
ws.close()
agent = rest.get('/agents/Bella').json()['agent']['id']
token = rest.post('/auth/conversation_token', json={{'agent_id': agent}}).json()['conversation_token']
ws = raw(query='?conversation_token=' + token)
say(ws, type='config')
out.append(hear(ws, 'ready_to_start_conversation')['type'])
ws.close()
print(json.dumps(out))
"
    );
    let out = python(&world, &script).await;
    let unauthorized = json!([401, {"error": {"message": "Unauthorized"}}]);
    let expected = json!([
        unauthorized,
        unauthorized,
        ["The first message is a config", 4000],
        [{"agent": "There is no such agent"}, 4000],
        "unknown_message_type",
        "unknown_tool_call_id",
        ["tools[0]"],
        "ready_to_start_conversation"
    ]);
    assert_eq!(out, expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_output_that_comes_late_or_twice_is_a_warning() {
    let world = World::start(
        |_| Reply::json("{}"),
        |chat| match chat.tool_results().as_slice() {
            [] => LlmAnswer::call("a", "get_temperature", &json!({"city": "x", "unit": null})),
            [told] => LlmAnswer::say(&format!("{told}")),
            _ => LlmAnswer::say("?"),
        },
    )
    .await;
    let script = format!(
        "{START}{RAW}
ws = raw()
say(ws, type='config', agent='Bella', tools=[inline(tool_call_output_timeout_ms=1000)])
hear(ws, 'ready_to_start_conversation')
say(ws, type='generate_reply', user_message='go')
call = hear(ws, 'tool_call')
done = hear(ws, 'tool_call_output_processed')
out = [done['timed_out'], done['output'], done['error_message']]
out.append(hear(ws, 'audio_chunk')['text'][:8])
hear(ws, 'assistant_finished_speaking')
for _ in range(2):
    say(ws, type='tool_call_output', tool_call_id=call['tool_call_id'], output='21')
    out.append(hear(ws, 'warning')['warning']['code'])
ws.close()
print(json.dumps(out))
"
    );
    let out = python(&world, &script).await;
    let error = "tool timed out";
    let expected =
        json!([true, null, error, "{\"error\"", "late_tool_call_output", "duplicate_tool_call_output"]);
    assert_eq!(out, expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_conversation_is_taken_up_again() {
    let world = World::start(
        |_| Reply::json("{}"),
        |chat| match chat.tool_results().as_slice() {
            [] => LlmAnswer::call("a", "get_temperature", &json!({"city": "x", "unit": null})),
            [told, ..] => LlmAnswer::say(&format!("It is {told}.")),
        },
    )
    .await;
    let script = format!(
        "{START}{RAW}
ws = raw()
say(ws, type='config', agent='Bella', tools=[inline(tool_call_output_timeout_ms=30000)])
id = hear(ws, 'conversation_created')['conversation_id']
say(ws, type='generate_reply', user_message='go')
call = hear(ws, 'tool_call')
import socket
ws.socket.shutdown(socket.SHUT_RDWR)
back = raw(query='?reconnect_conv_id=' + id)
out = [json.loads(back.recv(timeout=20))]
say(back, type='tool_call_output', tool_call_id=call['tool_call_id'], output=7)
out.append(hear(back, 'tool_call_output_processed')['output'])
out.append(hear(back, 'audio_chunk')['text'])
hear(back, 'assistant_finished_speaking')
back.close()
import time
for _ in range(100):
    late = raw(query='?reconnect_conv_id=' + id)
    closed = code(late)
    if closed == 4800:
        break
    time.sleep(0.05)
out += [closed, code(raw(query='?reconnect_conv_id=conv_12cf6e88-c254-4d3e-a149-ddf1bdd2254c'))]
out.append(id)
print(json.dumps(out))
"
    );
    let out = python(&world, &script).await;
    assert_eq!(out[0], json!({"type": "conversation_reconnected", "conversation_id": out[5]}));
    assert_eq!(out[1], 7);
    assert!(out[2].as_str().unwrap().starts_with("It "), "{out}");
    assert_eq!((&out[3], &out[4]), (&json!(4800), &json!(4801)));
}
