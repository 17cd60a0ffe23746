//! Statistics and logs (burki: 3.9).

use std::sync::Arc;

use hookswitch_testkit::Reply;
use serde_json::{Value, json};

use crate::house::{House, texts};

#[tokio::test]
async fn executions_are_listed_by_tool_assistant_and_call() {
    let house = House::answering(|request| match request.target.as_str() {
        "/fail" => Reply::status(500, "no"),
        "/slow" => Reply::silence(),
        "/gone" => Reply::reset(),
        _ => Reply::json(r#"{"ok":true}"#),
    })
    .await;
    let assistant = house.assistant("a").await;
    for (name, timeout) in [("ok", 5.0), ("fail", 5.0), ("slow", 0.2), ("gone", 5.0)] {
        let configuration = json!({"url": house.url(&format!("/{name}")), "timeout_seconds": timeout});
        let mut body = crate::house::endpoint(name, configuration, texts(&[]));
        body["retry_attempts"] = json!(0);
        house.post("/api/v1/tools", body).await.expect(200);
    }
    for tool in 1..=4 {
        house.assign(tool, assistant).await;
    }
    let session = house.session(assistant).await;
    let call = house.registry().store().get_session(house.scope, session).await.unwrap().number;
    for name in ["ok", "fail", "slow", "gone"] {
        house.call(session, name, json!({})).await;
    }
    house.call(session, "ok", json!({"unexpected": [1, {}]})).await;
    house.engine.flush().await.unwrap();
    let all = house.get(&format!("/api/calls/{call}/tool-executions")).await.expect(200);
    let logs = all["logs"].as_array().unwrap();
    let statuses: Vec<&str> = logs.iter().map(|log| log["status"].as_str().unwrap()).collect();
    assert_eq!(statuses, ["success", "error", "timeout", "error", "success"]);
    let members: Vec<&String> = logs[0].as_object().unwrap().keys().collect();
    assert_eq!(
        members,
        [
            "id",
            "tool_id",
            "assistant_id",
            "call_id",
            "status",
            "duration_ms",
            "started_at",
            "completed_at",
            "error_message",
            "retry_count"
        ]
    );
    assert_eq!(
        (&logs[3]["tool_id"], &logs[3]["assistant_id"], &logs[3]["call_id"]),
        (&json!(2), &json!(assistant), &json!(call))
    );
    assert_eq!(logs[1]["error_message"], "Connection error: reset");
    assert_eq!(logs[3]["error_message"], "HTTP 500: Internal Server Error");
    let house = &house;
    let of =
        |path: String| async move { house.get(&path).await.expect(200)["logs"].as_array().unwrap().len() };
    assert_eq!(of("/api/organization/tools/1/logs".to_owned()).await, 2);
    assert_eq!(of(format!("/api/assistants/{assistant}/tool-executions?tool_id=1")).await, 2);
    assert_eq!(of(format!("/api/assistants/{assistant}/tool-executions?status=timeout")).await, 1);
    assert_eq!(of(format!("/api/assistants/{assistant}/tool-executions?status=error")).await, 2);
    assert_eq!(of(format!("/api/assistants/{assistant}/tool-executions?limit=2")).await, 2);
}

#[tokio::test]
async fn details_are_shown_on_demand_and_logs_outlive_tools() {
    let house = House::new().await;
    let (tool, session) = house.ready("t", json!({"url": house.url("/x")}), texts(&["id"])).await;
    house.call(session, "t", json!({"id": "7"})).await;
    house.engine.flush().await.unwrap();
    let logs = house.get(&format!("/api/organization/tools/{tool}/logs?include=details")).await.expect(200);
    let log = &logs["logs"][0];
    assert_eq!((&log["parameters"], &log["outcome"]), (&json!({"id": "7"}), &json!("done")));
    assert_eq!((&log["result"], &log["model_result"]), (&json!({"ok": true}), &json!({"ok": true})));
    assert_eq!(log["attempts"].as_array().unwrap().len(), 1);
    let shown = house.get(&format!("/api/organization/tools/{tool}")).await.expect(200)["tool"].clone();
    assert_eq!((&shown["success_count"], &shown["assignment_count"]), (&json!(1), &json!(1)));
    assert_eq!(shown["recent_executions"][0]["id"], log["id"]);
    assert!(shown["avg_execution_time"].as_f64().unwrap() > 0.0);
    house.delete(&format!("/api/v1/tools/{tool}?force=true")).await.expect(200);
    let kept = house.get("/api/assistants/1/tool-executions").await.expect(200);
    assert_eq!((&kept["logs"][0]["tool_id"], &kept["logs"][0]["status"]), (&Value::Null, &json!("success")));
    assert_eq!(house.get("/api/calls/99/tool-executions").await.detail(404), "Call not found");
    assert_eq!(
        house.get(&format!("/api/organization/tools/{tool}/logs")).await.detail(404),
        "Tool not found"
    );
    let wrong = house.get("/api/assistants/1/tool-executions?status=failure&limit=501").await.expect(422);
    assert_eq!(wrong["detail"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_hundred_runs_at_once_are_a_hundred() {
    let house = Arc::new(House::new().await);
    let (tool, session) = house.ready("t", json!({"url": house.url("/x")}), texts(&["id"])).await;
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..100 {
        let house = Arc::clone(&house);
        tasks.spawn(async move { house.call(session, "t", json!({"id": number.to_string()})).await.outcome });
    }
    let done = tasks
        .join_all()
        .await
        .into_iter()
        .filter(|outcome| *outcome == Some(hookswitch_model::Outcome::Done));
    assert_eq!(done.count(), 100);
    house.engine.flush().await.unwrap();
    let shown = house.get(&format!("/api/v1/tools/{tool}")).await.expect(200);
    assert_eq!((&shown["execution_count"], &shown["success_rate"]), (&json!(100), &json!(100.0)));
    let listed = house.get(&format!("/api/v1/tools/{tool}/assignments")).await.expect(200);
    assert_eq!(listed["assignments"][0]["usage_count"], 100);
    assert!(listed["assignments"][0]["last_used_at"].is_string());
    // Refused calls count nowhere.
    house.call(session, "t", json!({})).await;
    house.engine.flush().await.unwrap();
    let logs = house.get(&format!("/api/organization/tools/{tool}/logs?limit=500")).await.expect(200);
    assert_eq!(logs["logs"].as_array().unwrap().len(), 100);
}
