//! Models that are slow, down, wrong or far too talkative.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use hookswitch_testkit::{LlmAnswer, Reply};
use serde_json::json;

use crate::world::{MODEL_KEY, World};

/// The turn's end where the model answers like this.
async fn end_with(model: impl Fn(usize) -> LlmAnswer + Send + Sync + 'static) -> (World, serde_json::Value) {
    let asked = AtomicUsize::new(0);
    let script = move |_: &_| model(asked.fetch_add(1, Ordering::SeqCst));
    let world = World::start(|_| Reply::json("{}"), script).await;
    world.set_brain(json!({"first_byte_ms": 3000, "answer_ms": 4000})).await;
    let session = world.session().await;
    let end = world.say(&session, "hello").await.end().clone();
    (world, end)
}

#[tokio::test]
async fn a_model_that_is_busy_is_asked_again() {
    let busy = |asked| match asked {
        0 => LlmAnswer::error(503, "server_error", "overloaded"),
        1 => LlmAnswer::error(429, "rate_limit_error", "slow down"),
        _ => LlmAnswer::say("Here I am."),
    };
    let (world, end) = end_with(busy).await;
    assert_eq!((&end["reason"], &end["heard"]), (&json!("done"), &json!("Here I am.")));
    assert_eq!(world.model.bodies().len(), 3);
}

#[tokio::test]
async fn a_stream_that_breaks_off_before_its_first_word_is_asked_again() {
    let (world, end) = end_with(|asked| match asked {
        0 => LlmAnswer::say("never").cut_after(1),
        _ => LlmAnswer::say("Here I am."),
    })
    .await;
    assert_eq!(end["heard"], "Here I am.");
    assert_eq!(world.model.bodies().len(), 2);
}

#[tokio::test]
async fn a_stream_that_breaks_off_later_is_not() {
    let (world, end) = end_with(|_| LlmAnswer::say("Well, I would say").cut_after(3)).await;
    assert_eq!((&end["reason"], &end["code"]), (&json!("failed"), &json!("model_broke_off")));
    assert_eq!(end["heard"], "Well, I");
    assert_eq!(world.model.bodies().len(), 1);
}

#[tokio::test]
async fn half_a_tool_call_is_never_made() {
    let (world, end) =
        end_with(|_| LlmAnswer::call("a", "book", &json!({"day": "monday"})).cut_after(3)).await;
    assert_eq!(end["code"], "model_broke_off");
    assert!(world.receiver.requests().is_empty());
    let (world, end) = end_with(|_| LlmAnswer::call("a", "book", &json!({})).ending("length")).await;
    assert_eq!(end["reason"], "length");
    assert!(world.receiver.requests().is_empty());
}

#[tokio::test]
async fn what_the_endpoint_refuses_is_told_without_the_key() {
    let (world, end) = end_with(|_| LlmAnswer::error(400, "invalid_request_error", "no such model")).await;
    assert_eq!((&end["reason"], &end["code"]), (&json!("failed"), &json!("model_refused")));
    assert_eq!(end["message"], "the model's endpoint answered 400: no such model");
    assert_eq!(world.model.bodies().len(), 1);
    assert!(!world.server.log().contains(MODEL_KEY));
}

#[tokio::test]
async fn a_silent_model_ends_the_turn_in_time() {
    let (_world, end) = end_with(|_| LlmAnswer::raw(Reply::silence())).await;
    assert_eq!(end["code"], "model_timeout");
    assert!(end["at_ms"].as_f64().unwrap() < 3900.0, "{end}");
    let (_world, end) = end_with(|_| LlmAnswer::say("a b c d e f g h").slowly(Duration::from_secs(1))).await;
    assert_eq!(end["code"], "model_timeout");
}

#[tokio::test]
async fn endless_answers_are_cut() {
    let (_world, end) = end_with(|_| LlmAnswer::raw(Reply::endless_body())).await;
    assert_eq!(end["code"], "model_too_large");
}

#[tokio::test]
async fn an_endpoint_that_does_not_stream_is_understood() {
    let (_world, end) = end_with(|_| {
        LlmAnswer::raw(Reply::json(
            r#"{"choices":[{"message":{"role":"assistant","content":"In one piece."},"finish_reason":"stop"}]}"#,
        ))
    })
    .await;
    assert_eq!(end["heard"], "In one piece.");
}

#[tokio::test]
async fn an_address_that_is_not_allowed_is_refused_and_the_operator_told_how_to_open_it() {
    let world = World::start(|_| Reply::json("{}"), |_| LlmAnswer::say("hi")).await;
    world.set_brain(json!({"base_url": "http://127.0.0.1:9/v1"})).await;
    let session = world.session().await;
    let end = world.say(&session, "hello").await.end().clone();
    assert_eq!(end["code"], "model_not_asked", "{end}");
    assert!(!end["message"].as_str().unwrap().contains("127.0.0.1"), "{end}");
    assert!(world.server.log().contains("127.0.0.1:9"));
    world.set_brain(json!({"api_key_secret": "nothing"})).await;
    let body = json!({"text": "x"});
    let path = format!("/v1/sessions/{session}/turns");
    let answer = world.send(hyper::Method::POST, &path, Some(&body)).await;
    assert_eq!((answer.status, &answer.body["errors"][0]["code"]), (400, &json!("model_key_missing")));
}

#[tokio::test]
async fn the_doctor_names_the_entry_that_opens_a_model_nearby() {
    let world = World::start(|_| Reply::json("{}"), |_| LlmAnswer::say("hi")).await;
    let report = world.doctor(&[]).await;
    assert_eq!(report["verdict"], "warning", "{report}");
    let entry = world.model.allow_entry();
    assert!(report["hint"].as_str().unwrap().contains(&format!("add `{entry}` to allow_egress")), "{report}");
    let report = world.doctor(&["--allow-egress", &entry]).await;
    assert_eq!(report["verdict"], "ok", "{report}");
}
