//! One client of the load: it starts sessions, asks for acts, repeats itself on purpose and by accident, and writes
//! down every answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value, json};

use crate::api::{Answer, Api, Ask, Door};
use crate::dice::Dice;
use crate::tools::{Act, Tool};

/// An answer to a tool call.
#[derive(Debug, Clone)]
pub(crate) struct Given {
    pub(crate) act: Act,
    pub(crate) execution: String,
    pub(crate) outcome: String,
    pub(crate) result: Value,
    pub(crate) replayed: bool,
    pub(crate) joined: bool,
    pub(crate) code: Option<String>,
}

impl Given {
    pub(crate) fn read(act: &Act, body: &Value) -> Self {
        let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
        let truth = |name: &str| body[name].as_bool().unwrap_or_default();
        Self {
            act: act.clone(),
            execution: text("execution_id"),
            outcome: text("outcome"),
            result: body["result"].clone(),
            replayed: truth("replayed"),
            joined: truth("joined"),
            code: body["code"].as_str().map(str::to_owned),
        }
    }

    /// Whether the call was not sent because another act of its tool is unknown.
    fn is_held_for_another(&self) -> bool {
        self.code.as_deref() == Some("unknown_before") && self.result.to_string().contains("an earlier call")
    }
}

/// What a client remembers.
#[derive(Debug, Default)]
pub(crate) struct Diary {
    pub(crate) sessions: Vec<String>,
    pub(crate) given: Vec<Given>,
    /// Requests whose connection broke.
    pub(crate) lost: u64,
    /// Answers that no client should get.
    pub(crate) strange: Vec<String>,
}

/// A client.
pub(crate) struct Client {
    number: u64,
    dice: Dice,
    /// As many as it asks at once.
    apis: [Api; 3],
    stop: Arc<AtomicBool>,
    /// Whether some requests carry an `Idempotency-Key`.
    uses_keys: bool,
    asked: u64,
    diary: Diary,
}

impl Client {
    pub(crate) fn new(
        number: u64,
        seed: u64,
        uses_keys: bool,
        door: &Arc<Door>,
        stop: &Arc<AtomicBool>,
    ) -> Self {
        let dice = Dice::of(seed, &format!("client {number}"));
        let apis = [Api::new(door), Api::new(door), Api::new(door)];
        Self { number, dice, apis, stop: Arc::clone(stop), uses_keys, asked: 0, diary: Diary::default() }
    }

    /// Session after session until it is told to stop.
    pub(crate) async fn run(mut self) -> Diary {
        while !self.stop.load(Ordering::Relaxed) {
            self.converse().await;
        }
        self.diary.lost = self.apis.iter().map(|api| api.lost).sum();
        self.diary
    }

    async fn converse(&mut self) {
        let Some(session) = self.start_session().await else { return };
        let mut past: Vec<Act> = Vec::new();
        for _ in 0..self.dice.pick(4..=14) {
            if self.stop.load(Ordering::Relaxed) {
                return;
            }
            match self.dice.pick(1..=100) {
                1..=35 => past.push(self.ask_for(&session, Tool::Act).await),
                36..=50 => past.push(self.ask_for(&session, Tool::Put).await),
                51..=60 => drop(self.ask_for(&session, Tool::Look).await),
                61..=75 => past.push(self.ask_twice_at_once(&session).await),
                76..=85 => past.extend(self.ask_for_three(&session).await),
                _ if past.is_empty() => {}
                _ => {
                    let at = self.dice.pick(0..=past.len() as u64 - 1);
                    let act = past[usize::try_from(at).unwrap()].clone();
                    self.ask_again(&act).await;
                }
            }
        }
        match self.dice.pick(1..=100) {
            1..=30 => self.end(&session).await,
            31..=45 => self.end_in_the_middle(&session).await,
            _ => {}
        }
    }

