//! The conversations of a server.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use hookswitch_engine::{Engine, EngineError, Position, SessionView};
use hookswitch_model::agent::Agent;
use hookswitch_model::brain::BrainDraft;
use hookswitch_model::{Scope, SessionId};
use hookswitch_registry::RegistryError;
use parking_lot::Mutex;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::call_side::CallSide;
use crate::client::Endpoint;
use crate::driver::{TurnParts, run_turn};
use crate::error::ModelError;
use crate::events::{TimedEvent, TurnEvent};
use crate::live::LiveConversation;
use crate::model::{Model, ScriptedAnswer};
use crate::prompt;
use crate::stage::Stage;
use crate::turn::{Happened, Talk};

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
    #[error("the text of a turn has 1 to {MOST_TEXT} bytes")]
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
    /// What the user says.
    pub text: String,
    /// Answers that stand in for a model.
    pub script: Option<Vec<ScriptedAnswer>>,
    /// Simulated playback time of a character.
    pub pace: Duration,
    /// The user cuts the agent short after this.
    pub interrupt_after: Option<Duration>,
    /// Each tool call is made twice.
    pub repeat_calls: bool,
    /// The agent speaks without a word of the user: `text` may be empty.
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

/// Something that the conversation goes on with, without a word of the user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Context {
    /// What the model is to know.
    System(String),
    /// A fixed text that the agent has said: its greeting.
    Said(String),
}

impl From<Context> for Happened {
    fn from(context: Context) -> Self {
        match context {
            Context::System(text) => Self::Context(text),
            Context::Said(text) => Self::Said(text),
        }
    }
}

/// A conversation as it is kept between turns.
#[derive(Debug)]
struct Mind {
    state: Arc<tokio::sync::Mutex<Option<MindState>>>,
    interrupt: CancellationToken,
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
    id: SessionId,
    model: Model,
    settings: BrainDraft,
    /// The conversation, where this is its first turn.
    fresh: MindState,
}

impl Turn {
    async fn run(
        self,
        engine: &Engine,
        state: &mut Option<MindState>,
        request: TurnRequest,
        interrupt: CancellationToken,
        out: mpsc::Sender<TimedEvent>,
    ) -> Result<(), EngineError> {
        let heard = state.as_ref().and_then(|mind| mind.heard);
        let prompt = request.prompt.is_some().then(|| self.fresh.stage.prompt.clone());
        if request.forget {
            *state = None;
        }
        let mind = state.get_or_insert(self.fresh);
        if let Some(prompt) = prompt {
            mind.stage.prompt = prompt;
        }
        for context in request.context {
            mind.talk.on(context.into(), &mut Vec::new());
        }
        let conversation = LiveConversation::join(engine, self.scope, self.id, heard).await?;
        let mut conversation = conversation.with_call(request.call);
        mind.talk.set_limits(self.settings.max_rounds, self.settings.tool_choice);
        mind.stage.set_tools(conversation.tools());
        let parts = TurnParts {
            talk: &mut mind.talk,
            stage: &mut mind.stage,
            conversation: &mut conversation,
            model: self.model,
            pace: request.pace,
            interrupt,
            interrupt_after: request.interrupt_after,
            repeat_calls: request.repeat_calls,
            out,
        };
        if !request.text.is_empty() {
            engine.note_transcript(self.scope, self.id, "user", &request.text).await?;
        }
        let ran = run_turn(parts, request.text).await;
        mind.heard = Some(conversation.position());
        let heard = ran?;
        match engine.note_transcript(self.scope, self.id, "agent", &heard).await {
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
        if request.text.is_empty() && !request.unprompted || request.text.len() > MOST_TEXT {
            return Err(BrainError::TextLength);
        }
        let session = self.engine.get_session(scope, id).await?;
        if session.ended_at.is_some() {
            return Err(EngineError::SessionEnded.into());
        }
        let registry = self.engine.registry();
        let agent = match session.agent {
            Some(agent) => Some(registry.get_agent(scope, agent).await?),
            None => None,
        };
        let settings = agent.as_ref().and_then(|agent| agent.draft.brain.clone());
        let model = match (request.script.take(), &settings) {
            (Some(script), _) => Model::Script(VecDeque::from(script)),
            (None, Some(settings)) => {
                let endpoint = self.endpoint(scope, settings.clone()).await?;
                Model::Endpoint(Box::new(endpoint))
            }
            (None, None) => return Err(BrainError::NoBrain),
        };
        let settings = settings.unwrap_or_else(|| BrainDraft::new("", ""));
        let fresh = self.fresh(scope, &session, agent.as_ref(), &settings, request.prompt.as_deref()).await?;
        let turn = Turn { scope, id, model, settings, fresh };
        let (state, interrupt) = self.take_turn(id);
        let (out, events) = mpsc::channel(BACKLOG);
        let engine = self.engine.clone();
        tokio::spawn(async move {
            let mut state = state.lock().await;
            let ran = turn.run(&engine, &mut state, request, interrupt, out.clone()).await;
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
            mind.interrupt.cancel();
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

    /// A conversation that begins.
    async fn fresh(
        &self,
        scope: Scope,
        session: &SessionView,
        agent: Option<&Agent>,
        settings: &BrainDraft,
        prompt: Option<&str>,
    ) -> Result<MindState, BrainError> {
        let values = self.engine.session_values(scope, session.id).await?;
        let prompt = prompt.or_else(|| agent.and_then(|agent| agent.draft.prompt.as_deref()));
        let prompt = prompt.map(|text| prompt::fill(text, &values.variables, &values.system));
        let name = agent.map(|agent| agent.draft.name.as_str().to_owned()).unwrap_or_default();
        let stage = Stage::new(name, prompt, settings.schemas, &session.tools);
        let talk = Talk::new(settings.max_rounds, settings.tool_choice);
        Ok(MindState { talk, stage, heard: None })
    }

    /// The conversation of a session; a turn of it that is under way is cut short.
    fn take_turn(&self, id: SessionId) -> (Arc<tokio::sync::Mutex<Option<MindState>>>, CancellationToken) {
        let mut minds = self.minds.lock();
        if minds.len() >= MOST_MINDS && !minds.contains_key(&id) {
            let oldest = minds.iter().min_by_key(|(_, mind)| mind.last_used).map(|(id, _)| *id);
            oldest.map(|oldest| minds.remove(&oldest));
        }
        let interrupt = CancellationToken::new();
        let mind = minds.entry(id).or_insert_with(|| Mind {
            state: Arc::default(),
            interrupt: CancellationToken::new(),
            last_used: Instant::now(),
        });
        mind.last_used = Instant::now();
        std::mem::replace(&mut mind.interrupt, interrupt.clone()).cancel();
        (Arc::clone(&mind.state), interrupt)
    }
}
