//! Our scripted model is what the official client takes for the real one; it refuses what the real one refuses.

use hookswitch_testkit::{LlmAnswer, LlmServer};
use serde_json::json;

use crate::house::{interop, printed};

const SCRIPT: &str = r#"
import os, json, openai
client = openai.OpenAI(base_url=os.environ["BASE"], api_key="sk-right", max_retries=0)
tools = [{"type": "function", "function": {"name": "book", "description": "d", "strict": True, "parameters":
    {"type": "object", "properties": {"day": {"type": "string"}}, "required": ["day"], "additionalProperties": False}}}]
messages = [{"role": "user", "content": "a table"}]
# Streamed: the client puts the pieces together.
with client.chat.completions.stream(model="scripted-1", messages=messages, tools=tools) as stream:
    for event in stream:
        pass
    message = stream.get_final_completion().choices[0].message
call = message.tool_calls[0]
print(message.content, call.id, call.function.name, json.loads(call.function.arguments)["day"])
messages.append(message.model_dump(exclude_none=True, include={"role", "content", "tool_calls"}))
messages[-1]["tool_calls"] = [{"id": call.id, "type": "function",
    "function": {"name": "book", "arguments": call.function.arguments}}]
messages.append({"role": "tool", "tool_call_id": call.id, "content": "{\"ok\":true}"})
# In one piece.
completion = client.chat.completions.create(model="scripted-1", messages=messages, tools=tools, tool_choice="auto")
print(completion.choices[0].message.content, completion.choices[0].finish_reason)
def refused(**changes):
    request = dict(model="scripted-1", messages=messages, tools=tools) | changes
    try:
        client.chat.completions.create(**{name: value for name, value in request.items() if value is not None})
    except openai.APIStatusError as error:
        print(type(error).__name__, error.status_code, error.param)
    else:
        print("taken")
refused(messages=messages[:-1])
refused(messages=[messages[-1]])
refused(messages=[])
refused(tools=None, tool_choice="auto")
refused(tools=None, parallel_tool_calls=True)
refused(temperature=3)
refused(extra_body={"colour": "red"})
refused(tools=[{"type": "function", "function": {"name": "has blanks"}}])
refused(tools=[{"type": "function", "function": {"name": "f", "strict": True, "parameters": {"type": "object", "properties": {"a": {"type": "string"}}, "required": []}}}])
client.api_key = "sk-wrong"
refused()
"#;

#[tokio::test(flavor = "multi_thread")]
async fn the_official_client_takes_our_scripted_model_for_a_real_one() {
    let model = LlmServer::start_with_key(Some("sk-right"), |chat| match chat.tool_results().as_slice() {
        [] => LlmAnswer::say("One moment").and_call("call_1", "book", &json!({"day": "2026-12-01"})),
        _ => LlmAnswer::say("Done."),
    })
    .await;
    let base = model.base_url();
    let run = move || {
        std::process::Command::new(interop().join("venv/bin/python"))
            .args(["-c", SCRIPT])
            .env("BASE", base)
            .output()
            .unwrap()
    };
    let output = tokio::task::spawn_blocking(run).await.unwrap();
    let lines: Vec<String> = printed(&output).lines().map(str::to_owned).collect();
    assert_eq!(lines[..2], ["One moment call_1 book 2026-12-01", "Done. stop"]);
    let refused = |param: &str| format!("BadRequestError 400 {param}");
    assert_eq!(
        lines[2..],
        [
            refused("messages"),
            refused("messages[0].role"),
            refused("messages"),
            refused("tool_choice"),
            refused("parallel_tool_calls"),
            refused("temperature"),
            refused("colour"),
            refused("tools[0].function.name"),
            refused("tools[0].function.parameters"),
            "AuthenticationError 401 None".to_owned(),
        ]
    );
}
