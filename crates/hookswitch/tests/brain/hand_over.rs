//! Agents hand over to each other: prompt and tools of the destination, acts stay the session's, loops end.

use hookswitch_testkit::{LlmAnswer, Reply};
use serde_json::{Value, json};

use crate::world::World;

fn hand_over_tool(name: &str, agents: &Value) -> Value {
    json!({"name": name, "kind": "call_control", "description": "hands over to a colleague",
        "input_schema": {"type": "object", "properties": {"agent": {"type": "string"}}},
        "call_control": {"operation": "transfer_to_agent", "agents": agents}})
}

#[tokio::test]
async fn the_destination_goes_on_with_its_own_prompt_and_tools() {
    let world = World::start(
        |_| Reply::json(r#"{"paid":true}"#),
        |chat| {
            let is_desk = chat.messages()[0]["content"].as_str().unwrap().contains("reception");
            match (is_desk, chat.user_text(), chat.tool_results().as_slice()) {
                (true, "pay", []) => LlmAnswer::call("a", "to_colleague", &json!({"agent": "Cashier"})),
                (false, "pay", [_]) => LlmAnswer::call("b", "charge", &json!({"day": "mon"})),
                (false, "pay", _) => LlmAnswer::say("Paid, says the cashier."),
                (true, ..) => LlmAnswer::say("Reception."),
                (false, ..) => LlmAnswer::say("Still the cashier."),
            }
        },
    )
    .await;
    world
        .send(
            hyper::Method::PATCH,
            &format!("/v1/agents/{}", world.agent),
            Some(&json!({"prompt": "You are the reception."})),
        )
        .await;
    let cashier =
        json!({"prompt": "You are the cashier of {{company}}.", "variables": {"company": "Bar", "till": 4}});
    let cashier = world.add_agent("Cashier", cashier).await;
    let tool = world.post("/v1/tools", hand_over_tool("to_colleague", &json!(["Cashier", "Boss"]))).await;
    world.bind(&world.agent, tool["id"].as_str().unwrap()).await;
    let charge = world.add_tool("charge", json!({})).await;
    world.send(hyper::Method::DELETE, &format!("/v1/agents/{}/tools/{charge}", world.agent), None).await;
    world.bind(&cashier, &charge).await;
    let session = world.session().await;
    let turn = world.say(&session, "pay").await;
    assert_eq!(turn.heard(), "Paid, says the cashier.", "{turn:?}");
    assert_eq!(turn.of("agent")[0]["name"], "Cashier");
    assert_eq!(turn.of("result")[0]["result"], json!({"transferred_to": "Cashier"}));
    let bodies = world.model.bodies();
    assert_eq!(bodies[0]["tools"][0]["function"]["name"], "to_colleague");
    assert_eq!(bodies[1]["tools"][0]["function"]["name"], "charge");
    // What the conversation has set wins over the defaults of whoever takes over.
    assert_eq!(bodies[1]["messages"][0]["content"], "You are the cashier of Trattoria.");
    assert_eq!(world.received("/charge").len(), 1);
    assert_eq!(world.say(&session, "still there?").await.heard(), "Still the cashier.");
    let shown = world.get(&format!("/v1/sessions/{session}")).await;
    assert_eq!((&shown["agent_id"], &shown["variables"]["till"]), (&json!(cashier), &json!(4)));
}

#[tokio::test]
async fn agents_that_pass_the_caller_to_and_fro_are_stopped() {
    let world = World::start(
        |_| Reply::json("{}"),
        |chat| {
            let to =
                if chat.messages()[0]["content"].as_str().unwrap().contains("one") { "Two" } else { "Bella" };
            LlmAnswer::call(&format!("c{}", chat.messages().len()), "pass_on", &json!({"agent": to}))
        },
    )
    .await;
    world
        .send(hyper::Method::PATCH, &format!("/v1/agents/{}", world.agent), Some(&json!({"prompt": "one"})))
        .await;
    let two = world.add_agent("Two", json!({"prompt": "the other"})).await;
    let tool = world.post("/v1/tools", hand_over_tool("pass_on", &json!(["Two", "Bella"]))).await;
    for agent in [&world.agent, &two] {
        world.bind(agent, tool["id"].as_str().unwrap()).await;
    }
    let session = world.session().await;
    let turn = world.say(&session, "hello").await;
    assert_eq!(turn.end()["reason"], "too_many_rounds", "{turn:?}");
    assert_eq!(turn.of("agent").len(), 8);
}

#[tokio::test]
async fn an_agent_that_is_not_there_takes_over_nothing() {
    let world = World::start(
        |_| Reply::json("{}"),
        |chat| match chat.tool_results().last() {
            None => LlmAnswer::call("a", "pass_on", &json!({"agent": "Nobody"})),
            Some(told) => LlmAnswer::say(told["error"].as_str().unwrap()),
        },
    )
    .await;
    let tool = world.post("/v1/tools", hand_over_tool("pass_on", &json!(["Ghost", "Boss"]))).await;
    world.bind(&world.agent, tool["id"].as_str().unwrap()).await;
    let session = world.session().await;
    assert_eq!(world.say(&session, "x").await.heard(), "name one of the agents: Ghost, Boss");
}
