//! Running a simulation against a server.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};

use super::check;
use super::file::{Simulation, Turn};
use crate::api::{Api, segment};
use crate::error::CliError;
use crate::turns::TurnStream;

/// What became of a simulation.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// Its name.
    pub(crate) name: String,
    /// Its file.
    pub(crate) file: String,
    /// Its turns, and what was true at the end.
    pub(crate) parts: Vec<Part>,
    /// The session, for whoever wants to look closer.
    pub(crate) session: String,
    /// How long it took.
    pub(crate) took: Duration,
}

/// A turn, or the end.
#[derive(Debug)]
pub(crate) struct Part {
    /// What the user said, or `at the end`.
    pub(crate) name: String,
    /// What happened.
    pub(crate) events: Vec<Value>,
    /// What was expected and did not happen.
    pub(crate) failures: Vec<String>,
    /// How long it took.
    pub(crate) took: Duration,
}

impl Outcome {
    /// Whether everything was as expected.
    pub(crate) fn passed(&self) -> bool {
        self.parts.iter().all(|part| part.failures.is_empty())
    }
}

/// Runs it to its end.
pub(crate) async fn run(api: &mut Api, simulation: &Simulation) -> Result<Outcome, CliError> {
    let started = Instant::now();
    let session = start(api, simulation).await?;
    let mut parts = Vec::new();
    let played = play(api, simulation, &session, &mut parts).await;
    // It is over, whatever came of it.
    let ended = api.post(&format!("/v1/sessions/{}/end", segment(&session)), &json!({})).await;
    played?;
    let last = at_the_end(api, simulation, &session, &ended?.value).await?;
    parts.extend(last);
    Ok(Outcome {
        name: simulation.simulation.clone(),
        file: simulation.file.display().to_string(),
        parts,
        session,
        took: started.elapsed(),
    })
}

async fn start(api: &mut Api, simulation: &Simulation) -> Result<String, CliError> {
    let mut body = json!({"variables": simulation.variables, "tools": simulation.tools,
        "metadata": {"simulation": simulation.simulation}});
    if let Some(agent) = &simulation.agent {
        body["agent_id"] = api.agent(agent).await?.id.into();
    }
    for (name, value) in [("from", &simulation.from), ("to", &simulation.to)] {
        if let Some(value) = value {
            body[name] = value.as_str().into();
        }
    }
    if !simulation.live {
        let mocks: BTreeMap<&String, Vec<Value>> =
            simulation.mocks.iter().map(|(name, answers)| (name, answers.list())).collect();
        body["mocks"] = json!(mocks);
    }
    let session = api.post("/v1/sessions", &body).await?.value;
    Ok(session["id"].as_str().unwrap_or_default().to_owned())
}

async fn play(
    api: &mut Api,
    simulation: &Simulation,
    session: &str,
    parts: &mut Vec<Part>,
) -> Result<(), CliError> {
    for turn in &simulation.turns {
        let started = Instant::now();
        let mut stream = TurnStream::open(api, &segment(session), &request(simulation, turn)).await?;
        let mut events = Vec::new();
        while let Some(event) = stream.next().await? {
            events.push(event);
        }
        let failures = check::turn(turn.expect.as_ref(), &events);
        parts.push(Part { name: turn.user.clone(), events, failures, took: started.elapsed() });
    }
    Ok(())
}

fn request(simulation: &Simulation, turn: &Turn) -> Value {
    let mut body = json!({"text": turn.user, "ms_per_character": simulation.ms_per_character,
        "repeat_calls": turn.repeat_calls});
    if let Some(after) = turn.interrupt_after_ms {
        body["interrupt_after_ms"] = after.into();
    }
    if let Some(steps) = &turn.agent {
        let script = steps.iter().map(|step| {
            let calls = step.calls.iter();
            let calls = calls.map(|call| json!({"name": call.tool, "arguments": call.arguments}));
            json!({"say": step.say, "calls": calls.collect::<Vec<_>>()})
        });
        body["script"] = script.collect();
    }
    body
}

/// All executions of the session, oldest first, with their details.
pub(super) async fn executions(api: &mut Api, session: &str) -> Result<Vec<Value>, CliError> {
    let mut all = Vec::new();
    let mut cursor = String::new();
    loop {
        let path =
            format!("/v1/executions?session_id={}&include=details&limit=200{cursor}", segment(session));
        let page = api.get(&path).await?.value;
        all.extend(page["data"].as_array().cloned().unwrap_or_default());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={}", segment(next)),
            None => break,
        }
    }
    all.reverse();
    Ok(all)
}

async fn at_the_end(
    api: &mut Api,
    simulation: &Simulation,
    session: &str,
    ended: &Value,
) -> Result<Option<Part>, CliError> {
    let Some(expect) = &simulation.expect else { return Ok(None) };
    let started = Instant::now();
    let executions = executions(api, session).await?;
    let variables = ended["variables"].as_object().cloned().unwrap_or_else(Map::new);
    let failures = check::at_the_end(expect, &executions, &Value::Object(variables));
    let name = "at the end".to_owned();
    Ok(Some(Part { name, events: Vec::new(), failures, took: started.elapsed() }))
}
