//! Text in, text out, with tools.

use hookswitch_testkit::{LlmAnswer, Reply};
use serde_json::{Value, json};

use crate::world::World;

#[tokio::test]
async fn an_agent_answers_with_its_prompt_and_remembers() {
    let world = World::start(
        |_| Reply::json("{}"),
        |chat| {
            LlmAnswer::say(&format!(
                "You said {}. It is {} messages.",
                chat.user_text(),
                chat.messages().len()
            ))
        },
    )
    .await;
    let session = world.session().await;
    let turn = world.say(&session, "hello").await;
    assert_eq!(turn.heard(), "You said hello. It is 2 messages.");
    assert_eq!(turn.end()["reason"], "done");
    assert_eq!(turn.outline()[..2], ["text", "speech"]);
    let turn = world.say(&session, "again").await;
    assert_eq!(turn.heard(), "You said again. It is 4 messages.");
    let asked = world.model.bodies().pop().unwrap();
    assert_eq!(asked["messages"][0], json!({"role": "system", "content": "You work for Trattoria."}));
    assert_eq!(asked["messages"][2]["content"], "You said hello. It is 2 messages.");
    assert_eq!((&asked["temperature"], &asked["stream"]), (&json!(0.2), &json!(true)));
    assert!(asked.get("tools").is_none() && asked.get("tool_choice").is_none());
}

