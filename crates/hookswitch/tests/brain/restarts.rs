//! A conversation outlives its server.

use hookswitch_testkit::{LlmAnswer, Reply};
use serde_json::json;

use crate::world::World;

#[tokio::test]
async fn what_was_said_is_remembered_over_a_restart() {
    let mut world = World::start(
        |_| Reply::json("{}"),
        |chat| LlmAnswer::say(&format!("{} messages.", chat.messages().len())),
    )
    .await;
    let session = world.session().await;
    assert_eq!(world.say(&session, "hello").await.heard(), "2 messages.");
    world.restart();
    assert_eq!(world.say(&session, "again").await.heard(), "4 messages.");
    let asked = world.model.bodies().pop().unwrap();
    assert_eq!(asked["messages"][1]["content"], "hello");
    assert_eq!(asked["messages"][2], json!({"role": "assistant", "content": "2 messages."}));
}

#[tokio::test]
async fn a_greeting_comes_first() {
    let world = World::start(|_| Reply::json("{}"), |_| LlmAnswer::say("Fine.")).await;
    let path = format!("/v1/agents/{}", world.agent);
    world.send(hyper::Method::PATCH, &path, Some(&json!({"greeting": "{{company}}, hello."}))).await;
    let session = world.session().await;
    assert_eq!(world.say(&session, "").await.heard(), "Trattoria, hello.");
    assert_eq!(world.say(&session, "hi").await.heard(), "Fine.");
    assert_eq!(world.model.bodies()[0]["messages"][1]["content"], "Trattoria, hello.");
}
