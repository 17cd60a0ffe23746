//! Phonic's public client holds a conversation.

use hookswitch_testkit::{LlmAnswer, Reply};
use serde_json::{Value, json};

use crate::client::python;
use crate::world::World;

/// The client, an inline tool, and a reader of messages.
pub(crate) const START: &str = r#"
import json, os
from phonic import Phonic
from phonic.environment import PhonicEnvironment
from phonic.types import (AddSystemMessagePayload, AudioChunkPayload, ConfigPayload, GenerateReplyPayload,
    ResetPayload, SayPayload, ToolCallOutputPayload, UpdateToolsSubsetPayload)
client = Phonic(api_key=os.environ["KEY"], environment=PhonicEnvironment(
    base=os.environ["HOUSE"] + "/phonic/v1", production=os.environ["WS"] + "/phonic"))
def inline(**more):
    return {"type": "custom_websocket", "tool_schema": {"type": "function", "function": {
        "name": "get_temperature", "description": "The temperature", "strict": True, "parameters": {
            "type": "object", "properties": {"city": {"type": "string"}, "unit": {"type": ["string", "null"]}},
            "required": ["city", "unit"], "additionalProperties": False}}}, **more}
seen = []
import signal
def too_long(*_):
    raise Exception(f"nothing more came after {seen}")
signal.signal(signal.SIGALRM, too_long)
signal.alarm(40)
def until(socket, kind):
    for message in socket:
        message = json.loads(message.json()) if hasattr(message, "json") else message
        seen.append(message)
        assert message["type"] != "error", message
        if message["type"] == kind:
            return message
    raise Exception(f"no {kind} in {seen}")
