//! Kills between the commit of an event and the end of its delivery: at least once, under the same id.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use hookswitch_testkit::{RecordedRequest, Reply};
use serde_json::json;

use crate::place::{Place, types_of, verify};

/// A listener that takes the request and never answers, until it is told to.
fn silent_until(answers: Arc<AtomicBool>) -> impl Fn(&RecordedRequest) -> Reply + Send + Sync + 'static {
    move |_| if answers.load(Ordering::SeqCst) { Reply::ok("{}") } else { Reply::silence() }
}

#[tokio::test]
async fn what_was_committed_is_told_after_a_kill_under_the_same_id() {
    let answers = Arc::new(AtomicBool::new(false));
    let mut place = Place::open(silent_until(Arc::clone(&answers)), "").await;
    let webhook = place.webhook(json!({})).await;
    place.make_tools().await;
    let session = place.session(json!({})).await;
    place.call(&session, "book_table", "monday").await;
    place.end(&session).await;
    // The first message has arrived and is not answered: the receiver may have acted on it.
    let first = place.told(1).await[0].clone();
    place.kill();
    answers.store(true, Ordering::SeqCst);
    place.start();
    let requests = place.told(5).await;
    assert_eq!(
        types_of(&requests),
        ["session.started", "session.started", "call.started", "call.answered", "session.ended"]
    );
    assert_eq!(requests[1].header("webhook-id"), first.header("webhook-id"));
    assert_eq!(requests[1].body, first.body);
    verify(webhook["signing_secret"].as_str().unwrap(), &requests);
}

#[tokio::test]
async fn many_kills_lose_nothing_and_keep_the_order_of_each_session() {
    let mut place = Place::open(|_| Reply::ok("{}"), "").await;
    place.webhook(json!({"event_types": ["session.started", "session.ended"]})).await;
    place.make_tools().await;
    let mut sessions = Vec::new();
    for _ in 0..4 {
        for _ in 0..5 {
            let session = place.session(json!({})).await;
            place.end(&session).await;
            sessions.push(session);
        }
        place.kill();
        place.start();
    }
    let list = "/v1/event-webhooks";
    let id = place.get(list).await["data"][0]["id"].as_str().unwrap().to_owned();
    let path = format!("{list}/{id}/deliveries?limit=200");
    let all_done = |list: &serde_json::Value| {
        let data = list["data"].as_array().unwrap();
        data.len() == 40 && data.iter().all(|one| one["status"] == "delivered")
    };
    place.until(&path, all_done).await;
    let requests = place.events.requests();
    for session in sessions {
        let mine: Vec<_> = requests
            .iter()
            .map(crate::place::body_of)
            .filter(|body| body["data"]["session_id"] == json!(session))
            .map(|body| body["data"]["seq"].as_u64().unwrap())
            .collect();
        let mut seen = mine.clone();
        seen.dedup();
        assert_eq!(seen, [1, 2], "each at least once, in order: {mine:?}");
    }
}
