//! Beginning a conversation by its config, and taking one up after a restart.

use hookswitch_api::SurfaceState;
use hookswitch_engine::{SessionStart, SessionView};
use hookswitch_model::SessionId;
use hookswitch_model::session::Channel;
use serde_json::{Map, Value};

use super::admission::Admitted;
use super::cast::{Tools, find, of_agent, tools};
use super::talk::{Setup, Talk};
use crate::PhonicState;
use crate::routes::Refused;
use crate::wire::ids;
use crate::wire::socket::config::{self, Config};

/// Seconds of silence after which a socket is closed where nobody said.
const SILENCE: u64 = 60;

/// Begins a conversation.
pub(super) async fn begin(
    state: &PhonicState,
    admitted: Admitted,
    body: &Map<String, Value>,
) -> Result<Talk, Refused> {
    let config = config::read(body, "")?;
    let cast = find(state, &admitted, &config).await?;
    let id = SessionId::generate();
    let entries = config.tools.clone().unwrap_or_else(|| of_agent(&cast.shown));
    let made = Box::pin(start(state, &admitted, id, &cast, &config, entries)).await;
    let tools = match made {
        Ok(tools) => tools,
        Err(refused) => {
            // What was made for it is of no use to anybody.
            state.registry().delete_session_tools(admitted.scope, id).await?;
            return Err(refused);
        }
    };
    let setup = setup_of(&config, &cast.shown);
    let mut talk = Talk::join(state, admitted, id, setup, tools).await?;
    talk.set_prompt(config.prompt);
    Ok(talk)
}

async fn start(
    state: &PhonicState,
    admitted: &Admitted,
    id: SessionId,
    cast: &super::cast::Cast,
    config: &Config,
    entries: Vec<crate::wire::socket::tools::Entry>,
) -> Result<Tools, Refused> {
    let found = Box::pin(tools(state, admitted, id, cast, entries, "tools")).await?;
    let external_id = config.external_id.clone().map(|id| ("external_id".to_owned(), Value::from(id)));
    let start = SessionStart {
        agent: cast.agent.as_ref().map(|agent| agent.id),
        project: Some(cast.project.id),
        channel: Channel::Text,
        variables: config.variables.clone(),
        system: Map::from_iter([("conversation_id".to_owned(), Value::from(ids::conversation(id)))]),
        metadata: external_id.into_iter().collect(),
        ..SessionStart::default()
    };
    let engine = state.engine();
    engine.start_session_as(admitted.scope, cast.project.id, id, start).await?;
    if let Err(error) = engine.set_session_tools(admitted.scope, id, &found.start).await {
        engine.end_session(admitted.scope, id).await?;
        return Err(error.into());
    }
    Ok(found)
}

/// Takes up a conversation that this process does not know: it was begun before a restart. What its config said beyond
/// agent and tools is forgotten.
pub(super) async fn take_up(
    state: &PhonicState,
    admitted: Admitted,
    session: &SessionView,
) -> Result<Talk, Refused> {
    let config = Config {
        agent: session.agent.map(ids::agent),
        project: Some(ids::project(session.project)),
        ..Config::default()
    };
    let cast = find(state, &admitted, &config).await?;
    let mut setup = setup_of(&config, &cast.shown);
    setup.welcome = None;
    setup.generates_welcome = false;
    Talk::join(state, admitted, session.id, setup, Tools::default()).await
}

/// What of a config concerns the socket; the agent's own where it is silent.
pub(super) fn setup_of(config: &Config, shown: &Value) -> Setup {
    let text = |name: &str| shown.get(name).and_then(Value::as_str).map(str::to_owned);
    let own_timeout = match shown.get("websocket_timeout_sec") {
        Some(Value::Null) => None,
        Some(seconds) => seconds.as_u64(),
        None => Some(SILENCE),
    };
    let welcome = config.welcome.clone().or_else(|| text("welcome_message"));
    let generates = shown.get("generate_welcome_message").and_then(Value::as_bool);
    Setup {
        config: config.clone(),
        welcome: welcome.filter(|text| !text.is_empty()),
        generates_welcome: config.generates_welcome.or(generates).unwrap_or(false),
        silence: config.timeout_sec.or(own_timeout).map(std::time::Duration::from_secs),
        language: text("default_language").unwrap_or_else(|| "en".to_owned()),
        input_format: config.input_format.clone().or_else(|| text("audio_format")).unwrap_or_default(),
    }
}

/// Looks a config up anew for a conversation that is under way.
pub(super) async fn again(
    state: &PhonicState,
    admitted: Admitted,
    id: SessionId,
    config: &Config,
) -> Result<(Setup, Tools), Refused> {
    let cast = find(state, &admitted, config).await?;
    let entries = config.tools.clone().unwrap_or_else(|| of_agent(&cast.shown));
    let found = Box::pin(tools(state, &admitted, id, &cast, entries, "config.tools")).await?;
    state.engine().set_session_tools(admitted.scope, id, &found.start).await?;
    Ok((setup_of(config, &cast.shown), found))
}

/// Looks tools up anew for a conversation that is under way.
pub(super) async fn other_tools(
    state: &PhonicState,
    admitted: Admitted,
    id: SessionId,
    config: &Config,
    list: &[Value],
) -> Result<Tools, Refused> {
    let mut errors = crate::wire::param_errors::ParamErrors::default();
    let entries = crate::wire::socket::tools::read(list, "tools", &mut errors);
    if !errors.is_empty() {
        return Err(errors.into());
    }
    let cast = find(state, &admitted, config).await?;
    let found = Box::pin(tools(state, &admitted, id, &cast, entries, "tools")).await?;
    state.engine().set_session_tools(admitted.scope, id, &found.start).await?;
    Ok(found)
}