"#;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn phonics_client_holds_a_conversation_with_a_tool_call() {
    let world = World::start(
        |_| Reply::json(r#"{"free":["19:00"]}"#),
        |chat| match chat.tool_results().as_slice() {
            [] => LlmAnswer::say("Let me look. ").and_call(
                "call_a",
                "get_temperature",
                &json!({"city": "Paris", "unit": null}),
            ),
            [_] => LlmAnswer::call("call_b", "check_tables", &json!({"day": "today"})),
            [warm, free, ..] => LlmAnswer::say(&format!("{} and {}.", warm["temperature"], free["free"][0])),
        },
    )
    .await;
    world.add_tool("check_tables", json!({"effect": "read"})).await;
    let script = format!(
        "{START}
with client.conversations.connect() as s:
    s.send_config(ConfigPayload(agent='Bella', tools=['check_tables', inline()], system_prompt='Hi {{{{who}}}}',
        template_variables={{'who': 'Ann'}}, welcome_message='Welcome, {{{{who}}}}!', external_id='ext-1'))
    until(s, 'assistant_finished_speaking')
    s.send_audio_chunk(AudioChunkPayload(audio='AAAA'))
    s.send_add_system_message(AddSystemMessagePayload(system_message='It is noon.'))
    s.send_generate_reply(GenerateReplyPayload(user_message='How warm is it?'))
    call = until(s, 'tool_call')
    s.send_tool_call_output(ToolCallOutputPayload(tool_call_id=call['tool_call_id'], output={{'temperature': 21}}))
    until(s, 'tool_call_output_processed')
    until(s, 'tool_call_output_processed')
    until(s, 'assistant_finished_speaking')
print(json.dumps(seen))
"
    );
    let seen = python(&world, &script).await;
    let kinds: Vec<&str> = seen.as_array().unwrap().iter().map(|one| one["type"].as_str().unwrap()).collect();
    let mut outline = kinds.clone();
    outline.dedup();
    let expected = [
        "conversation_created",
        "ready_to_start_conversation",
        "assistant_started_speaking",
        "audio_chunk",
        "assistant_finished_speaking",
        "warning",
        "input_text",
        "assistant_started_speaking",
        "audio_chunk",
        "assistant_finished_speaking",
        "tool_call",
        "tool_call_output_processed",
        "assistant_started_speaking",
        "audio_chunk",
        "assistant_finished_speaking",
    ];
    assert_eq!(outline, expected);
    let of =
        |kind: &str| seen.as_array().unwrap().iter().filter(|one| one["type"] == kind).collect::<Vec<_>>();
    assert_eq!(of("warning")[0]["warning"]["code"], "audio_not_supported");
    assert_eq!(of("tool_call")[0]["parameters"], json!({"city": "Paris", "unit": null}));
    let said: String = of("audio_chunk").iter().map(|chunk| chunk["text"].as_str().unwrap()).collect();
    assert_eq!(said, "Welcome, Ann!Let me look. 21 and \"19:00\".");
    let [inline, hook] = of("tool_call_output_processed")[..] else { panic!("{seen}") };
    assert_eq!(inline["tool"], json!({"id": "inline_get_temperature", "name": "get_temperature"}));
    assert_eq!((&inline["output"], &inline["timed_out"]), (&json!({"temperature": 21}), &json!(false)));
    assert_eq!((&hook["endpoint_method"], &hook["response_status_code"]), (&json!("POST"), &json!(200)));
    assert_eq!(hook["response_body"], json!({"free": ["19:00"]}));
    // The model has read what the config said, and what was said before.
    let asked = world.model.bodies().remove(0);
    assert_eq!(asked["messages"][0]["content"], "Hi Ann");
    let texts: Vec<&Value> =
        asked["messages"].as_array().unwrap().iter().map(|one| &one["content"]).collect();
    assert_eq!(texts[1..], [&json!("Welcome, Ann!"), &json!("It is noon."), &json!("How warm is it?")]);
    // The conversation is over, and can be read back.
    let id = of("conversation_created")[0]["conversation_id"].as_str().unwrap().to_owned();
    let mut shown = Value::Null;
    for _ in 0..100 {
        shown = world.get(&format!("/phonic/v1/conversations/{id}")).await["conversation"].clone();
        if !shown["ended_at"].is_null() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!((&shown["external_id"], &shown["ended_by"]), (&json!("ext-1"), &json!("user")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn built_ins_end_the_conversation_and_press_keys() {
    let world = World::start(
        |_| Reply::json("{}"),
        |chat| match (chat.user_text(), chat.tool_results().len()) {
            ("press", 0) => LlmAnswer::call("a", "keypad_input", &json!({"digits": "12#"})),
            ("press", _) => LlmAnswer::say("Pressed."),
            _ => LlmAnswer::say("Goodbye. ").and_call("b", "natural_conversation_ending", &json!({})),
        },
    )
    .await;
    let script = format!(
        "{START}
with client.conversations.connect() as s:
    s.send_config(ConfigPayload(agent='Bella', tools=['keypad_input', {{'type': 'built_in',
        'name': 'natural_conversation_ending', 'tool_config': {{'speech_before_tool_call': 'optional'}}}}]))
    until(s, 'ready_to_start_conversation')
    s.send_generate_reply(GenerateReplyPayload(user_message='press'))
    digits = until(s, 'dtmf')['digits']
    until(s, 'assistant_finished_speaking')
    s.send_generate_reply(GenerateReplyPayload(user_message='bye'))
    until(s, 'assistant_ended_conversation')
    rest = [json.loads(m.json())['type'] for m in s]
print(json.dumps([digits, rest]))
"
    );
    let seen = python(&world, &script).await;
    assert_eq!(seen, json!(["12#", []]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tools_change_and_a_conversation_starts_over() {
    let world =
        World::start(|_| Reply::json("{}"), |chat| LlmAnswer::say(&format!("{}.", chat.messages().len())))
            .await;
    world.add_tool("check_tables", json!({"effect": "read"})).await;
    let script = format!(
        "{START}
with client.conversations.connect() as s:
    s.send_config(ConfigPayload(agent='Bella', tools=[]))
    until(s, 'ready_to_start_conversation')
    s.send_generate_reply(GenerateReplyPayload(user_message='one'))
    until(s, 'assistant_finished_speaking')
    s.send_update_tools_subset(UpdateToolsSubsetPayload(tools=['check_tables', inline()]))
    s.send_say(SayPayload(text='Said.'))
    until(s, 'assistant_finished_speaking')
    s.send_generate_reply(GenerateReplyPayload(user_message='two'))
    until(s, 'assistant_finished_speaking')
    s.send_reset(ResetPayload(config={{'agent': 'Bella', 'system_prompt': 'Anew.'}}))
    until(s, 'ready_to_start_conversation')
    s.send_generate_reply(GenerateReplyPayload(user_message='three'))
    until(s, 'assistant_finished_speaking')
print(json.dumps([m['text'] for m in seen if m['type'] == 'audio_chunk']))
"
    );
    let said = python(&world, &script).await;
    assert_eq!(said, json!(["2.", "Said.", "5.", "2."]));
    let bodies = world.model.bodies();
    let tools = |body: &Value| -> Vec<String> {
        let tools = body["tools"].as_array().cloned().unwrap_or_default();
        tools.iter().map(|tool| tool["function"]["name"].as_str().unwrap().to_owned()).collect()
    };
    assert!(tools(&bodies[0]).is_empty());
    assert_eq!(tools(&bodies[1]), ["check_tables", "get_temperature"]);
    assert_eq!(tools(&bodies[2]), ["check_tables"]);
    assert_eq!(bodies[2]["messages"][0]["content"], "Anew.");
}