#[tokio::test]
async fn tools_are_called_with_streamed_arguments_and_their_results_told() {
    let world = World::start(
        |request| match request.target.as_str() {
            "/check_tables" => Reply::json(r#"{"free":["19:00","20:00"]}"#),
            _ => Reply::json(r#"{"booking":"B-7"}"#),
        },
        |chat| match chat.tool_results().as_slice() {
            [] => LlmAnswer::say("Let me see. ").and_call(
                "call_a",
                "check_tables",
                &json!({"day": "2026-12-01"}),
            ),
            [free] => LlmAnswer::call("call_b", "book_table", &json!({"day": free["free"][1]})),
            [_, booked] => LlmAnswer::say(&format!("Booked: {}.", booked["booking"].as_str().unwrap())),
            _ => LlmAnswer::say("?"),
        },
    )
    .await;
    world.add_tool("check_tables", json!({"effect": "read"})).await;
    world.add_tool("book_table", json!({})).await;
    world.set_brain(json!({"parallel_tool_calls": false, "max_tokens": 300})).await;
    let session = world.session().await;
    let turn = world.say(&session, "a table").await;
    assert_eq!(turn.heard(), "Let me see. Booked: B-7.");
    let calls = turn.of("call");
    assert_eq!(calls[0]["arguments"], json!({"day": "2026-12-01"}));
    assert_eq!((&calls[1]["name"], &calls[1]["arguments"]["day"]), (&json!("book_table"), &json!("20:00")));
    let results = turn.of("result");
    assert_eq!(results[1]["outcome"], "done");
    assert_eq!(results[1]["result"], json!({"booking": "B-7"}));
    assert_eq!(world.received("/book_table").len(), 1);
    let asked = &world.model.bodies()[0];
    assert_eq!((&asked["tool_choice"], &asked["parallel_tool_calls"]), (&json!("auto"), &json!(false)));
    assert_eq!(asked["max_tokens"], 300);
    assert_eq!(asked["tools"][0]["function"]["name"], "check_tables");
    // The record has what the model was told, under the model's own id.
    let id = results[1]["execution_id"].as_str().unwrap();
    let record = world.get(&format!("/v1/executions/{id}")).await;
    assert_eq!((&record["tool_call_id"], &record["told"]), (&json!("call_b"), &json!({"booking": "B-7"})));
}

#[tokio::test]
async fn calls_of_one_answer_run_side_by_side_and_are_answered_in_order() {
    let world = World::start(
        |request| Reply::json(&json!({"from": request.target}).to_string()),
        |chat| match chat.tool_results().as_slice() {
            [] => LlmAnswer::call("a", "one", &json!({})).and_call("b", "two", &json!({"day": "x"})),
            [one, two] => LlmAnswer::say(&format!("{} {}", one["from"], two["from"])),
            _ => LlmAnswer::say("?"),
        },
    )
    .await;
    world.add_tool("one", json!({"effect": "read"})).await;
    world.add_tool("two", json!({"effect": "read"})).await;
    let session = world.session().await;
    assert_eq!(world.say(&session, "go").await.heard(), r#""/one" "/two""#);
}

#[tokio::test]
async fn wrong_arguments_are_told_and_nothing_is_sent() {
    let world = World::start(
        |_| Reply::json("{}"),
        |chat| match chat.tool_results().last() {
            None => LlmAnswer::say("").and_call_text("a", "book", "{\"day\": 5}"),
            Some(told) if chat.tool_results().len() == 1 => {
                assert!(told["error"].as_str().unwrap().contains("day"), "{told}");
                LlmAnswer::say("").and_call_text("b", "book", "{\"day\": \"x\"")
            }
            Some(told) => LlmAnswer::say(told["error"].as_str().unwrap()),
        },
    )
    .await;
    world.add_tool("book", json!({})).await;
    let session = world.session().await;
    let turn = world.say(&session, "go").await;
    let codes: Vec<&Value> = turn.of("result").iter().map(|event| &event["code"]).collect();
    assert_eq!(codes, ["invalid_arguments", "invalid_arguments"]);
    assert!(turn.heard().contains("incomplete"), "{turn:?}");
    assert_eq!(world.received("/book").len(), 0);
}

#[tokio::test]
async fn a_model_that_only_calls_tools_is_stopped() {
    let world = World::start(
        |_| Reply::json("{}"),
        |chat| {
            LlmAnswer::call(
                &format!("c{}", chat.messages().len()),
                "look",
                &json!({"day": chat.messages().len().to_string()}),
            )
        },
    )
    .await;
    world.add_tool("look", json!({"effect": "read"})).await;
    world.set_brain(json!({"max_rounds": 3})).await;
    let session = world.session().await;
    let turn = world.say(&session, "go").await;
    assert_eq!(turn.end()["reason"], "too_many_rounds");
    assert_eq!(turn.of("call").len(), 3);
    let bodies = world.model.bodies();
    assert_eq!((bodies.len(), &bodies[3]["tool_choice"]), (4, &json!("none")));
    // The next turn is well formed all the same: the strict model takes it.
    assert_eq!(world.say(&session, "again").await.end()["reason"], "too_many_rounds");
}

#[tokio::test]
async fn strict_functions_are_lowered_and_their_nulls_taken_out() {
    let world = World::start(
        |request| Reply::json(&request.text()),
        |chat| match chat.tool_results().last() {
            None => LlmAnswer::call(
                "a",
                "book",
                &json!({"day": "mon", "note": null, "people": {"count": 2, "names": null}}),
            ),
            Some(told) => LlmAnswer::say(&told.to_string()),
        },
    )
    .await;
    let schema = json!({"type": "object", "required": ["day"], "properties": {
        "day": {"type": "string", "minLength": 2}, "note": {"$ref": "#/$defs/note"},
        "people": {"type": "object", "required": ["count"], "properties":
            {"count": {"type": "integer", "minimum": 1}, "names": {"type": "string"}}}},
        "$defs": {"note": {"type": "string"}}});
    world.add_tool("book", json!({"input_schema": schema})).await;
    world.set_brain(json!({"schemas": "openai_strict"})).await;
    let session = world.session().await;
    let turn = world.say(&session, "go").await;
    assert_eq!(turn.heard(), r#"{"day":"mon","people":{"count":2}}"#, "{turn:?}");
    let function = &world.model.bodies()[0]["tools"][0]["function"];
    assert_eq!(function["strict"], true);
    assert_eq!(function["parameters"]["required"], json!(["day", "note", "people"]));
    // What the model does not see is told to whoever checks the tool.
    let draft = json!({"name": "x", "kind": "hosted", "description": "d", "hosted": {"function": "datetime"},
        "input_schema": {"type": "object", "properties": {"day": {"type": "string", "minLength": 2}}}});
    let checked = world.post("/v1/tools/check", draft).await;
    let strict = &checked["lowering"][0];
    assert_eq!((&strict["schemas"], &strict["strict"]), (&json!("openai_strict"), &json!(true)), "{checked}");
    assert_eq!(strict["losses"][0]["path"], "$.properties.day.minLength");
}

#[tokio::test]
async fn turns_that_can_not_be_taken_say_why() {
    let world = World::start(|_| Reply::json("{}"), |_| LlmAnswer::say("hi")).await;
    let session = world.session().await;
    let path = format!("/v1/sessions/{session}/turns");
    let send = |body: Value| {
        let path = path.clone();
        let world = &world;
        async move { world.send(hyper::Method::POST, &path, Some(&body)).await }
    };
    let empty = send(json!({"text": ""})).await;
    assert_eq!((empty.status, &empty.body["errors"][0]["path"]), (400, &json!("$.text")), "{}", empty.body);
    assert_eq!(send(json!({"text": "x", "speed": 1})).await.status, 400);
    world.set_brain(Value::Null).await;
    let brainless = send(json!({"text": "hi"})).await;
    assert_eq!((brainless.status, &brainless.body["errors"][0]["code"]), (400, &json!("no_brain")));
    let scripted = world.turn(&session, json!({"text": "hi", "script": [{"say": "I need no model."}]})).await;
    assert_eq!(scripted.heard(), "I need no model.");
    world.post(&format!("/v1/sessions/{session}/end"), json!({})).await;
    assert_eq!(send(json!({"text": "hi"})).await.status, 409);
}
