#![allow(clippy::unwrap_used)]
//! Conversations as lists of what happens and what is to be done.

use hookswitch_model::brain::ToolChoice;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Happened, Reply, Step, Talk, TurnEnd};
use crate::client::Finish;
use crate::error::ModelError;
use crate::message::{Message, ToolCall};

const FREE: Reply = Reply { may_speak: true, may_call_tools: true };
const NONE: Reply = Reply { may_speak: false, may_call_tools: false };

fn call(id: &str, name: &str) -> ToolCall {
    ToolCall { id: id.to_owned(), name: name.to_owned(), arguments: "{}".to_owned() }
}

fn ended(calls: &[&str]) -> Happened {
    Happened::Ended { finish: Finish::Stop, calls: calls.iter().map(|id| call(id, "book")).collect() }
}

fn user(text: &str) -> Happened {
    Happened::User(text.to_owned())
}

fn text(text: &str) -> Happened {
    Happened::Text(text.to_owned())
}

fn answered(id: &str, reply: Reply) -> Happened {
    Happened::Answered { id: id.to_owned(), told: json!({"ok": id}), reply }
}

fn late(id: &str, reply: Reply) -> Happened {
    Happened::Late { id: id.to_owned(), name: "book".to_owned(), told: json!(1), reply }
}

fn run(talk: &mut Talk, happened: Happened) -> Vec<Step> {
    let mut steps = Vec::new();
    talk.on(happened, &mut steps);
    steps
}

fn talk() -> Talk {
    Talk::new(2, ToolChoice::Auto)
}

fn ask(choice: ToolChoice) -> Step {
    Step::Ask { choice }
}

fn messages(talk: &Talk) -> Vec<Value> {
    talk.history().messages().map(Message::to_json).collect()
}

#[test]
fn a_turn_with_a_tool_call() {
    let mut talk = talk();
    assert_eq!(run(&mut talk, user("two please")), [ask(ToolChoice::Auto)]);
    assert_eq!(run(&mut talk, text("One moment.")), [Step::Say("One moment.".to_owned())]);
    assert_eq!(
        run(&mut talk, ended(&["a", "b"])),
        [Step::EndOfText, Step::Call(call("a", "book")), Step::Call(call("b", "book"))]
    );
    assert_eq!(run(&mut talk, answered("b", FREE)), []);
    assert_eq!(run(&mut talk, answered("a", FREE)), [ask(ToolChoice::Auto)]);
    run(&mut talk, text("Done."));
    assert_eq!(run(&mut talk, ended(&[])), [Step::EndOfText, Step::End(TurnEnd::Done)]);
    let roles: Vec<Value> = messages(&talk).into_iter().map(|message| message["role"].clone()).collect();
    assert_eq!(roles, ["user", "assistant", "tool", "tool", "assistant"]);
    assert_eq!(messages(&talk)[2]["content"], "{\"ok\":\"a\"}");
}

#[test]
fn where_nothing_may_be_said_the_model_is_not_asked() {
    let mut talk = talk();
    run(&mut talk, user("x"));
    run(&mut talk, ended(&["a"]));
    assert_eq!(run(&mut talk, answered("a", NONE)), [Step::End(TurnEnd::Silent)]);
    // It learns the result at its next turn.
    run(&mut talk, user("y"));
    assert_eq!(messages(&talk)[2]["role"], "tool");
}

#[test]
fn where_only_tools_may_be_called_its_text_is_dropped() {
    let mut talk = talk();
    run(&mut talk, user("x"));
    run(&mut talk, ended(&["a"]));
    let reply = Reply { may_speak: false, may_call_tools: true };
    assert_eq!(run(&mut talk, answered("a", reply)), [ask(ToolChoice::Auto)]);
    assert_eq!(run(&mut talk, text("psst")), []);
    assert_eq!(run(&mut talk, ended(&[])), [Step::EndOfText, Step::End(TurnEnd::Done)]);
    assert_eq!(messages(&talk).len(), 3);
}

#[test]
fn a_reply_that_may_not_chain_is_asked_without_tools() {
    let mut talk = talk();
    run(&mut talk, user("x"));
    run(&mut talk, ended(&["a"]));
    let reply = Reply { may_speak: true, may_call_tools: false };
    assert_eq!(run(&mut talk, answered("a", reply)), [ask(ToolChoice::None)]);
}

#[test]
fn rounds_are_bounded_also_for_a_model_that_does_not_care() {
    let mut talk = talk();
    run(&mut talk, user("x"));
    run(&mut talk, ended(&["a"]));
    assert_eq!(run(&mut talk, answered("a", FREE)), [ask(ToolChoice::Auto)]);
    run(&mut talk, ended(&["b"]));
    assert_eq!(run(&mut talk, answered("b", FREE)), [ask(ToolChoice::None)]);
    assert_eq!(run(&mut talk, ended(&["c"])), [Step::EndOfText, Step::End(TurnEnd::TooManyRounds)]);
    assert_eq!(messages(&talk).last().unwrap()["tool_call_id"], "c");
}

#[test]
fn required_means_once() {
    let mut talk = Talk::new(2, ToolChoice::Required);
    assert_eq!(run(&mut talk, user("x")), [ask(ToolChoice::Required)]);
    run(&mut talk, ended(&["a"]));
    assert_eq!(run(&mut talk, answered("a", FREE)), [ask(ToolChoice::Auto)]);
}

