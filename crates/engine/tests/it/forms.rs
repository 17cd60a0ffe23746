//! What definitions of every dialect are made of: fixed values with variables, two signatures, project secrets, function
//! names, answers kept and explained.

use hookswitch_model::session::Channel;
use hookswitch_model::{Dialect, Outcome, ToolId};
use hookswitch_testkit::{Reply, TestServer};
use serde_json::{Value, json};

use hookswitch_engine::{EngineError, EngineSettings, SessionStart, StartTool};

use crate::house::House;

async fn start(
    house: &House,
    tools: &[ToolId],
    channel: Channel,
    system: Value,
) -> hookswitch_engine::SessionView {
    let tools = tools.iter().map(|tool| StartTool { tool: *tool, config: serde_json::Map::new() }).collect();
    let system = system.as_object().unwrap().clone();
    let start = SessionStart { tools, channel, system, ..SessionStart::default() };
    house.engine.start_session(house.scope, house.project, start).await.unwrap()
}

#[tokio::test]
async fn fixed_values_hold_variables_and_may_belong_to_phone_calls_alone() {
    let upstream = TestServer::answering("{}").await;
    let folder = tempfile::tempdir().unwrap();
    let house = House::open(folder.path(), &upstream).await;
    let call_info =
        json!({"id": "conv_{{system.session_uuid}}", "from": "{{system.from}}", "sid": "{{system.sid}}"});
    let tool = house
        .tool(json!({"name": "t", "kind": "webhook", "webhook": {"url": upstream.url("/x"), "method": "POST"},
            "parameters": [
                {"name": "date", "schema": {"type": "string"}, "place": "body"},
                {"name": "call_info", "source": {"template": {"value": call_info, "only_on": "phone"}}, "place": "body"},
                {"name": "number", "source": {"system": "session_number"}, "place": "query"},
                {"name": "name", "source": {"template": {"value": "{{system.tool}}/{{system.function}}"}}, "place": "query"}
            ]}))
        .await;
    for channel in [Channel::Text, Channel::Phone] {
        let session = start(&house, &[tool], channel, json!({"from": "+15550100"})).await;
        let answer = house.call(session.id, "t", json!({"date": "d"})).await;
        assert_eq!(answer.outcome, Some(Outcome::Done), "{}", answer.told);
        let requests = upstream.requests();
        let sent: Value = serde_json::from_slice(&requests.last().unwrap().body).unwrap();
        let expected = match channel {
            Channel::Phone => json!({"id": format!("conv_{}", session.id.uuid()), "from": "+15550100"}),
            _ => Value::Null,
        };
        assert_eq!(sent, json!({"date": "d", "call_info": expected}));
        let target = &requests.last().unwrap().target;
        assert!(target.starts_with("/x?number=") && target.ends_with("&name=t%2Ft"), "{target}");
    }
}

#[tokio::test]
async fn a_project_signs_and_a_second_signature_goes_along() {
    let upstream = TestServer::answering("{}").await;
    let folder = tempfile::tempdir().unwrap();
    let house = House::open(folder.path(), &upstream).await;
    let tool = house
        .tool(json!({"name": "t", "kind": "webhook", "webhook": {"url": upstream.url("/x"), "method": "POST",
            "body": {"a": 1}, "signature": "project", "timestamped_signature": "X-Signed"}}))
        .await;
    let session = house.session(&[tool]).await;
    assert_eq!(house.call(session, "t", json!({})).await.outcome, Some(Outcome::Done));
    let request = &upstream.requests()[0];
    let secrets =
        house.engine.registry().open_project_signing_secrets(house.scope, house.project).await.unwrap();
    let secret = secrecy::ExposeSecret::expose_secret(&secrets[0]);
    let parsed = hookswitch_egress::signing::WebhookSecret::parse(secret).unwrap();
    let (id, timestamp) =
        (request.header("webhook-id").unwrap(), request.header("webhook-timestamp").unwrap());
    let timestamp: i64 = timestamp.parse().unwrap();
    let expected = hookswitch_egress::signing::sign(id, timestamp, &request.body, &[&parsed]).unwrap();
    assert_eq!(request.header("webhook-signature").unwrap(), expected);
    let expected =
        hookswitch_egress::signing::sign_timestamped(timestamp, &request.body, [secret].into_iter());
    assert_eq!(request.header("x-signed").unwrap(), expected);
}

