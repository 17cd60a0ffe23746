//! The end of a session: in time, with everything recorded, and summed up.

use hookswitch_testkit::{RecordedRequest, Reply};
use hyper::Method;
use serde_json::{Value, json};

use crate::place::{Place, body_of};

#[tokio::test]
async fn a_summary_tells_what_a_session_came_to() {
    let place = Place::open(|_| Reply::ok("{}"), "").await;
    place.make_tools().await;
    let session = place.session(json!({})).await;
    let path = format!("/v1/sessions/{session}");
    for report in ["user_turn", "agent_speech_started", "agent_speech_finished", "interrupted", "user_turn"] {
        let body = json!({"report": report});
        let answer = place.send(Method::POST, &format!("{path}/reports"), Some(&body)).await;
        assert!(answer.status < 300, "{report}: {} {}", answer.status, answer.body);
    }
    place.call(&session, "book_table", "monday").await;
    place.call(&session, "find_table", "monday").await;
    place.call(&session, "no_such_tool", "monday").await;
    let running = place.get(&format!("{path}/summary")).await;
    assert_eq!(running["session"]["status"], "active");
    place.end(&session).await;
    let summary = place.get(&format!("{path}/summary")).await;
    assert_eq!(
        (&summary["session"]["status"], &summary["session"]["end_reason"]),
        (&json!("ended"), &json!("ended"))
    );
    let outcomes = &summary["outcomes"];
    assert_eq!(
        (&outcomes["calls"], &outcomes["done"], &outcomes["refused"], &outcomes["running"]),
        (&json!(3), &json!(2), &json!(1), &json!(0))
    );
    let speech = &summary["speech"];
    assert_eq!(
        (&speech["user_turns"], &speech["agent_speeches"], &speech["interruptions"]),
        (&json!(2), &json!(1), &json!(1))
    );
    let executions = summary["executions"]["data"].as_array().unwrap();
    assert_eq!(executions.len(), 3);
    assert!(
        executions
            .iter()
            .any(|one| one["arguments"] == json!({"day": "monday"}) && one["response_status"] == 200)
    );
    let page = place.get(&format!("{path}/summary?limit=2")).await;
    let cursor = page["executions"]["next_cursor"].as_str().unwrap();
    let rest = place.get(&format!("{path}/summary?limit=2&cursor={cursor}")).await;
    assert_eq!(rest["executions"]["data"].as_array().unwrap().len(), 1);
    let absent = place.send(Method::GET, "/v1/sessions/sess_00000000000000000000000000/summary", None).await;
    assert_eq!(absent.status, 404);
}

#[tokio::test]
async fn a_session_ends_when_its_time_is_over() {
    let place = Place::open(|_| Reply::ok("{}"), "").await;
    place.webhook(json!({"event_types": ["session.ended"]})).await;
    place.make_tools().await;
    let session = place.session(json!({"max_duration_s": 1})).await;
    let told = place.told(1).await;
    let body = body_of(&told[0]);
    assert_eq!(
        (&body["data"]["session_id"], &body["data"]["details"]["reason"]),
        (&json!(session), &json!("too_long"))
    );
    let late = json!({"name": "book_table", "arguments": {}});
    let refused = place.send(Method::POST, &format!("/v1/sessions/{session}/calls"), Some(&late)).await;
    assert_eq!((refused.status, &refused.body["code"]), (409, &json!("session_ended")));
}

#[tokio::test]
async fn a_session_whose_time_ran_out_while_no_server_ran_ends_with_the_next() {
    let mut place = Place::open(|_| Reply::ok("{}"), "").await;
    place.make_tools().await;
    let session = place.session(json!({"max_duration_s": 1})).await;
    place.kill();
    tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
    place.start();
    let path = "/v1/sessions?active=false";
    let ended = place.until(path, |list| list["data"].as_array().is_some_and(|data| !data.is_empty())).await;
    assert_eq!(
        (&ended["data"][0]["id"], &ended["data"][0]["end_reason"]),
        (&json!(session), &json!("too_long"))
    );
}

/// An action runs on over the end of its session and the server is killed: nobody loads the session again, and its
/// record says `unknown` all the same.
#[tokio::test]
async fn what_ran_over_the_end_is_recorded_after_a_kill() {
    let script = |request: &RecordedRequest| {
        if request.target == "/slow" { Reply::silence() } else { Reply::ok("{}") }
    };
    let mut place = Place::open(script, "").await;
    place.make_tools().await;
    let tool = json!({"name": "slow", "description": "d", "effect": "action", "kind": "webhook", "timeout_ms": 600_000,
        "webhook": {"method": "POST", "url": place.events.url("/slow")}});
    place.post("/v1/tools", tool).await;
    let session = place.session(json!({"tools": ["slow"]})).await;
    let calls = format!("/v1/sessions/{session}/calls");
    let body = json!({"name": "slow", "arguments": {}});
    let end = async {
        place.told(1).await;
        place.end(&session).await;
    };
    let (answer, ()) = tokio::join!(place.send(Method::POST, &calls, Some(&body)), end);
    assert_eq!(answer.body["outcome"], "unknown", "{}", answer.body);
    place.kill();
    place.start();
    let path = format!("/v1/executions?session_id={session}");
    let list = place.until(&path, |list| list["data"][0]["outcome"] == "unknown").await;
    assert!(list["data"][0]["ended_at"].is_string());
    let summary = place.get(&format!("/v1/sessions/{session}/summary")).await;
    assert_eq!(
        (&summary["outcomes"]["unknown"], &summary["outcomes"]["running"]),
        (&Value::from(1), &Value::from(0))
    );
}
