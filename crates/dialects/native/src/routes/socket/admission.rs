//! Who may open a socket: a key with the permission, or a token of this session from a page that it names.

use hookswitch_api::{Failure, SurfaceState, authenticate, bearer};
use hookswitch_model::key::Permission;
use hookswitch_model::{KeyId, Scope, SessionId};
use hookswitch_registry::{AuthError, RegistryError};
use http::{HeaderMap, header};

use crate::wire::socket::TOKEN_PROTOCOL;
use crate::wire::socket::report::Role;
use crate::{Native, NativeState};

/// Who was let in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Admitted {
    pub(super) scope: Scope,
    /// The key that it goes back to.
    pub(super) key: KeyId,
    /// The only role, where there is but one.
    pub(super) role: Option<Role>,
}

/// Lets in, or says why not.
pub(super) async fn admit(
    state: &NativeState,
    session: SessionId,
    headers: &HeaderMap,
) -> Result<Admitted, Failure> {
    match token_of(headers) {
        Some(token) => admit_token(state, session, headers, token).await,
        None => admit_key(state, headers).await,
    }
}

async fn admit_key(state: &NativeState, headers: &HeaderMap) -> Result<Admitted, Failure> {
    let caller = authenticate::<Native>(state.registry(), headers).await?;
    if !caller.key.may(Permission::Sessions) {
        return Err(Failure::Forbidden(Permission::Sessions));
    }
    // A page that holds a key is a mistake: what it may do, everybody who opens it may do.
    if headers.contains_key(header::ORIGIN) {
        return Err(Failure::NotAllowed(
            "web pages open sockets with a token that names them, not with a key",
        ));
    }
    Ok(Admitted { scope: caller.scope(), key: caller.key.id, role: None })
}

async fn admit_token(
    state: &NativeState,
    session: SessionId,
    headers: &HeaderMap,
    token: &str,
) -> Result<Admitted, Failure> {
    let found = state.registry().link_token(token).await.map_err(|error| match error {
        AuthError::Invalid => Failure::Unauthorized,
        AuthError::Store(source) => RegistryError::Store(source).into(),
    })?;
    if found.session != session {
        return Err(Failure::NotFound("session"));
    }
    let mut origins = headers.get_all(header::ORIGIN).iter();
    if let Some(origin) = origins.next() {
        let is_named = found.origins.iter().any(|named| named.as_bytes() == origin.as_bytes());
        if !is_named || origins.next().is_some() {
            return Err(Failure::NotAllowed("the token does not name this page"));
        }
    } else if !found.origins.is_empty() {
        return Err(Failure::NotAllowed("the token is for web pages only"));
    }
    let role = if found.kind == Role::App.as_str() { Role::App } else { Role::Runtime };
    Ok(Admitted { scope: Scope::new(found.org, found.mode), key: found.minted_by, role: Some(role) })
}

/// A token in the header or among the subprotocols.
fn token_of(headers: &HeaderMap) -> Option<&str> {
    if let Some(text) = bearer(headers) {
        return text.contains("_link_").then_some(text);
    }
    let offered = headers.get_all(header::SEC_WEBSOCKET_PROTOCOL).iter();
    let mut words = offered.filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(','));
    words.find_map(|word| word.trim().strip_prefix(TOKEN_PROTOCOL))
}
