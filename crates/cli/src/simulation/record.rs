//! A simulation out of a real session: the user's turns, what the agent did, and what its tools answered, as mocks.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::file::{AgentCall, AgentStep, AtTheEnd, ExpectedCall, InTurn, OneOrMany, Simulation, Turn};
use super::run::executions;
use crate::api::{Api, segment};
use crate::error::CliError;

/// Most events of a session that are read.
const MOST_EVENTS: usize = 100_000;

/// Reads a session back as a simulation that expects it to go as it went.
pub(crate) async fn record(api: &mut Api, session: &str) -> Result<Simulation, CliError> {
    let shown = api.get(&format!("/v1/sessions/{}", segment(session))).await?.value;
    let events = events(api, session).await?;
    let executions = executions(api, session).await?;
    let agent = match shown["agent_id"].as_str() {
        Some(id) => Some(api.agent(id).await?.name),
        None => None,
    };
    let turns = turns(&events, &executions);
    if turns.is_empty() {
        return Err(CliError::usage(
            "nothing was said to the built-in brain in this session",
            "record a session that was held with `hookswitch chat` or /v1/sessions/{id}/turns",
        ));
    }
    let tools = if agent.is_some() { Vec::new() } else { tools(&shown) };
    Ok(Simulation {
        simulation: format!("recorded from {session}"),
        agent,
        tools,
        variables: Map::new(),
        from: None,
        to: None,
        ms_per_character: 0,
        live: false,
        mocks: mocks(&executions),
        turns,
        expect: Some(AtTheEnd { sent: sent(&executions), ..AtTheEnd::default() }),
        file: session.into(),
    })
}

async fn events(api: &mut Api, session: &str) -> Result<Vec<Value>, CliError> {
    let mut all: Vec<Value> = Vec::new();
    loop {
        let after = all.last().map_or(0, |event| event["seq"].as_u64().unwrap_or_default());
        let path = format!("/v1/sessions/{}/events?format=json&after={after}", segment(session));
        let page = api.get(&path).await?.value;
        let events = page["data"].as_array().cloned().unwrap_or_default();
        if events.is_empty() || all.len() > MOST_EVENTS {
            return Ok(all);
        }
        all.extend(events);
    }
}

fn tools(shown: &Value) -> Vec<String> {
    let tools = shown["tools"].as_array().into_iter().flatten();
    tools.filter_map(|tool| tool["name"].as_str().map(str::to_owned)).collect()
}

fn turns(events: &[Value], executions: &[Value]) -> Vec<Turn> {
    let mut turns: Vec<Turn> = Vec::new();
    for event in events {
        let data = &event["data"];
        match (event["type"].as_str(), data["role"].as_str()) {
            (Some("transcript"), Some("user")) => turns.push(Turn {
                user: data["text"].as_str().unwrap_or_default().to_owned(),
                agent: Some(Vec::new()),
                interrupt_after_ms: None,
                repeat_calls: false,
                expect: Some(InTurn::default()),
            }),
            (Some("transcript"), _) => {
                let said = data["text"].as_str().unwrap_or_default();
                if let Some(steps) = turns.last_mut().and_then(|turn| turn.agent.as_mut()) {
                    steps.push(AgentStep { say: said.to_owned(), calls: Vec::new() });
                }
            }
            (Some("call.answered"), _) => {
                let Some(turn) = turns.last_mut() else { continue };
                let made = executions.iter().find(|execution| is_of(execution, data));
                let Some(made) = made else { continue };
                let tool = data["tool"].as_str().unwrap_or_default().to_owned();
                let call = AgentCall { tool: tool.clone(), arguments: made["arguments"].clone() };
                if let Some(steps) = &mut turn.agent {
                    steps.push(AgentStep { say: String::new(), calls: vec![call] });
                }
                if let Some(expect) = &mut turn.expect {
                    expect.calls.push(ExpectedCall {
                        tool,
                        arguments: Value::Null,
                        outcome: data["outcome"].as_str().map(str::to_owned),
                        result: Value::Null,
                        code: data["code"].as_str().map(str::to_owned),
                        replayed: data["replayed"].as_bool(),
                    });
                }
            }
            _ => {}
        }
    }
    turns
}

/// The execution of an answer; a replay has none of its own, and is of the one whose answer it gives.
fn is_of(execution: &Value, answered: &Value) -> bool {
    answered["tool"].is_string() && execution["id"] == answered["execution_id"]
}

fn mocks(executions: &[Value]) -> BTreeMap<String, OneOrMany> {
    let mut mocks: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for execution in executions {
        let Some(tool) = execution["tool_name"].as_str() else { continue };
        let attempts = execution["attempts"].as_array().cloned().unwrap_or_default();
        let last = attempts.len().saturating_sub(1);
        for (index, attempt) in attempts.iter().enumerate() {
            let answer = if index == last && attempt["error"].is_null() {
                let status = execution["response_status"].as_u64().unwrap_or(200);
                let mut answer = json!({"result": execution["response"]});
                if status != 200 {
                    answer["status"] = status.into();
                }
                answer
            } else {
                of_attempt(attempt)
            };
            mocks.entry(tool.to_owned()).or_default().push(answer);
        }
    }
    mocks.into_iter().map(|(tool, answers)| (tool, OneOrMany::Many(answers))).collect()
}

/// An attempt that went wrong, as the fault that does the same.
fn of_attempt(attempt: &Value) -> Value {
    let error = attempt["error"].as_str().unwrap_or_default();
    match (attempt["status"].as_u64(), error) {
        (Some(status), _) => json!({"status": status}),
        (None, "timeout") => json!({"fault": "slow"}),
        (None, error) if error.starts_with("connect_") || error.starts_with("dns") => {
            json!({"fault": "unreachable"})
        }
        (None, _) => json!({"fault": "lost_answer"}),
    }
}

fn sent(executions: &[Value]) -> BTreeMap<String, usize> {
    let mut sent: BTreeMap<String, usize> = BTreeMap::new();
    for execution in executions {
        let Some(tool) = execution["tool_name"].as_str() else { continue };
        *sent.entry(tool.to_owned()).or_default() += super::check::sent(execution);
    }
    sent
}
