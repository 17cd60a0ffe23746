//! Commands against a real server and a real receiver of webhooks.

use hookswitch_cli::Exit;
use hookswitch_testkit::{Reply, TestServer};
use serde_json::Value;

use crate::house::House;

async fn bookings() -> TestServer {
    TestServer::start(|_| Reply::json("{\"booked\":true,\"number\":7}")).await
}

fn files(receiver: &TestServer) -> String {
    format!(
        "\
tools:
  - name: Book a table
    description: Books a table.
    kind: webhook
    webhook:
      url: {}
      method: POST
      headers:
        Authorization: Bearer sk-very-secret-literal
        X-Crm: \"{{{{secret.crm}}}}\"
    parameters:
      - {{name: date, required: true, schema: {{type: string}}}}
    effect: action
    repeats: never
    config_schema:
      fields:
        - {{key: branch}}
        - {{key: pin, type: secret}}
  - name: house_rules
    kind: context
    context: {{text: No dogs.}}
agents:
  - name: Reception
    prompt: You answer the phone.
    tools:
      - house_rules
      - {{tool: Book a table, config: {{branch: north, pin: pin-very-secret-literal}}}}
",
        receiver.url("/bookings")
    )
}

async fn furnished() -> (House, TestServer, String) {
    let receiver = bookings().await;
    let house = House::reaching(&[receiver.allow_entry()]).await;
    let set = house.run_with(&["secrets", "set", "crm"], "crm-value-very-secret\n").await;
    assert_eq!(set.exit, Exit::Done, "{}", set.notes);
    let text = files(&receiver);
    let ran = house.run_with(&["tools", "apply", "-y", "-f", "-"], &text).await;
    assert_eq!(ran.exit, Exit::Done, "{}{}", ran.out, ran.notes);
    assert!(ran.out.contains("created tool Book a table") && ran.out.contains("whsec_"), "{}", ran.out);
    assert!(!format!("{}{}", ran.out, ran.notes).contains("very-secret"), "{}{}", ran.out, ran.notes);
    (house, receiver, text)
}

#[tokio::test(flavor = "multi_thread")]
async fn applying_twice_is_applying_once() {
    let (house, _receiver, text) = furnished().await;
    let diff = house.run_with(&["tools", "diff", "-f", "-"], &text).await;
    assert_eq!((diff.exit, diff.out.as_str()), (Exit::Done, ""), "{}", diff.notes);
    let ran = house.run_with(&["agents", "apply", "-f", "-"], &text).await;
    assert_eq!(ran.exit, Exit::Done, "{}", ran.notes);
    assert_eq!(ran.out.lines().filter(|line| line.starts_with("unchanged ")).count(), 3, "{}", ran.out);

    let changed = text.replace("Books a table.", "Books a table for two.");
    let ran = house.run_with(&["tools", "apply", "-y", "-f", "-", "--json"], &changed).await;
    let value: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(value["tools"][0]["action"], "changed", "{value}");
    assert_eq!(value["tools"][0]["version"], 2, "{value}");
    assert_eq!(value["tools"][1]["action"], "unchanged", "{value}");
}

