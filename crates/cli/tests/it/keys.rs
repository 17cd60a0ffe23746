//! Keys, secrets, lists.

use hookswitch_cli::Exit;
use hookswitch_testkit::{Reply, TestServer};
use serde_json::{Value, json};

use crate::fake::Fake;
use crate::program::{run, run_with_input};

#[tokio::test]
async fn a_new_key_is_shown_once_and_alone_for_scripts() {
    let key = json!({"id": "key_1", "name": "ci", "mode": "live", "permissions": ["sessions"], "expires_at": null,
        "secret": "hs_live_new"});
    let server = TestServer::start(move |_| Reply::with(201, &[], key.to_string())).await;
    let arguments = ["keys", "create", "ci", "--permission", "sessions", "--permission", "tools:read"];
    let ran = run(&server.url(""), &arguments).await;
    assert_eq!(ran.exit, Exit::Done, "{}", ran.notes);
    insta::assert_snapshot!(ran.out);
    assert!(ran.notes.contains("shown this once"));
    let sent: Value = serde_json::from_slice(&server.requests()[0].body).unwrap();
    assert_eq!(sent, json!({"name": "ci", "permissions": ["sessions", "tools:read"]}));

    let ran = run(&server.url(""), &[&["-q"], &arguments[..]].concat()).await;
    assert_eq!((ran.out.as_str(), ran.notes.as_str()), ("hs_live_new\n", ""));
}

#[tokio::test]
async fn a_secret_comes_from_the_standard_input_and_goes_nowhere_else() {
    let fake = Fake::start().await;
    let ran = run_with_input(&fake.url(), &["secrets", "set", "crm_key"], "sk-1\n").await;
    assert_eq!(ran.exit, Exit::Done, "{}", ran.notes);
    assert_eq!(fake.kept.lock().secrets, [("crm_key".to_owned(), "sk-1".to_owned())]);
    assert!(!format!("{}{}", ran.out, ran.notes).contains("sk-1"));

    let ran = run_with_input(&fake.url(), &["secrets", "set", "crm_key"], "\n").await;
    assert_eq!(ran.exit, Exit::Usage, "an empty value is a mistake");
    let ran = run(&fake.url(), &["secrets", "set", "crm_key", "--from-env", "HOOKSWITCH_TEST_NOT_SET"]).await;
    assert_eq!(ran.exit, Exit::Usage);
}

fn pages() -> impl Fn(&hookswitch_testkit::RecordedRequest) -> Reply {
    |request| {
        let (from, next) = if request.target.contains("cursor=two") { (200, None) } else { (0, Some("two")) };
        let rows: Vec<_> =
            (from..from + 200).map(|n| json!({"id": format!("tool_{n}"), "name": n})).collect();
        Reply::json(&json!({"data": rows, "next_cursor": next}).to_string())
    }
}

#[tokio::test]
async fn long_lists_are_read_page_by_page() {
    let server = TestServer::start(pages()).await;
    let ran = run(&server.url(""), &["tools", "list", "--limit", "1000", "--json"]).await;
    let value: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(value["data"].as_array().unwrap().len(), 400);
    assert_eq!(value["next_cursor"], Value::Null);
}

#[tokio::test]
async fn one_page_is_the_answer_unchanged() {
    let raw = "{\"data\":[{\"n\":1.50,\"id\":\"tool_1\"}], \"next_cursor\":null}";
    let server = TestServer::start(move |_| Reply::json(raw)).await;
    let ran = run(&server.url(""), &["tools", "list", "--json"]).await;
    assert_eq!(ran.out, format!("{raw}\n"));
}

#[tokio::test]
async fn more_rows_than_asked_for_are_announced() {
    let server = TestServer::start(pages()).await;
    let ran = run(&server.url(""), &["tools", "list", "--limit", "200"]).await;
    assert_eq!(ran.out.lines().count(), 201);
    assert!(ran.notes.contains("there are more"));
}
