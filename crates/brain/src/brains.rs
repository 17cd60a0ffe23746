//! The conversations of a server.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use hookswitch_engine::{Engine, EngineError, Position, SessionView};
use hookswitch_model::brain::BrainDraft;
use hookswitch_model::{Scope, SessionId};
use hookswitch_registry::RegistryError;
use parking_lot::Mutex;
use tokio::sync::{Notify, mpsc};

use crate::call_side::{CallSide, Context};
use crate::client::Endpoint;
use crate::driver::{Said, TurnParts, run_turn};
use crate::error::ModelError;
use crate::events::{TimedEvent, TurnEvent};
use crate::live::LiveConversation;
use crate::model::{Model, ScriptedAnswer};
use crate::prompt;
use crate::recall;
use crate::stage::{Entrance, Stage};
use crate::turn::Talk;

/// Most conversations in memory; the one that was used longest ago is forgotten.
const MOST_MINDS: usize = 2_000;
/// Events that wait to be read.
const BACKLOG: usize = 256;
/// Longest text of a user turn, in bytes.
const MOST_TEXT: usize = 64 * 1024;

/// Why a turn was not taken.
#[derive(Debug, thiserror::Error)]
pub enum BrainError {
    /// The session has no agent with a brain, and the turn brings no script.
    #[error("the session's agent has no brain")]
    NoBrain,
    /// The text is too long.
    #[error("the text of a turn has 1 to {MOST_TEXT} bytes; none only where the agent has a greeting")]
    TextLength,
    /// The secret with the model's key does not exist.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The engine did not take it.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The registry failed.
    #[error(transparent)]
    Registry(#[from] RegistryError),
}

/// A user turn.
#[derive(Debug, Clone, Default)]
pub struct TurnRequest {
    /// What the user says; empty: the agent greets, where nothing has been said yet.
    pub text: String,
    /// Answers that stand in for a model.
    pub script: Option<Vec<ScriptedAnswer>>,
    /// Simulated playback time of a character.
    pub pace: Duration,
    /// The user cuts the agent short after this.
    pub interrupt_after: Option<Duration>,
    /// Each tool call is made twice.
    pub repeat_calls: bool,
    /// The agent speaks without a word of the user: `text` is empty, and the model is asked.
    pub unprompted: bool,
    /// What the conversation so far goes on with, before the user's words.
    pub context: Vec<Context>,
    /// Takes the place of the agent's prompt from this turn on; a template as that is.
    pub prompt: Option<String>,
    /// Forgets the conversation so far.
    pub forget: bool,
    /// Who carries out operations on the call; nobody: they fail.
    pub call: Option<Arc<dyn CallSide>>,
}

/// A conversation as it is kept between turns.
#[derive(Debug)]
struct Mind {
    state: Arc<tokio::sync::Mutex<Option<MindState>>>,
    interrupt: Arc<Notify>,
    last_used: Instant,
}

#[derive(Debug)]
struct MindState {
    talk: Talk,
    stage: Stage,
    /// How far the session has been heard.
    heard: Option<Position>,
}

/// The end of a turn that the session did not let go on.
fn broken_off(error: &EngineError) -> TimedEvent {
    let has_ended = matches!(error, EngineError::SessionEnded);
    let event = TurnEvent::End {
        reason: if has_ended { "session_ended" } else { "failed" }.to_owned(),
        heard: String::new(),
        code: (!has_ended).then(|| "session_lost".to_owned()),
        message: (!has_ended).then(|| error.to_string()),
    };
    TimedEvent { at_ms: 0.0, event }
}

/// A turn that is about to be driven.
struct Turn {
    scope: Scope,
    session: SessionView,
    script: Option<Vec<ScriptedAnswer>>,
    entrance: Entrance,
    /// In place of the agent's own, filled.
    prompt: Option<String>,
}

impl Turn {
    async fn run(
        self,
        brains: &Brains,
        state: &mut Option<MindState>,
        request: TurnRequest,
        interrupt: Arc<Notify>,
        out: mpsc::Sender<TimedEvent>,
    ) -> Result<(), EngineError> {
        let (engine, scope, id) = (&brains.engine, self.scope, self.session.id);
        let Entrance { stage, model, max_rounds, choice, greeting } = self.entrance;
        let model = match (self.script, model) {
            (Some(script), _) => Model::Script(VecDeque::from(script)),
            (None, Some(endpoint)) => Model::Endpoint(Box::new(endpoint)),
            (None, None) => Model::Script(VecDeque::new()),
        };
        let heard = state.as_ref().and_then(|mind| mind.heard);
        if request.forget {
            *state = None;
        }
        let mind = if let Some(mind) = state {
            // Handed over between two turns.
            if mind.stage.agent != stage.agent {
                mind.stage = stage;
            }
            mind
        } else {
            let mut talk = Talk::new(max_rounds, choice);
            if !request.forget {
                recall::recall(engine, scope, id, &mut talk).await?;
            }
            state.insert(MindState { talk, stage, heard })
        };
        if self.prompt.is_some() {
            mind.stage.prompt = self.prompt;
        }
        for context in request.context {
            if let Context::Said(text) = &context {
                engine.note_transcript(scope, id, "agent", text).await?;
            }
            mind.talk.on(context.into(), &mut Vec::new());
        }
        let who = (id, self.session.agent);
        let conversation = LiveConversation::join(brains, scope, who, mind.heard).await?;
        let mut conversation = conversation.with_call(request.call);
        mind.talk.set_limits(max_rounds, choice);
        mind.stage.set_tools(conversation.tools());
        let is_first = mind.talk.history().messages().len() == 0;
        let said = match (request.text, greeting) {
            (text, _) if text.is_empty() && request.unprompted => Said::Unprompted,
            (text, Some(greeting)) if text.is_empty() && is_first => Said::ByAgent(greeting),
            (text, _) if text.is_empty() => Said::Nothing,
            (text, _) => {
                engine.note_transcript(scope, id, "user", &text).await?;
                Said::ByUser(text)
            }
        };
        let parts = TurnParts {
            talk: &mut mind.talk,
            stage: &mut mind.stage,
            conversation: &mut conversation,
            model,
            pace: request.pace,
            interrupt,
            interrupt_after: request.interrupt_after,
            repeat_calls: request.repeat_calls,
            out,
        };
        let ran = run_turn(parts, said).await;
        mind.heard = Some(conversation.position());
        let heard = ran?;
        match engine.note_transcript(scope, id, "agent", &heard).await {
            // Nothing is written after its last event.
            Ok(()) | Err(EngineError::SessionEnded) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

/// The brains of all sessions of a server; cheap to clone.
#[derive(Debug, Clone)]
pub struct Brains {
    engine: Engine,
    minds: Arc<Mutex<HashMap<SessionId, Mind>>>,
}

impl Brains {
    /// Brains for the sessions of an engine.
    pub fn new(engine: Engine) -> Self {
        Self { engine, minds: Arc::default() }
    }

    /// Takes a user turn; its events come out of the channel, the last one is its end. A turn of the same session
    /// that is under way is cut short. Whoever drops the channel cuts this one short.
    pub async fn turn(
        &self,
        scope: Scope,
        id: SessionId,
        mut request: TurnRequest,
    ) -> Result<mpsc::Receiver<TimedEvent>, BrainError> {
        if request.text.len() > MOST_TEXT {
            return Err(BrainError::TextLength);
        }
        let session = self.engine.get_session(scope, id).await?;
        if session.ended_at.is_some() {
            return Err(EngineError::SessionEnded.into());
        }
        let entrance = self.entrance(scope, &session).await?;
        let script = request.script.take();
        if script.is_none() && entrance.model.is_none() {
            return Err(BrainError::NoBrain);
        }
        if request.text.is_empty() && !request.unprompted && entrance.greeting.is_none() {
            return Err(BrainError::TextLength);
        }
        let prompt = match request.prompt.take() {
            Some(text) => Some(self.fill(scope, id, &text).await?),
            None => None,
        };
        let turn = Turn { scope, session, script, entrance, prompt };
        let (state, interrupt) = self.take_turn(id);
        let (out, events) = mpsc::channel(BACKLOG);
        let brains = self.clone();
        tokio::spawn(async move {
            let mut state = state.lock().await;
            if out.is_closed() {
                return;
            }
            let ran = turn.run(&brains, &mut state, request, interrupt, out.clone()).await;
            if let Err(error) = ran {
                tracing::warn!(session = %id, %error, "a turn broke off");
                // Whoever is gone needs no goodbye.
                let _ = out.send(broken_off(&error)).await;
            }
        });
        Ok(events)
    }

    /// Cuts the turn of a session short that is under way, if there is one and it may be.
    pub fn interrupt(&self, id: SessionId) {
        if let Some(mind) = self.minds.lock().get(&id) {
            mind.interrupt.notify_one();
        }
    }

    /// A greeting or another text of an agent, filled with the session's variables as prompts are.
    pub async fn fill(&self, scope: Scope, id: SessionId, text: &str) -> Result<String, EngineError> {
        let values = self.engine.session_values(scope, id).await?;
        Ok(prompt::fill(text, &values.variables, &values.system))
    }

    /// An endpoint with its key opened, for one turn.
    async fn endpoint(&self, scope: Scope, settings: BrainDraft) -> Result<Endpoint, BrainError> {
        let key = match &settings.api_key_secret {
            Some(name) => {
                let key = self.engine.registry().open_secret(scope, name).await?;
                Some(key.ok_or_else(|| ModelError::NoKey(name.as_str().to_owned()))?)
            }
            None => None,
        };
        Ok(Endpoint::new(settings, key, self.engine.egress().clone()))
    }

    /// The agent that a session has now, ready to go on stage.
    pub(crate) async fn entrance(&self, scope: Scope, session: &SessionView) -> Result<Entrance, BrainError> {
        let agent = match session.agent {
            Some(agent) => Some(self.engine.registry().get_agent(scope, agent).await?.draft),
            None => None,
        };
        let values = self.engine.session_values(scope, session.id).await?;
        let fill = |text: &String| prompt::fill(text, &values.variables, &values.system);
        let settings = agent.as_ref().and_then(|agent| agent.brain.clone());
        let model = match &settings {
            Some(settings) => Some(self.endpoint(scope, settings.clone()).await?),
            None => None,
        };
        let settings = settings.unwrap_or_else(|| BrainDraft::new("", ""));
        let prompt = agent.as_ref().and_then(|agent| agent.prompt.as_ref()).map(fill);
        let greeting = agent.as_ref().and_then(|agent| agent.greeting.as_ref()).map(fill);
        let name = agent.map(|agent| agent.name.as_str().to_owned()).unwrap_or_default();
        Ok(Entrance {
            stage: Stage::new(name, prompt, settings.schemas, &session.tools),
            model,
            max_rounds: settings.max_rounds,
            choice: settings.tool_choice,
            greeting: greeting.filter(|text| !text.is_empty()),
        })
    }

    /// The engine whose sessions these are.
    pub(crate) const fn engine(&self) -> &Engine {
        &self.engine
    }

    /// The conversation of a session; a turn of it that is under way is cut short.
    fn take_turn(&self, id: SessionId) -> (Arc<tokio::sync::Mutex<Option<MindState>>>, Arc<Notify>) {
        let mut minds = self.minds.lock();
        if minds.len() >= MOST_MINDS && !minds.contains_key(&id) {
            let oldest = minds.iter().min_by_key(|(_, mind)| mind.last_used).map(|(id, _)| *id);
            oldest.map(|oldest| minds.remove(&oldest));
        }
        let interrupt = Arc::new(Notify::new());
        let mind = minds.entry(id).or_insert_with(|| Mind {
            state: Arc::default(),
            interrupt: Arc::default(),
            last_used: Instant::now(),
        });
        mind.last_used = Instant::now();
        std::mem::replace(&mut mind.interrupt, Arc::clone(&interrupt)).notify_one();
        (Arc::clone(&mind.state), interrupt)
    }
}