#[tokio::test(flavor = "multi_thread")]
async fn mistakes_are_found_with_their_line_and_stop_all() {
    let (house, _receiver, text) = furnished().await;
    let bad = text.replace("/bookings", "/{{nowhere.x}}").replace("effect: action", "effect: actoin");
    let ran = house.run_with(&["tools", "apply", "-y", "-f", "-"], &bad).await;
    assert_eq!(ran.exit, Exit::Failed);
    assert!(ran.notes.contains("error: nothing was written"), "{}", ran.notes);
    assert!(ran.notes.contains("<stdin>:13: error: Book a table $.effect"), "{}", ran.notes);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_in_a_session_is_told_as_a_timeline() {
    let (house, receiver, _) = furnished().await;
    let session =
        house.done(&["-q", "sessions", "start", "--agent", "Reception", "--var", "customer=Ada"]).await;
    let session = session.trim();
    let call = ["tools", "call", "Book a table", "--session", session, "--args", "{\"date\":\"2026-12-01\"}"];
    assert_eq!(house.done(&call).await, "{\n  \"booked\": true,\n  \"number\": 7\n}\n");
    let again = house.run(&call).await;
    assert!(again.notes.starts_with("done, replayed"), "{}", again.notes);
    assert_eq!(receiver.requests().len(), 1, "sent once");
    let refused = house.run(&["tools", "call", "Book a table", "--session", session]).await;
    assert_eq!(refused.exit, Exit::Failed);
    assert!(refused.out.contains("date"), "{}", refused.out);
    house.done(&["sessions", "end", session]).await;

    let timeline = house.done(&["sessions", "tail", session]).await;
    let kinds: Vec<_> = timeline.lines().filter_map(|line| line.split_whitespace().nth(2)).collect();
    assert_eq!(kinds.first(), Some(&"session.started"), "{timeline}");
    assert_eq!(kinds.last(), Some(&"session.ended"), "{timeline}");
    assert_eq!(kinds.iter().filter(|kind| **kind == "call.answered").count(), 3, "{timeline}");
    assert!(timeline.contains("Book_a_table  done"), "{timeline}");
    let late = house.run(&["tools", "call", "Book a table", "--session", session]).await;
    assert_eq!(late.exit, Exit::Conflict, "{}", late.notes);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tool_is_tried_and_looked_back_at() {
    let (house, receiver, _) = furnished().await;
    let test = ["tools", "test", "Book a table", "--args", "{\"date\":\"2026-12-01\"}"];
    let dry = house.run(&[&test[..], &["--dry-run"]].concat()).await;
    assert_eq!(dry.exit, Exit::Done, "{}", dry.notes);
    assert!(dry.out.starts_with(&format!("POST {}\n", receiver.url("/bookings"))), "{}", dry.out);
    assert!(dry.out.contains("\"date\": \"2026-12-01\"") && !dry.out.contains("very-secret"), "{}", dry.out);
    assert_eq!(receiver.requests().len(), 0);
    assert!(house.done(&test).await.contains("answer 200"));
    let sent = receiver.requests().remove(0);
    assert_eq!(sent.header("authorization"), Some("Bearer sk-very-secret-literal"));
    assert_eq!(sent.header("x-crm"), Some("crm-value-very-secret"));

    house.done(&["tools", "call", "Book a table", "--args", "{\"date\":\"2026-12-02\"}"]).await;
    let list = house.done(&["executions", "list", "--tool", "Book a table", "--since", "1h", "--json"]).await;
    let list: Value = serde_json::from_str(&list).unwrap();
    let id = list["data"][0]["id"].as_str().unwrap();
    let shown = house.done(&["executions", "get", id]).await;
    assert!(shown.contains("told to the model") && !shown.contains("very-secret"), "{shown}");
    assert!(house.done(&["tools", "stats", "Book a table"]).await.contains("success rate"));
    let settle = house.run(&["executions", "settle", id, "--outcome", "done"]).await;
    assert_eq!(settle.exit, Exit::Conflict, "{}", settle.notes);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tool_has_a_history() {
    let (house, _receiver, text) = furnished().await;
    let tool = "house_rules";
    let changed = text.replace("No dogs.", "No cats.");
    assert_eq!(house.run_with(&["tools", "apply", "-yf", "-"], &changed).await.exit, Exit::Done);
    assert_eq!(house.done(&["tools", "history", tool]).await.lines().count(), 3);
    let back = house.done(&["tools", "rollback", tool, "1", "-y"]).await;
    assert!(back.contains("-  text: No cats.") && back.contains("+  text: No dogs."), "{back}");
    assert!(house.done(&["tools", "get", tool]).await.contains("No dogs."));
    assert!(house.done(&["tools", "get", tool, "--at", "2", "--definition"]).await.contains("No cats."));
    house.done(&["tools", "disable", tool]).await;
    assert!(house.done(&["tools", "list", "--disabled"]).await.contains(tool));
    house.done(&["tools", "enable", tool]).await;
    house.done(&["agents", "unbind", "Reception", tool]).await;
    house.done(&["agents", "bind", "Reception", tool]).await;
    assert!(house.done(&["agents", "get", "Reception"]).await.contains(tool));
    house.done(&["tools", "delete", tool, "-y"]).await;
    assert_eq!(house.run(&["tools", "get", tool]).await.exit, Exit::NotFound);
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_orgs_projects_and_the_master_key() {
    let (house, _receiver, _) = furnished().await;
    house.done(&["projects", "create", "second"]).await;
    assert!(house.done(&["projects", "list"]).await.contains("second"));
    let arguments = [
        "keys",
        "create",
        "ci",
        "--permission",
        "sessions",
        "--project",
        "second",
        "--expires",
        "1d",
        "--json",
    ];
    let key: Value = serde_json::from_str(&house.done(&arguments).await).unwrap();
    assert!(key["secret"].as_str().unwrap().starts_with("hs_live_"));
    house.done(&["keys", "revoke", key["id"].as_str().unwrap(), "-y"]).await;
    assert!(house.done(&["keys", "list"]).await.contains("REVOKED"));
    assert!(house.done(&["-q", "orgs", "create", "Other", "--mode", "test"]).await.starts_with("hs_test_"));
    assert!(house.done(&["orgs", "list"]).await.contains("Other"));
    assert!(house.done(&["secrets", "list"]).await.contains("crm"));
    house.done(&["master-key", "rotate", "-y"]).await;
    assert!(house.done(&["master-key", "status"]).await.contains("current"));
    house.done(&["secrets", "delete", "crm", "-y"]).await;
    house.done(&["agents", "delete", "Reception", "--yes"]).await;
}
