//! The same on the command line.

use std::process::{Command, Output};

use hookswitch_testkit::Reply;
use serde_json::{Value, json};

use crate::house::printed;
use crate::place::{Place, verify};
use crate::server::KEY;

fn run(place: &Place, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_hookswitch"))
        .args(arguments)
        .env_clear()
        .env("HOOKSWITCH_URL", place.address())
        .env("HOOKSWITCH_KEY", KEY)
        .output()
        .unwrap()
}

fn json_of(place: &Place, arguments: &[&str]) -> Value {
    let mut all = arguments.to_vec();
    all.push("--json");
    serde_json::from_str(&printed(&run(place, &all))).unwrap()
}

#[tokio::test]
async fn webhooks_and_summaries_on_the_command_line() {
    let place = Place::open(|_| Reply::ok("{}"), "").await;
    let url = place.events.url("/events");
    let made = json_of(&place, &["event-webhooks", "create", &url, "--event", "session.ended"]);
    let id = made["id"].as_str().unwrap();
    assert_eq!(made["event_types"], json!(["session.ended"]));
    place.make_tools().await;
    let session = place.session(json!({})).await;
    place.call(&session, "book_table", "monday").await;
    place.end(&session).await;
    let requests = place.told(1).await;
    verify(made["signing_secret"].as_str().unwrap(), &requests);
    let path = format!("/v1/event-webhooks/{id}/deliveries");
    let listed = place.until(&path, |list| list["data"][0]["status"] == "delivered").await;
    let event = listed["data"][0]["event_id"].as_str().unwrap();
    let table = printed(&run(&place, &["event-webhooks", "deliveries", id, "--status", "delivered"]));
    assert!(table.contains(event), "{table}");
    printed(&run(&place, &["event-webhooks", "redeliver", id, event]));
    place.told(2).await;
    let changed = json_of(&place, &["event-webhooks", "update", id, "--disable", "--all-events"]);
    assert_eq!((&changed["enabled"], &changed["event_types"]), (&json!(false), &json!([])));
    let nothing = run(&place, &["event-webhooks", "update", id]);
    assert!(!nothing.status.success());
    let secret = printed(&run(&place, &["event-webhooks", "rotate-secret", id, "--quiet"]));
    assert!(secret.starts_with("whsec_"), "{secret}");
    let list = printed(&run(&place, &["event-webhooks", "list"]));
    assert!(list.contains(id) && list.contains(&url), "{list}");
    let summary = printed(&run(&place, &["sessions", "summary", &session]));
    assert!(summary.contains("book_table") && summary.contains("tool calls"), "{summary}");
    printed(&run(&place, &["event-webhooks", "delete", id, "--yes"]));
    assert_eq!(json_of(&place, &["event-webhooks", "list"])["data"], json!([]));
}
