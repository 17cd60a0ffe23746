//! PyAI's public client holds a session.

use hookswitch_testkit::{LlmAnswer, Reply};
use serde_json::{Value, json};

use crate::client::python;
use crate::world::World;

/// The client and a reader of frames.
pub(crate) const START: &str = r#"
import json, os
from pyai import PyAI
from websockets.sync.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
client = PyAI(api_key=os.environ["KEY"], base_url=os.environ["HOUSE"] + "/pyai")
seen, said = [], []
def open(label=None, protocols=None, **more):
    url = client.realtime_url(**({"session_label": label} if label else {}))
    return connect(url, subprotocols=protocols or client.realtime_subprotocols(), **more)
def send(ws, **frame):
    ws.send(b"\x03" + json.dumps(frame).encode())
def until(ws, event):
    while True:
        frame = ws.recv(timeout=20)
        if frame[:1] == b"\x02":
            body = client.omni_transcript_body(frame[1:])
            assert body and body["final"], frame
            said.append([body["role"], body["text"]])
            if event == "transcript":
                return body
            continue
        assert frame[:1] == b"\x03", frame
        frame = json.loads(frame[1:])
        assert frame["event"] == frame["type"]
        seen.append(frame["event"])
        if frame["event"] == event:
            return frame
def code(ws):
    try:
        while True:
            ws.recv(timeout=20)
    except ConnectionClosed as closed:
        return closed.rcvd.code
"#;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pyais_client_holds_a_session_with_each_kind_of_tool() {
    let world = World::start(
        |_| Reply::json(r#"{"logged":true}"#),
        |chat| match chat.tool_results().len() {
            0 => LlmAnswer::say("One moment. ").and_call("a", "log_note", &json!({"note": "called"})),
            1 => LlmAnswer::call("b", "hook", &json!({"day": "today"})),
            2 => LlmAnswer::call("c", "check_tables", &json!({"day": "today"})),
            3 => LlmAnswer::call("d", "datetime", &json!({"timezone": "UTC"})),
            _ => LlmAnswer::say("Noted."),
        },
    )
    .await;
    world.add_tool("check_tables", json!({"effect": "read"})).await;
    let hook = world.receiver.url("/hook");
    let script = format!(
        "{START}
ws = open(os.environ['AGENT'])
hello, started = until(ws, 'hello'), until(ws, 'session_started')
ws.send(client.omni_audio_frame(bytes(320)))
out = [ws.subprotocol, hello['protocol'], until(ws, 'warning')['code'], started['agent_id'] is not None]
configure = client.omni_configure_frame(persona='Receptionist.', tools=[
    {{'name': 'log_note', 'description': 'Write a note', 'parameters': {{'type': 'object',
        'properties': {{'note': {{'type': 'string'}}}}, 'required': ['note']}}}},
    {{'name': 'hook', 'endpoint': '{hook}', 'parameters': {{'type': 'object'}}}},
    {{'name': 'check_tables'}}, {{'name': 'datetime'}}, {{'name': 'nothing'}}])
ws.send(b'\\x03' + (configure if isinstance(configure, bytes) else json.dumps(configure).encode()))
configured = until(ws, 'configured')
out.append([configured['honored'], configured['tools'], [e['code'] for e in configured['tool_errors']]])
send(ws, type='input_text', text='Note that I called.')
call = until(ws, 'tool_call')
send(ws, type='tool_result', call_id=call['call_id'], result={{'ok': True}})
while said[-1][1] != 'Noted.':
    until(ws, 'transcript')
send(ws, type='session_ending')
out += [call['name'], call['arguments'], until(ws, 'session_end')['reason'], code(ws), said]
print(json.dumps(out))
"
    );
    let out = python(&world, &script).await;
    let said =
        json!([["user", "Note that I called."], ["assistant", "One moment."], ["assistant", "Noted."]]);
    let expected = json!([
        "pyai.v1",
        2,
        "audio_not_processed",
        true,
        [["persona", "tools"], 4, ["unknown_tool"]],
        "log_note",
        {"note": "called"},
        "client",
        1000,
        said
    ]);
    assert_eq!(out, expected);
    let asked = world.model.bodies().remove(0);
    assert_eq!(asked["messages"][0]["content"], "Receptionist.");
    // The inline webhook is signed with the project's secret.
    let requests = world.receiver.requests();
    let hook = requests.iter().find(|request| request.target == "/hook").unwrap();
    assert!(hook.header("webhook-signature").is_some_and(|text| text.starts_with("v1,")), "{hook:?}");
    let body: Value = serde_json::from_slice(&hook.body).unwrap();
    assert_eq!(body["arguments"], json!({"day": "today"}));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn verbs_go_to_the_app_and_the_session_ends() {
    let world = World::start(
        |_| Reply::json("{}"),
        |chat| match chat.tool_results().len() {
            0 => LlmAnswer::call("a", "send_dtmf", &json!({"digits": "12#"})),
            1 => LlmAnswer::call("b", "play_hold", &json!({"seconds": 3})),
            2 => LlmAnswer::say("Bye. ").and_call("c", "end_call", &json!({"reason": "done"})),
            _ => LlmAnswer::say(""),
        },
    )
    .await;
    let script = format!(
        "{START}
ws = open(os.environ['AGENT'])
send(ws, type='configure', tools=[{{'name': n}} for n in ('send_dtmf', 'play_hold', 'end_call')])
until(ws, 'configured')
send(ws, type='dtmf', digit='5')
out = [until(ws, 'dtmf')['digit']]
send(ws, type='input_text', text='go')
frames = [until(ws, verb) for verb in ('send_dtmf', 'play_hold', 'end_call')]
out += [frames[0]['digits'], frames[1]['seconds'], frames[2]['reason'], frames[0]['call_id'][:3]]
out += [until(ws, 'session_end')['reason'], code(ws)]
print(json.dumps(out))
"
    );
    let out = python(&world, &script).await;
    assert_eq!(out, json!(["5", "12#", 3, "done", "tc_", "end_call", 1000]));
    let bodies = world.model.bodies();
    let texts = bodies[0]["messages"].to_string();
    assert!(texts.contains("The caller pressed the key 5."), "{texts}");
    assert!(bodies[1]["messages"].to_string().contains("requested"), "{}", bodies[1]);
}
