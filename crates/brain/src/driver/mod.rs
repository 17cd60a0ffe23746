//! One turn, driven: the machine of the conversation, the model, the session and the simulated voice, all in one task.

mod orders;
mod voice;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use hookswitch_engine::{CallInput, EngineError, SpeechReport};
use hookswitch_model::brain::ToolChoice;
use serde_json::{Value, json};
use tokio::sync::{Notify, mpsc};
use tokio::time::{Instant, sleep_until, timeout};

use crate::client::Delta;
use crate::conversation::{Conversation, Order, Report};
use crate::error::ModelError;
use crate::events::{TimedEvent, TurnEvent};
use crate::message::{Message, ToolCall};
use crate::model::{Answering, Model};
use crate::playback::Playback;
use crate::stage::Stage;
use crate::turn::{Happened, Reply, Step, Talk, TurnEnd};

/// Longest turn: the longest budget of a tool call and what is said around it.
const LONGEST_TURN: Duration = Duration::from_hours(2);

/// How long the answers of calls that ran on are looked for before the next turn begins; they may be running still.
const PATIENCE: Duration = Duration::from_millis(100);

/// What a turn is made of.
#[derive(Debug)]
pub struct TurnParts<'t, C> {
    /// The conversation so far; goes on with what this turn adds.
    pub talk: &'t mut Talk,
    /// The agent that is on stage; another one after a hand-over.
    pub stage: &'t mut Stage,
    /// The session.
    pub conversation: &'t mut C,
    /// Who answers.
    pub model: Model,
    /// Simulated playback time of a character; zero: everything is heard at once.
    pub pace: Duration,
    /// Told when the user cuts the agent short.
    pub interrupt: Arc<Notify>,
    /// The user cuts the agent short so long after the turn's begin.
    pub interrupt_after: Option<Duration>,
    /// Each tool call is made twice, as a runtime does that lost the first answer.
    pub repeat_calls: bool,
    /// Where events go. Whoever hangs up cuts the agent short.
    pub out: mpsc::Sender<TimedEvent>,
}

/// How a turn begins.
#[derive(Debug)]
pub enum Said {
    /// The user says something.
    ByUser(String),
    /// The agent greets.
    ByAgent(String),
    /// The model is asked without a word of the user.
    Unprompted,
    /// Nobody says anything: the greeting was said before.
    Nothing,
}

/// What the model does at the moment.
enum Thinking {
    Nothing,
    Asking(BoxFuture<'static, Result<Answering, ModelError>>),
    Answering(Answering),
}

/// A turn under way.
struct Driver<'t, C> {
    parts: TurnParts<'t, C>,
    started: Instant,
    thinking: Thinking,
    playback: Playback,
    may_interrupt: bool,
    end: Option<TurnEnd>,
    heard: String,
    /// Function names of the calls of this turn.
    names: HashMap<String, String>,
    /// Calls that the session did not take.
    untaken: Vec<String>,
}

/// Runs a turn of the user to its end; the last event says how it ended. Gives what of the agent's words was heard.
pub async fn run_turn<C: Conversation>(parts: TurnParts<'_, C>, said: Said) -> Result<String, EngineError> {
    let mut driver = Driver {
        playback: Playback::new(parts.pace),
        parts,
        started: Instant::now(),
        thinking: Thinking::Nothing,
        may_interrupt: true,
        end: None,
        heard: String::new(),
        names: HashMap::new(),
        untaken: Vec::new(),
    };
    let run = Box::pin(driver.run(said));
    match timeout(LONGEST_TURN, run).await {
        Ok(ran) => ran?,
        Err(_) => driver.end = Some(TurnEnd::Failed(ModelError::TimedOut)),
    }
    Ok(driver.say_goodbye().await)
}

/// What woke the driver.
enum Woken {
    Order(Option<Order>),
    Model(Result<Option<Delta>, ModelError>),
    Begun(Result<Answering, ModelError>),
    Playback,
    Interrupt,
}

