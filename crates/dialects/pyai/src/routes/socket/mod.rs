//! The Omni socket: who may open it, the session that it opens, and the talk on it.

mod admission;
mod call_side;
mod heard;
mod talk;
mod tokens;
mod told;
mod tools;

use axum::extract::State;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::response::Response;
use hookswitch_api::{Socket, SurfaceState, bounded};
use hookswitch_engine::SessionStart;
use hookswitch_model::agent::Agent;
use hookswitch_model::session::Channel;
use hookswitch_model::{AgentId, Scope};
use hookswitch_registry::RegistryError;
use http::{HeaderMap, HeaderValue, Uri};
use serde_json::{Map, Value};

use super::{Answer, Failed};
use crate::PyaiState;
use crate::wire::socket::connect::{Door, chosen, query};
use crate::wire::trouble::{INVALID_REQUEST, Trouble};

pub(crate) use tokens::TokensInUse;

/// The prompt of this session alone.
const PERSONA: &str = "x-pyai-persona";
/// The voice of this session alone.
const VOICE: &str = "x-pyai-voice";

type Upgrade = Result<WebSocketUpgrade, WebSocketUpgradeRejection>;

/// `GET /v1/omni`
pub(super) async fn omni(state: State<PyaiState>, uri: Uri, headers: HeaderMap, upgrade: Upgrade) -> Answer {
    open(state, &uri, &headers, upgrade, Door::Omni).await
}

/// `GET /v1/realtime`
pub(super) async fn realtime(
    state: State<PyaiState>,
    uri: Uri,
    headers: HeaderMap,
    upgrade: Upgrade,
) -> Answer {
    open(state, &uri, &headers, upgrade, Door::Realtime).await
}

/// `GET /v2/omni/chat`
pub(super) async fn chat(state: State<PyaiState>, uri: Uri, headers: HeaderMap, upgrade: Upgrade) -> Answer {
    open(state, &uri, &headers, upgrade, Door::Chat).await
}

async fn open(
    State(state): State<PyaiState>,
    uri: &Uri,
    headers: &HeaderMap,
    upgrade: Upgrade,
    door: Door,
) -> Answer {
    let query = query(uri.query().unwrap_or_default(), door)?;
    let admitted = admission::admit(&state, headers, query.credential.as_deref()).await?;
    let mut upgrade = upgrade
        .map_err(|_| Trouble::new(INVALID_REQUEST, "This path is a WebSocket of version 13").of_gateway())?;
    let label = admitted.label.clone().or(query.label);
    let agent = profile(&state, admitted.scope, label.as_deref()).await?;
    let mut system = Map::new();
    if let Some(label) = label {
        system.insert("session_label".to_owned(), Value::from(label));
    }
    let start = SessionStart {
        agent: agent.as_ref().map(|agent| agent.id),
        project: Some(agent.as_ref().map_or(admitted.project, |agent| agent.project)),
        channel: Channel::Text,
        system,
        ..SessionStart::default()
    };
    let session = state.engine().start_session(admitted.scope, admitted.project, start).await?;
    if let Some(protocol) = chosen(&admission::offered(headers))
        && let Ok(value) = HeaderValue::from_str(protocol)
    {
        upgrade.set_selected_protocol(value);
    }
    let text = |name: &str| headers.get(name).and_then(|value| std::str::from_utf8(value.as_bytes()).ok());
    let setup = talk::Setup {
        rate: query.rate,
        persona: text(PERSONA).map(str::to_owned),
        voice: text(VOICE).map(str::to_owned),
        greeting: agent.as_ref().and_then(|agent| agent.draft.greeting.clone()),
        agent,
    };
    let id = session.id;
    let response: Response = bounded(upgrade).on_upgrade(move |socket| async move {
        let scope = admitted.scope;
        match talk::Talk::join(&state, admitted, id, setup).await {
            Ok(talk) => Box::pin(talk.hold(Socket::new(socket))).await,
            Err(error) => {
                tracing::warn!(session = %id, %error, "a socket could not join its session");
                let closing = hookswitch_api::Closing { code: 1011, reason: "internal error" };
                Socket::new(socket).close(closing).await;
                // It is idle, and ends as idle sessions do.
                let _ = state.engine().end_session(scope, id).await;
            }
        }
    });
    Ok(response)
}

/// The agent that a label names; any other label is no more than one.
async fn profile(state: &PyaiState, scope: Scope, label: Option<&str>) -> Result<Option<Agent>, Failed> {
    let Some(id) = label.and_then(|label| label.parse::<AgentId>().ok()) else { return Ok(None) };
    match state.registry().get_agent(scope, id).await {
        Ok(agent) => Ok(Some(agent)),
        Err(RegistryError::NotFound(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}
