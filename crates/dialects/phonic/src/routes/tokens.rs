//! Session and conversation tokens: minted here, refused everywhere else on REST.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use hookswitch_api::{ErrorShape, Failure, Sessions, SurfaceState, bearer};
use hookswitch_registry::{AuthError, NewAccessToken, RegistryError};
use secrecy::ExposeSecret;

use super::bodies::Body;
use super::scopes::InProject;
use super::{Allowed, Answer, Refused, ok};
use crate::wire::problem::Problem;
use crate::wire::token as wire;
use crate::{Phonic, PhonicState};

/// Middleware: who comes with a token instead of a key may open conversations and do nothing here.
pub(super) async fn refuse_tokens(
    State(state): State<PhonicState>,
    request: Request,
    next: Next,
) -> Response {
    let Some(token) = bearer(request.headers()).filter(|text| wire::is_token(text)) else {
        return next.run(request).await;
    };
    match state.registry().access_token(token).await {
        Ok(_) => {
            let message = wire::refusal(request.method().as_str(), request.uri().path());
            Refused::from(Problem::new(403, message)).into_response()
        }
        Err(AuthError::Invalid) => Phonic::render(&Failure::Unauthorized),
        Err(AuthError::Store(source)) => Phonic::render(&RegistryError::Store(source).into()),
    }
}

pub(super) async fn session(
    State(state): State<PhonicState>,
    caller: Allowed<Sessions>,
    project: InProject,
    body: Body,
) -> Answer {
    let (registry, scope) = (state.registry(), caller.scope());
    let valid_for = wire::read_session(&body.0.unwrap_or_default())?;
    let project = project.find(registry, scope).await?.id;
    let new = NewAccessToken {
        project,
        agent: None,
        label: None,
        origins: Vec::new(),
        minted_by: caller.key.id,
        valid_for,
    };
    let (token, expires_at) = registry.mint_access_token(scope, wire::SESSION_PREFIX, new).await?;
    ok(&wire::session_answer(token.expose_secret(), expires_at))
}

pub(super) async fn conversation(
    State(state): State<PhonicState>,
    caller: Allowed<Sessions>,
    body: Body,
) -> Answer {
    let (registry, scope) = (state.registry(), caller.scope());
    let (agent, valid_for) = wire::read_conversation(&body.required()?)?;
    let agent = agent.ok_or_else(|| Problem::not_found("agent"))?;
    let agent = registry.get_agent(scope, agent).await?;
    if agent.draft.disabled {
        return Err(Problem::new(409, "Agent is disabled").into());
    }
    let new = NewAccessToken {
        project: agent.project,
        agent: Some(agent.id),
        label: None,
        origins: Vec::new(),
        minted_by: caller.key.id,
        valid_for,
    };
    let (token, expires_at) = registry.mint_access_token(scope, wire::CONVERSATION_PREFIX, new).await?;
    ok(&wire::conversation_answer(token.expose_secret(), expires_at))
}