impl<C: Conversation> Driver<'_, C> {
    async fn run(&mut self, said: Said) -> Result<(), EngineError> {
        self.catch_up().await?;
        match said {
            Said::ByUser(text) => {
                self.report(SpeechReport::UserTurn).await?;
                self.happen(Happened::User(text)).await?;
            }
            Said::Unprompted => {
                self.report(SpeechReport::UserTurn).await?;
                self.happen(Happened::User(String::new())).await?;
            }
            Said::ByAgent(greeting) => {
                self.happen(Happened::Said(greeting.clone())).await?;
                self.playback.say(&greeting);
                self.tell(TurnEvent::Text { text: greeting }).await;
                self.end = Some(TurnEnd::Done);
            }
            Said::Nothing => self.end = Some(TurnEnd::Silent),
        }
        loop {
            while let Some(id) = self.untaken.pop() {
                let told =
                    json!({"error": "the call can't be made: its name or id is too long", "done": false});
                let reply = Reply { may_speak: true, may_call_tools: true };
                self.happen(Happened::Answered { id, told, reply }).await?;
            }
            self.play().await?;
            if self.end.is_some() && !self.playback.is_busy() {
                return Ok(());
            }
            match self.wait().await {
                Woken::Order(Some(order)) => self.obey(order).await?,
                Woken::Order(None) => {
                    self.end.get_or_insert(TurnEnd::Silent);
                    return Ok(());
                }
                Woken::Begun(Ok(answering)) => self.thinking = Thinking::Answering(answering),
                Woken::Begun(Err(error)) | Woken::Model(Err(error)) => {
                    self.thinking = Thinking::Nothing;
                    self.happen(Happened::Failed(error)).await?;
                }
                Woken::Model(Ok(None)) => self.thinking = Thinking::Nothing,
                Woken::Model(Ok(Some(delta))) => self.take(delta).await?,
                Woken::Playback => {}
                Woken::Interrupt => self.interrupt().await?,
            }
        }
    }

    /// Hears what came of calls that ran on after an earlier turn: the model is to know it when it is asked.
    async fn catch_up(&mut self) -> Result<(), EngineError> {
        while self.parts.talk.awaits_results() {
            match timeout(PATIENCE, self.parts.conversation.next()).await {
                Ok(Some(order)) => self.obey(order).await?,
                Ok(None) | Err(_) => break,
            }
        }
        Ok(())
    }

    async fn wait(&mut self) -> Woken {
        let next_change = self.playback.next_change().map(|change| self.started + change);
        let cut_at = self.parts.interrupt_after.map(|after| self.started + after);
        let TurnParts { conversation, interrupt, out, .. } = &mut self.parts;
        let thinking = &mut self.thinking;
        tokio::select! {
            biased;
            order = conversation.next() => Woken::Order(order),
            () = interrupt.notified() => Woken::Interrupt,
            () = until(cut_at) => Woken::Interrupt,
            () = out.closed() => Woken::Interrupt,
            () = until(next_change) => Woken::Playback,
            woken = think(thinking) => woken,
        }
    }

    async fn take(&mut self, delta: Delta) -> Result<(), EngineError> {
        match delta {
            Delta::Text(text) => self.happen(Happened::Text(text)).await,
            Delta::Ended { finish, mut calls } => {
                for call in calls.iter_mut().filter(|call| call.id.is_empty()) {
                    call.id = format!("call_{}", hookswitch_model::ExecutionId::generate().uuid().simple());
                }
                self.happen(Happened::Ended { finish, calls }).await
            }
        }
    }

    /// Gives the machine what happened and does what it wants done.
    async fn happen(&mut self, happened: Happened) -> Result<(), EngineError> {
        let mut steps = Vec::new();
        self.parts.talk.on(happened, &mut steps);
        for step in steps {
            match step {
                Step::Ask { choice } => self.ask(choice),
                Step::Say(text) => {
                    self.playback.push(&text);
                    self.tell(TurnEvent::Text { text }).await;
                    self.play().await?;
                }
                Step::EndOfText => {
                    self.playback.flush();
                    self.play().await?;
                }
                Step::Call(call) => self.call(call).await?,
                Step::Stop => self.thinking = Thinking::Nothing,
                Step::End(end) => self.end = Some(end),
            }
        }
        Ok(())
    }

    fn ask(&mut self, choice: ToolChoice) {
        let prompt = self.parts.stage.prompt.clone().map(Message::System);
        let messages = prompt.into_iter().chain(self.parts.talk.history().messages().cloned()).collect();
        self.end = None;
        let functions = self.parts.stage.functions();
        self.thinking = Thinking::Asking(self.parts.model.ask(messages, functions, choice));
    }

    async fn call(&mut self, call: ToolCall) -> Result<(), EngineError> {
        let shown =
            serde_json::from_str(&call.arguments).unwrap_or_else(|_| Value::from(call.arguments.as_str()));
        let event =
            TurnEvent::Call { tool_call_id: call.id.clone(), name: call.name.clone(), arguments: shown };
        self.tell(event).await;
        let id = call.id.clone();
        self.names.insert(id.clone(), call.name.clone());
        let input = CallInput {
            arguments: self.parts.stage.arguments(&call.name, call.arguments),
            tool_call_id: Some(call.id),
            name: call.name,
            idempotency_key: None,
            confirmation: None,
            traceparent: None,
        };
        if self.parts.repeat_calls {
            let again = input.tool_call_id.as_ref().map(|id| format!("{id}_again"));
            let again = CallInput { tool_call_id: again, ..input.clone() };
            self.parts.conversation.send(Report::Call(input)).await?;
            return self.parts.conversation.send(Report::Call(again)).await;
        }
        match self.parts.conversation.send(Report::Call(input)).await {
            Err(EngineError::Invalid(_)) => {
                self.untaken.push(id);
                Ok(())
            }
            sent => sent,
        }
    }

    async fn tell(&mut self, event: TurnEvent) {
        let at_ms = (self.started.elapsed().as_secs_f64() * 100_000.0).round() / 100.0;
        // Whoever hung up is noticed by `closed`.
        let _ = self.parts.out.send(TimedEvent { at_ms, event }).await;
    }

    /// Tells how it ended; gives what was heard.
    async fn say_goodbye(&mut self) -> String {
        let left = self.parts.model.left();
        if left > 0 {
            let message = format!("{left} answers of the script were not asked for");
            self.tell(TurnEvent::Warning { code: "script_left".to_owned(), message }).await;
        }
        let end = self.end.take().unwrap_or(TurnEnd::Done);
        let (code, message) = match &end {
            TurnEnd::Failed(error) => (Some(error.code().to_owned()), Some(error.to_string())),
            _ => (None, None),
        };
        let heard = std::mem::take(&mut self.heard).trim().to_owned();
        let reason = end.as_str().to_owned();
        self.tell(TurnEvent::End { reason, heard: heard.clone(), code, message }).await;
        heard
    }
}

async fn until(moment: Option<Instant>) {
    match moment {
        Some(moment) => sleep_until(moment).await,
        None => std::future::pending().await,
    }
}

async fn think(thinking: &mut Thinking) -> Woken {
    match thinking {
        Thinking::Nothing => std::future::pending().await,
        Thinking::Asking(asking) => Woken::Begun(asking.await),
        Thinking::Answering(answering) => Woken::Model(answering.next().await),
    }
}
