//! The user cuts the agent short: one effect, and the model is told the truth.

use std::time::Duration;

use hookswitch_testkit::{LlmAnswer, Reply};
use serde_json::json;

use crate::world::World;

#[tokio::test]
async fn an_action_that_was_cut_short_happens_once_and_the_model_learns_it() {
    let world = World::start(
        |_| Reply::json(r#"{"booking":"B-7"}"#).after(Duration::from_millis(800)),
        |chat| match chat.user_text() {
            "book it" => LlmAnswer::say("I book it now.").and_call("a", "book", &json!({"day": "mon"})),
            "wait" => LlmAnswer::say("Yes?"),
            "book it again" if chat.tool_results().is_empty() => {
                LlmAnswer::call("b", "book", &json!({"day": "mon"}))
            }
            _ => LlmAnswer::say("Here you are."),
        },
    )
    .await;
    world.add_tool("book", json!({"effect": "action", "timeout_ms": 5000})).await;
    let session = world.session().await;
    let mut turn = world.open_turn(&session, json!({"text": "book it"})).await;
    turn.until("call").await;
    world.receiver.wait_until(|receiver| receiver.requests().len() == 1).await;
    let interrupt = world.post(&format!("/v1/sessions/{session}/interrupt"), json!({})).await;
    assert_eq!(interrupt, json!({}));
    let turn = turn.rest().await;
    assert_eq!(turn.end()["reason"], "interrupted", "{turn:?}");
    assert_eq!(turn.of("interrupted")[0]["took_effect"], true);
    assert_eq!(world.say(&session, "wait").await.heard(), "Yes?");
    let asked = world.model.bodies().pop().unwrap();
    let stand_in = asked["messages"][3]["content"].as_str().unwrap();
    assert!(stand_in.contains("still running"), "{asked}");
    // It has happened by now, and asking again does not make it happen again.
    let answered = format!("/v1/executions?session_id={session}&outcome=done");
    while world.get(&answered).await["data"].as_array().unwrap().is_empty() {
        tokio::task::yield_now().await;
    }
    let turn = world.say(&session, "book it again").await;
    assert_eq!(turn.of("result")[1]["replayed"], true, "{turn:?}");
    assert_eq!(world.received("/book").len(), 1);
    let asked = world.model.bodies().pop().unwrap();
    let told =
        asked["messages"].as_array().unwrap().iter().any(|message| {
            message["role"] == "system" && message["content"].as_str().unwrap().contains("B-7")
        });
    assert!(told, "{asked}");
}

#[tokio::test]
async fn only_what_was_heard_counts_as_said() {
    let world = World::start(
        |_| Reply::json("{}"),
        |chat| match chat.user_text() {
            "tell me" => {
                LlmAnswer::say("One two three four five six seven eight nine ten. And so on and on.")
            }
            _ => LlmAnswer::say("Fine."),
        },
    )
    .await;
    let session = world.session().await;
    let body = json!({"text": "tell me", "ms_per_character": 40, "interrupt_after_ms": 600});
    let turn = world.turn(&session, body).await;
    assert_eq!(turn.end()["reason"], "interrupted");
    let heard = turn.heard().to_owned();
    assert!(!heard.is_empty() && heard.len() < 40, "{heard}");
    world.say(&session, "ok").await;
    let asked = world.model.bodies().pop().unwrap();
    assert_eq!(asked["messages"][2]["content"], format!("{heard}…"));
}

#[tokio::test]
async fn a_new_turn_cuts_the_one_before_short_and_so_does_hanging_up() {
    let world = World::start(
        |_| Reply::silence(),
        |chat| match chat.user_text() {
            "look" => LlmAnswer::call("a", "look", &json!({})),
            _ => LlmAnswer::say("Fine."),
        },
    )
    .await;
    world.add_tool("look", json!({"effect": "read", "timeout_ms": 30000})).await;
    let session = world.session().await;
    let mut first = world.open_turn(&session, json!({"text": "look"})).await;
    first.until("call").await;
    world.receiver.wait_until(|receiver| receiver.requests().len() == 1).await;
    let second = world.say(&session, "never mind").await;
    assert_eq!(second.heard(), "Fine.");
    assert_eq!(first.rest().await.end()["reason"], "interrupted");
    let mut third = world.open_turn(&session, json!({"text": "look"})).await;
    third.until("call").await;
    world.receiver.wait_until(|receiver| receiver.requests().len() == 2).await;
    drop(third);
    // The reads are withdrawn: their connections close.
    world.receiver.wait_until(|receiver| receiver.closed_connections() >= 2).await;
}

#[tokio::test]
async fn an_uninterruptible_call_keeps_the_turn() {
    let world = World::start(
        |_| Reply::json("{}").after(Duration::from_millis(500)),
        |chat| match chat.tool_results().as_slice() {
            [] => LlmAnswer::call("a", "pay", &json!({})),
            _ => LlmAnswer::say("Paid."),
        },
    )
    .await;
    world.add_tool("pay", json!({"speech": {"uninterruptible": true}})).await;
    let session = world.session().await;
    let mut turn = world.open_turn(&session, json!({"text": "pay"})).await;
    turn.until("call").await;
    world.receiver.wait_until(|receiver| receiver.requests().len() == 1).await;
    world.post(&format!("/v1/sessions/{session}/interrupt"), json!({})).await;
    let turn = turn.rest().await;
    assert_eq!(turn.of("interrupted")[0]["took_effect"], false);
    assert_eq!((turn.heard(), &turn.end()["reason"]), ("Paid.", &json!("done")));
}