#[tokio::test]
async fn functions_have_names_of_their_own_that_are_made_unique() {
    let upstream = TestServer::answering("{}").await;
    let folder = tempfile::tempdir().unwrap();
    let house = House::open(folder.path(), &upstream).await;
    let mut tools = Vec::new();
    for (name, function) in [
        ("a", json!({"name": "look up!", "description": "for the model"})),
        ("b", json!({"name": "look_up_"})),
        ("c", json!({"name": "look up?", "suffix": "tool_number"})),
    ] {
        let draft = json!({"name": name, "description": "for people", "kind": "context", "context": {"text": name},
            "function": function});
        tools.push(house.tool(draft).await);
    }
    let session = start(&house, &tools, Channel::Text, json!({})).await;
    let seen: Vec<(&str, &str)> =
        session.tools.iter().map(|tool| (tool.function.as_str(), tool.description.as_str())).collect();
    let third = house.engine.registry().get_tool(house.scope, tools[2]).await.unwrap();
    let third = format!("look_up__{}", third.number);
    let expected =
        [("look_up_", "for the model"), ("look_up__2", "for people"), (third.as_str(), "for people")];
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn an_answer_is_kept_whole_and_explained() {
    let upstream = TestServer::start(|request| {
        Reply::json(if request.target.starts_with("/first") { r#"{"id":7,"more":[1]}"# } else { "{}" })
    })
    .await;
    let folder = tempfile::tempdir().unwrap();
    let house = House::open(folder.path(), &upstream).await;
    let first = house
        .tool(json!({"name": "first", "kind": "webhook", "webhook": {"url": upstream.url("/first")},
            "extract": {"order": "$.id"}, "answer_variable": "data",
            "answer_context": ["Order {{vars.order}} of {{input.who}}, {{vars.data.more}}."]}))
        .await;
    let second = house
        .tool(json!({"name": "second", "kind": "webhook", "webhook": {"url": upstream.url("/second"),
            "query": {"order": "{{vars.order}}", "data": "{{vars.data.id}}"}}}))
        .await;
    let session = house.session(&[first, second]).await;
    let answer = house.call(session, "first", json!({"who": "Ada"})).await;
    // What is kept is set by the time that the texts are filled.
    assert_eq!(*answer.told, json!({"order": 7, "_context": ["Order 7 of Ada, [1]."]}));
    house.call(session, "second", json!({})).await;
    assert_eq!(upstream.requests()[1].target, "/second?order=7&data=7");
}

#[tokio::test]
async fn a_dialect_has_a_ceiling_of_its_own() {
    let upstream = TestServer::start(|_| Reply::json("{}").after(std::time::Duration::from_secs(30))).await;
    let folder = tempfile::tempdir().unwrap();
    let mut settings = EngineSettings::default();
    settings.dialect_ceilings.insert(Dialect::Native, std::time::Duration::from_millis(150));
    let house = House::with(folder.path(), &upstream, settings).await;
    let tool = house
        .tool(json!({"name": "t", "kind": "webhook", "timeout_ms": 20_000, "webhook": {"url": upstream.url("/x")}}))
        .await;
    let session = house.session(&[tool]).await;
    let answer = house.call(session, "t", json!({})).await;
    assert_eq!(*answer.told, json!({"error": "tool timed out"}));
}

#[tokio::test]
async fn a_disabled_agent_starts_no_session() {
    let upstream = TestServer::answering("{}").await;
    let folder = tempfile::tempdir().unwrap();
    let house = House::open(folder.path(), &upstream).await;
    let name = hookswitch_model::name::AgentName::parse("desk").unwrap();
    let draft = hookswitch_model::agent::AgentDraft {
        disabled: true,
        ..hookswitch_model::agent::AgentDraft::new(name)
    };
    let agent = house.engine.registry().create_agent(house.scope, house.project, draft).await.unwrap();
    let start = SessionStart { agent: Some(agent.id), ..SessionStart::default() };
    let error = house.engine.start_session(house.scope, house.project, start).await.unwrap_err();
    assert!(matches!(error, EngineError::Registry(_) | EngineError::Invalid(_)), "{error:?}");
}
