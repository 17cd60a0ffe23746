//! Speech rules at work: the session machine decides, simulated playback shows it.

use std::time::Duration;

use hookswitch_testkit::{LlmAnswer, Reply};
use serde_json::json;

use crate::world::World;

/// A world with one tool with these speech rules, whose model says `before` and calls it, then says `after`.
async fn world_with(
    speech: serde_json::Value,
    takes: Duration,
    before: &'static str,
    after: &'static str,
) -> (World, String) {
    let world = World::start(
        move |_| Reply::json(r#"{"ok":true}"#).after(takes),
        move |chat| match chat.tool_results().as_slice() {
            [] => LlmAnswer::say(before).and_call("a", "act", &json!({})),
            _ => LlmAnswer::say(after),
        },
    )
    .await;
    world.add_tool("act", json!({"speech": speech})).await;
    let session = world.session().await;
    (world, session)
}

const AT_ONCE: Duration = Duration::ZERO;

#[tokio::test]
async fn a_tool_that_wants_speech_first_gets_the_line_when_the_model_said_nothing() {
    let rules = json!({"require_speech_before": true, "line": "I look it up."});
    let (world, session) = world_with(rules, AT_ONCE, "", "Done.").await;
    let turn = world.say(&session, "go").await;
    assert_eq!(turn.of("line")[0]["text"], "I look it up.");
    assert_eq!(turn.heard(), "I look it up.Done.");
    let rules = json!({"require_speech_before": true, "line": "I look it up."});
    let (world, session) = world_with(rules, AT_ONCE, "Sure.", "Done.").await;
    let turn = world.say(&session, "go").await;
    // Said as the call starts all the same: the line is the tool's own.
    assert!(turn.heard().starts_with("Sure."), "{turn:?}");
}

#[tokio::test]
async fn a_call_waits_until_the_speech_before_it_has_been_played() {
    let rules = json!({"wait_for_speech_before": true});
    let (world, session) = world_with(rules, AT_ONCE, "I will do that for you now.", "Done.").await;
    let turn = world.turn(&session, json!({"text": "go", "ms_per_character": 20})).await;
    let at = |event: &serde_json::Value| event["at_ms"].as_f64().unwrap();
    let silence = turn.of("speech")[1];
    assert_eq!(silence["speaks"], false);
    assert!(at(turn.of("result")[0]) >= at(silence), "{turn:?}");
    assert!(at(turn.of("call")[0]) < at(silence), "{turn:?}");
}

#[tokio::test]
async fn delayed_lines_are_said_while_nothing_has_come() {
    let rules =
        json!({"delayed": [{"after_ms": 100, "text": "Still looking."}, {"after_ms": 60000, "text": "no"}]});
    let (world, session) = world_with(rules, Duration::from_millis(700), "", "Done.").await;
    let turn = world.say(&session, "go").await;
    assert_eq!(turn.of("line").len(), 1);
    assert_eq!(turn.heard(), "Still looking.Done.");
}

#[tokio::test]
async fn where_no_speech_may_follow_the_model_is_run_for_tools_only_or_not_at_all() {
    let rules = json!({"forbid_speech_after": true});
    let (world, session) = world_with(rules, AT_ONCE, "Bye.", "and more").await;
    let turn = world.say(&session, "go").await;
    assert_eq!((turn.heard(), world.model.bodies().len()), ("Bye.", 2));
    let rules = json!({"forbid_speech_after": true, "allow_chaining": false});
    let (world, session) = world_with(rules, AT_ONCE, "Bye.", "and more").await;
    let turn = world.say(&session, "go").await;
    assert_eq!((turn.heard(), world.model.bodies().len()), ("Bye.", 1));
    assert_eq!(turn.end()["reason"], "silent");
}

#[tokio::test]
async fn a_reply_that_may_not_chain_calls_nothing() {
    let world = World::start(
        |_| Reply::json("{}"),
        |chat| match chat.body["tool_choice"].as_str() {
            Some("none") => LlmAnswer::say("I may not."),
            _ => LlmAnswer::call("a", "act", &json!({})),
        },
    )
    .await;
    world.add_tool("act", json!({"speech": {"allow_chaining": false}})).await;
    let session = world.session().await;
    assert_eq!(world.say(&session, "go").await.heard(), "I may not.");
    // A model that does not care is refused with one line.
    let script = json!([{"calls": [{"name": "act", "arguments": {"day": "1"}}]},
        {"calls": [{"name": "act", "arguments": {"day": "2"}}]}, {"say": "ok"}]);
    let turn = world.turn(&session, json!({"text": "go", "script": script})).await;
    assert_eq!(turn.of("result")[1]["code"], "no_chaining", "{turn:?}");
}

#[tokio::test]
async fn the_result_of_an_async_call_is_waited_for_and_told_when_it_lands() {
    let world = World::start(
        |_| Reply::json(r#"{"score":7}"#).after(Duration::from_millis(300)),
        |chat| match chat.last()["role"].as_str() {
            Some("user") => LlmAnswer::call("a", "act", &json!({})),
            Some("tool") => LlmAnswer::say("I have started it."),
            _ => LlmAnswer::say(chat.last()["content"].as_str().unwrap()),
        },
    )
    .await;
    world.add_tool("act", json!({"speech": {"async": true, "wait_for_response": true}})).await;
    let session = world.session().await;
    let turn = world.say(&session, "go").await;
    assert!(turn.heard().starts_with("I have started it."), "{turn:?}");
    assert!(turn.heard().contains(r#"{"score":7}"#), "{turn:?}");
    assert_eq!(turn.of("result")[0]["outcome"], serde_json::Value::Null);
    assert_eq!(turn.of("late")[0]["outcome"], "done");
}

#[tokio::test]
async fn an_irreversible_act_is_read_back_first() {
    let world = World::start(
        |_| Reply::json("{}"),
        |chat| match chat.tool_results().last() {
            None => LlmAnswer::call("a", "cancel", &json!({"day": "mon"})),
            Some(told) if told["error"].is_string() => LlmAnswer::say("Shall I really?"),
            Some(_) => LlmAnswer::say("Cancelled."),
        },
    )
    .await;
    world.add_tool("cancel", json!({"effect": "irreversible"})).await;
    let session = world.session().await;
    assert_eq!(world.say(&session, "cancel it").await.heard(), "Shall I really?");
    assert!(world.received("/cancel").is_empty());
    assert_eq!(world.say(&session, "yes").await.heard(), "Cancelled.");
    assert_eq!(world.received("/cancel").len(), 1);
}
