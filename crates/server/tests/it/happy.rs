//! The thin path: a tool, a session, a call, its record.

use hookswitch_testkit::{Reply, TestServer as Upstream};
use serde_json::json;

use crate::support::Setup;

#[tokio::test]
async fn a_tool_runs_in_a_session() {
    let upstream = Upstream::start(|_| Reply::json(r#"{"booking":"b_1"}"#)).await;
    let server = Setup::reaching(&[upstream.allow_entry()]).start().await;
    let admin = server.admin();
    let tool = json!({"name": "book", "description": "Books.", "kind": "webhook",
        "webhook": {"url": upstream.url("/book"), "method": "POST"},
        "parameters": [{"name": "date", "schema": {"type": "string"}, "required": true}]});
    let tool = admin.post("/v1/tools", tool).await.expect(201);
    let id = tool["id"].as_str().unwrap();
    let shown = admin.get(&format!("/v1/tools/{id}")).await.expect(200);
    assert_eq!(shown["name"], "book");
    let session = admin.post("/v1/sessions", json!({"tools": ["book"]})).await.expect(201);
    let session = session["id"].as_str().unwrap();
    let call = json!({"name": "book", "arguments": {"date": "2026-12-01"}});
    let answer = admin.post(&format!("/v1/sessions/{session}/calls"), call).await.expect(200);
    assert_eq!(answer["outcome"], "done", "{answer}");
    assert_eq!(answer["result"], json!({"booking": "b_1"}));
    let execution = answer["execution_id"].as_str().unwrap();
    let record = admin.get(&format!("/v1/executions/{execution}")).await.expect(200);
    assert_eq!(record["outcome"], "done");
    assert_eq!(upstream.requests().len(), 1);
    server.stop().await;
}