#[test]
fn an_interruption_keeps_what_was_heard_and_stands_in_for_what_runs_on() {
    let mut talk = talk();
    run(&mut talk, user("book it"));
    run(&mut talk, text("I book it now."));
    run(&mut talk, ended(&["a"]));
    assert_eq!(run(&mut talk, Happened::Interrupted { unheard: 8 }), [Step::End(TurnEnd::Interrupted)]);
    run(&mut talk, user("wait"));
    let told = messages(&talk);
    assert_eq!(told[1]["content"], "I book…");
    assert!(told[2]["content"].as_str().unwrap().contains("still running"));
    // The truth comes when it is there.
    assert_eq!(run(&mut talk, answered("a", NONE)), []);
    run(&mut talk, text("Fine."));
    run(&mut talk, ended(&[]));
    run(&mut talk, user("so?"));
    assert!(messages(&talk).iter().any(|message| message["role"] == "system"
        && message["content"].as_str().unwrap().contains("{\"ok\":\"a\"}")));
}

#[test]
fn an_interruption_in_the_middle_of_the_answer_drops_it() {
    let mut talk = talk();
    run(&mut talk, user("x"));
    run(&mut talk, text("Well, let me see"));
    let steps = run(&mut talk, Happened::Interrupted { unheard: 10 });
    assert_eq!(steps, [Step::Stop, Step::End(TurnEnd::Interrupted)]);
    assert_eq!(messages(&talk)[1]["content"], "Well,…");
    assert_eq!(run(&mut talk, ended(&["a"])), []);
}

#[test]
fn the_result_of_an_async_call_is_waited_for_where_the_tool_says_so() {
    let mut talk = Talk::new(3, ToolChoice::Auto);
    run(&mut talk, user("x"));
    run(&mut talk, ended(&["a"]));
    run(&mut talk, Happened::MayCallTools(false));
    let started = Reply { may_speak: true, may_call_tools: false };
    assert_eq!(run(&mut talk, answered("a", started)), [ask(ToolChoice::None)]);
    run(&mut talk, text("Started."));
    assert_eq!(run(&mut talk, ended(&[])), [Step::EndOfText]);
    assert_eq!(run(&mut talk, late("a", FREE)), []);
    assert_eq!(run(&mut talk, Happened::MayCallTools(true)), [ask(ToolChoice::Auto)]);
    let last = messages(&talk).pop().unwrap();
    assert_eq!(last["role"], "system");
}

#[test]
fn a_failure_ends_the_turn_and_keeps_what_was_said() {
    let mut talk = talk();
    run(&mut talk, user("x"));
    run(&mut talk, text("Well"));
    let steps = run(&mut talk, Happened::Failed(ModelError::TimedOut));
    assert_eq!(steps, [Step::EndOfText, Step::End(TurnEnd::Failed(ModelError::TimedOut))]);
    assert_eq!(messages(&talk)[1]["content"], "Well");
}

fn any_happened() -> impl Strategy<Value = Happened> {
    let id = "[a-c]";
    let reply = (any::<bool>(), any::<bool>())
        .prop_map(|(may_speak, may_call_tools)| Reply { may_speak, may_call_tools });
    prop_oneof![
        "[a-z]{0,4}".prop_map(Happened::User),
        "[a-z.]{1,6}".prop_map(Happened::Text),
        prop::collection::vec(id, 0..3).prop_map(|ids| {
            let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
            ended(&ids)
        }),
        (id, reply.clone()).prop_map(|(id, reply)| answered(&id, reply)),
        (id, reply).prop_map(|(id, reply)| late(&id, reply)),
        any::<bool>().prop_map(Happened::MayCallTools),
        (0_usize..20).prop_map(|unheard| Happened::Interrupted { unheard }),
        Just(Happened::Failed(ModelError::TimedOut)),
        Just(Happened::Ended { finish: Finish::Length, calls: Vec::new() }),
    ]
}

proptest! {
    /// Whatever happens, a request never has a tool call without its answer, or an answer without its call, and the
    /// model is asked a bounded number of times in a turn.
    #[test]
    fn requests_are_always_well_formed(happened in prop::collection::vec(any_happened(), 0..60)) {
        let mut talk = talk();
        let mut asked = 0;
        for happened in happened {
            if matches!(happened, Happened::User(_)) {
                asked = 0;
            }
            let mut calls = 0;
            for step in run(&mut talk, happened) {
                calls += usize::from(matches!(step, Step::Call(_)));
                if matches!(step, Step::Ask { .. }) {
                    asked += 1;
                    prop_assert_eq!(calls, 0);
                    check_request(&messages(&talk))?;
                }
            }
            prop_assert!(asked <= 3, "asked {asked} times");
        }
    }
}

fn check_request(messages: &[Value]) -> Result<(), TestCaseError> {
    let mut wanted: Vec<Value> = Vec::new();
    for message in messages {
        if message["role"] == "tool" {
            prop_assert!(!wanted.is_empty());
            prop_assert_eq!(&wanted.remove(0), &message["tool_call_id"]);
            continue;
        }
        prop_assert!(wanted.is_empty(), "{message} comes before an answer");
        let calls = message["tool_calls"].as_array().into_iter().flatten();
        wanted = calls.map(|call| call["id"].clone()).collect();
    }
    prop_assert!(wanted.is_empty());
    Ok(())
}
