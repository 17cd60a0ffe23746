//! `hookswitch chat` from a pipe.

use hookswitch_testkit::{LlmAnswer, Reply};
use serde_json::json;

use crate::world::World;

#[tokio::test]
async fn a_chat_from_a_pipe_shows_text_and_tool_calls() {
    let world = World::start(
        |_| Reply::json(r#"{"booking":"B-7"}"#),
        |chat| match (chat.user_text(), chat.tool_results().as_slice()) {
            ("book", []) => LlmAnswer::say("One moment. ").and_call("a", "book", &json!({"day": "mon"})),
            ("book", _) => LlmAnswer::say("Booked."),
            (text, _) => LlmAnswer::say(&format!("You said {text}.")),
        },
    )
    .await;
    world.add_tool("book", json!({})).await;
    let ran = world.run_with(&["chat", "--agent", "Bella", "--plain"], "hello\n\nbook\n").await;
    assert_eq!(ran.code, 0, "{ran:?}");
    let lines: Vec<&str> = ran.out.lines().collect();
    assert_eq!(lines[0], "You said hello.", "{ran:?}");
    assert_eq!(lines[1], "One moment. ");
    assert!(lines[2].ends_with(r#"calls book {"day":"mon"}"#), "{ran:?}");
    assert!(lines[3].ends_with(r#"done {"booking":"B-7"}"#), "{ran:?}");
    assert_eq!(lines[4], "Booked.");
    let sessions = world.get("/v1/sessions").await;
    assert_eq!(sessions["data"][0]["status"], "ended");
    let ran = world.run_with(&["chat", "--agent", "Nobody"], "hello\n").await;
    assert_eq!(ran.code, 5, "{ran:?}");
}

#[tokio::test]
async fn a_model_that_fails_makes_the_chat_fail() {
    let world =
        World::start(|_| Reply::json("{}"), |_| LlmAnswer::error(401, "invalid_request_error", "bad key"))
            .await;
    let ran = world.run_with(&["chat", "--agent", "Bella", "--plain"], "hello\n").await;
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.out.contains("401: bad key"), "{ran:?}");
}
