//! Simulations: mocks that never fall through, faults, `hookswitch simulate` with its exit codes and JUnit XML.

use std::path::{Path, PathBuf};

use hookswitch_testkit::{LlmAnswer, Reply};
use serde_json::{Value, json};

use crate::world::World;

fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/examples/simulate")
}

/// A world with the tools and the agent of the examples.
async fn world() -> World {
    let world = World::start(
        |_| Reply::json(r#"{"real":true}"#),
        |chat| match chat.tool_results().as_slice() {
            [] => LlmAnswer::call("a", "book_table", &json!({"day": "2026-12-01"})),
            [booked] => LlmAnswer::say(&format!("It says {booked}.")),
            _ => LlmAnswer::say("?"),
        },
    )
    .await;
    let day =
        json!({"type": "object", "properties": {"day": {"type": "string"}, "people": {"type": "integer"}}});
    world.add_tool("check_tables", json!({"effect": "read", "input_schema": day})).await;
    world.add_tool("book_table", json!({"effect": "action", "input_schema": day})).await;
    world
}

#[tokio::test]
async fn a_simulation_never_reaches_the_tools() {
    let world = world().await;
    let connections = world.receiver.connections();
    let body = json!({"agent_id": world.agent, "mocks": {"book_table": [{"result": {"booking": "B-1"}}]}});
    let session = world.post("/v1/sessions", body).await["id"].as_str().unwrap().to_owned();
    assert_eq!(world.say(&session, "go").await.heard(), r#"It says {"booking":"B-1"}."#);
    let call = json!({"name": "check_tables", "arguments": {"day": "x"}});
    let answer = world.post(&format!("/v1/sessions/{session}/calls"), call).await;
    assert_eq!((&answer["outcome"], &answer["code"]), (&json!("refused"), &json!("no_mock")));
    assert_eq!(answer["result"]["error"], "this tool has no mock in this simulation");
    assert_eq!(world.receiver.connections(), connections);
    // Not in the statistics of the tool, either.
    let executions = world.get(&format!("/v1/executions?session_id={session}")).await;
    assert!(executions["data"].as_array().unwrap().iter().all(|execution| execution["test"] == true));
    let wrong = json!({"agent_id": world.agent, "mocks": {"book_table": []}});
    let refused = world.send(hyper::Method::POST, "/v1/sessions", Some(&wrong)).await;
    assert_eq!(
        (refused.status, &refused.body["errors"][0]["path"]),
        (400, &json!("$.mocks[\"book_table\"]"))
    );
}

#[tokio::test]
async fn faults_do_to_mocks_what_they_do_to_tools() {
    let world = world().await;
    for (answers, tool, outcome, attempts) in [
        (json!([{"fault": "lost_answer"}, {"result": 1}]), "check_tables", "done", 2),
        (json!([{"fault": "lost_answer"}, {"result": 1}]), "book_table", "unknown", 1),
        (json!([{"fault": "half_body"}]), "book_table", "unknown", 1),
        (json!([{"fault": "unreachable"}, {"result": 1}]), "book_table", "done", 2),
        (json!([{"status": 409, "result": {"error": "taken"}}]), "book_table", "failed", 1),
        (json!([{"status": 503}, {"result": 1}]), "check_tables", "done", 2),
    ] {
        let body = json!({"agent_id": world.agent, "mocks": {tool: answers}});
        let session = world.post("/v1/sessions", body).await["id"].as_str().unwrap().to_owned();
        let call = json!({"name": tool, "arguments": {"day": "x"}});
        let answer = world.post(&format!("/v1/sessions/{session}/calls"), call).await;
        assert_eq!(answer["outcome"], outcome, "{answers}: {answer}");
        let id = answer["execution_id"].as_str().unwrap();
        let record = world.get(&format!("/v1/executions/{id}")).await;
        assert_eq!(record["attempts"].as_array().unwrap().len(), attempts, "{answers}: {record}");
    }
}

#[tokio::test]
async fn the_examples_of_the_documentation_pass() {
    let world = world().await;
    let folder = tempfile::tempdir().unwrap();
    let junit = folder.path().join("junit.xml");
    let ran =
        world.run(&["simulate", examples().to_str().unwrap(), "--junit", junit.to_str().unwrap()]).await;
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.out.contains("passed  "), "{ran:?}");
    let xml = std::fs::read_to_string(&junit).unwrap();
    assert!(xml.contains("failures=\"0\"") && xml.contains("<testcase"), "{xml}");
    assert_eq!(world.receiver.requests().len(), 0);
}

#[tokio::test]
async fn what_is_not_as_expected_fails_with_its_reason() {
    let world = world().await;
    let file = "simulation: Wrong\nagent: Bella\nmocks:\n  book_table: {result: {booking: B-1}}\nturns:\n- user: go\n  \
        expect:\n    calls:\n    - tool: book_table\n      outcome: failed\n    says: [nothing]\n";
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("wrong.yaml");
    std::fs::write(&path, file).unwrap();
    let junit = folder.path().join("junit.xml");
    let ran = world.run(&["simulate", path.to_str().unwrap(), "--junit", junit.to_str().unwrap()]).await;
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.out.contains("its outcome was done"), "{ran:?}");
    assert!(ran.out.contains("0 of 1 passed"), "{ran:?}");
    assert!(std::fs::read_to_string(&junit).unwrap().contains("<failure message="));
    std::fs::write(&path, "simulation: x\nturns: []\n").unwrap();
    let ran = world.run(&["simulate", path.to_str().unwrap()]).await;
    assert!(ran.code == 1 && ran.notes.contains("at least one turn"), "{ran:?}");
    let ran = world.run(&["simulate", "x.yaml", "--fault", "book_table=fire"]).await;
    assert_eq!(ran.code, 2, "{ran:?}");
}

#[tokio::test]
async fn a_real_session_is_recorded_and_replayed_with_faults() {
    let world = world().await;
    let session = world.session().await;
    assert_eq!(world.say(&session, "book it").await.heard(), r#"It says {"real":true}."#);
    let ran = world.run(&["simulate", "--record", &session]).await;
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.out.contains("user: book it"), "{}", ran.out);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("recorded.yaml");
    std::fs::write(&file, &ran.out).unwrap();
    let file = file.to_str().unwrap();
    let (asked, received) = (world.model.bodies().len(), world.receiver.requests().len());
    let replayed = world.run(&["simulate", file, "--verbose"]).await;
    assert_eq!(replayed.code, 0, "{replayed:?}\n{}", ran.out);
    for fault in ["book_table=duplicate", "book_table=lost_answer", "book_table=half_body"] {
        let ran = world.run(&["simulate", file, "--fault", fault]).await;
        assert_eq!(ran.code, 0, "{fault}: {ran:?}");
    }
    // Neither the model nor the tool heard of it.
    assert_eq!((world.model.bodies().len(), world.receiver.requests().len()), (asked, received));
    let all: Value = world.get("/v1/sessions?limit=50").await;
    assert!(all["data"].as_array().unwrap().iter().filter(|shown| shown["status"] == "ended").count() >= 4);
}