    async fn start_session(&mut self) -> Option<String> {
        let body = json!({"tools": Tool::ALL.map(Tool::name)});
        let key = self.fresh("s");
        let mut ask = Ask::post("/v1/sessions", body);
        if self.uses_keys {
            ask = ask.keyed(key);
        }
        let answer = self.apis[0].send(&ask).await;
        if answer.status != 201 {
            self.diary.strange.push(format!("a session: {} {}", answer.status, answer.body));
            return None;
        }
        let session = answer.body["id"].as_str()?.to_owned();
        self.diary.sessions.push(session.clone());
        Some(session)
    }

    /// Asks for a new act; what was known not to have happened, or was held for another, now and then again.
    async fn ask_for(&mut self, session: &str, tool: Tool) -> Act {
        let act = Act::new(session, tool, self.fresh("a"));
        self.ask_again(&act).await;
        for _ in 0..2 {
            let Some(last) = self.diary.given.last().filter(|given| given.act == act) else { break };
            let is_open = last.outcome == "failed" || last.is_held_for_another();
            if !is_open || self.dice.percent(30) {
                break;
            }
            self.ask_again(&act).await;
        }
        act
    }

    /// One tool call. A lost one is sent again as it was: by its `tool_call_id`, some also by an `Idempotency-Key`.
    async fn ask_again(&mut self, act: &Act) {
        let ask = self.call(act);
        let answer = self.apis[0].send(&ask).await;
        self.note(act, &answer);
    }

    /// The same act in two tool calls at the same time.
    async fn ask_twice_at_once(&mut self, session: &str) -> Act {
        let tool = if self.dice.percent(70) { Tool::Act } else { Tool::Put };
        let act = Act::new(session, tool, self.fresh("a"));
        let asks = [self.call(&act), self.call(&act)];
        let [first, second, _] = &mut self.apis;
        let answers = tokio::join!(first.send(&asks[0]), second.send(&asks[1]));
        self.note(&act, &answers.0);
        self.note(&act, &answers.1);
        act
    }

    /// Three acts at the same time.
    async fn ask_for_three(&mut self, session: &str) -> [Act; 3] {
        let acts = [Tool::Act, Tool::Put, Tool::Act].map(|tool| Act::new(session, tool, self.fresh("a")));
        let asks = [self.call(&acts[0]), self.call(&acts[1]), self.call(&acts[2])];
        let [first, second, third] = &mut self.apis;
        let answers = tokio::join!(first.send(&asks[0]), second.send(&asks[1]), third.send(&asks[2]));
        self.note(&acts[0], &answers.0);
        self.note(&acts[1], &answers.1);
        self.note(&acts[2], &answers.2);
        acts
    }

    async fn end(&mut self, session: &str) {
        let answer = self.apis[0].send(&Ask::post(format!("/v1/sessions/{session}/end"), json!({}))).await;
        if answer.status != 200 {
            self.diary.strange.push(format!("an end: {} {}", answer.status, answer.body));
        }
    }

    /// Ends the session while an action is under way.
    async fn end_in_the_middle(&mut self, session: &str) {
        let act = Act::new(session, Tool::Act, self.fresh("a"));
        let call = self.call(&act);
        let end = Ask::post(format!("/v1/sessions/{session}/end"), json!({}));
        let [first, second, _] = &mut self.apis;
        let (answer, _) = tokio::join!(first.send(&call), second.send(&end));
        // It may have been too late for the call.
        if answer.code() != "session_ended" {
            self.note(&act, &answer);
        }
    }

    fn call(&mut self, act: &Act) -> Ask {
        let ask = act.ask(&self.fresh("t"));
        if self.dice.percent(15) && self.uses_keys { ask.keyed(self.fresh("k")) } else { ask }
    }

    fn note(&mut self, act: &Act, answer: &Answer) {
        let given = Given::read(act, &answer.body);
        let is_whole = !given.outcome.is_empty() && !given.execution.is_empty() && !given.result.is_null();
        if answer.status == 200 && is_whole {
            self.diary.given.push(given);
        } else {
            self.diary.strange.push(format!("{act:?}: {} {}", answer.status, answer.body));
        }
    }

    fn fresh(&mut self, kind: &str) -> String {
        self.asked += 1;
        format!("{kind}{}-{}", self.number, self.asked)
    }
}
