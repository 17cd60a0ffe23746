//! Who may open a socket: a key in one of its places, or a session token from a page that it names.

use hookswitch_api::{Failure, Place, SurfaceState, authenticate, limiter};
use hookswitch_model::key::Permission;
use hookswitch_model::{KeyId, ProjectId, Scope};
use hookswitch_registry::{AuthError, RegistryError};
use http::{HeaderMap, HeaderValue, header};

use super::tokens::InUse;
use crate::routes::Failed;
use crate::wire::socket::connect::{KEY, is_named};
use crate::wire::trouble::{CONCURRENCY_LIMIT_EXCEEDED, ORIGIN_NOT_ALLOWED, Trouble};
use crate::{Pyai, PyaiState};
use hookswitch_api::ErrorShape as _;

/// Who was let in.
#[derive(Debug)]
pub(super) struct Admitted {
    pub(super) scope: Scope,
    /// The key that it goes back to.
    pub(super) key: KeyId,
    pub(super) project: ProjectId,
    /// What a token calls the session.
    pub(super) label: Option<String>,
    /// Held while the session of a token is open.
    pub(super) _in_use: Option<InUse>,
    /// Held while the socket is open: one of the places of the key.
    pub(super) _place: Option<Place>,
}

/// A place among those that the key may have open at once.
fn place_of(key: KeyId) -> Result<Option<Place>, Failure> {
    Ok(limiter().map(|limiter| limiter.take_place(key)).transpose()?)
}

/// The subprotocols that were offered.
pub(super) fn offered(headers: &HeaderMap) -> Vec<&str> {
    let values = headers.get_all(header::SEC_WEBSOCKET_PROTOCOL).iter();
    let words = values.filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(','));
    words.map(str::trim).filter(|word| !word.is_empty()).collect()
}

/// Lets in, or says why not.
pub(super) async fn admit(
    state: &PyaiState,
    headers: &HeaderMap,
    in_query: Option<&str>,
) -> Result<Admitted, Failed> {
    let words = offered(headers);
    let in_protocol = words.iter().find_map(|word| word.strip_prefix(KEY));
    let credential = Pyai::credential(headers).or(in_protocol).or(in_query);
    let credential = credential.ok_or(Failure::Unauthorized)?;
    if credential.contains("_sess_") {
        return admit_token(state, headers, credential).await;
    }
    let mut own = HeaderMap::new();
    let value = HeaderValue::from_str(&format!("Bearer {credential}")).map_err(|_| Failure::Unauthorized)?;
    own.insert(header::AUTHORIZATION, value);
    let caller = authenticate::<Pyai>(state.registry(), &own).await?;
    if !caller.key.may(Permission::Sessions) {
        return Err(Failure::Forbidden(Permission::Sessions).into());
    }
    let (key, project) = (caller.key.id, caller.key.project);
    Ok(Admitted { scope: caller.scope(), key, project, label: None, _in_use: None, _place: place_of(key)? })
}

async fn admit_token(state: &PyaiState, headers: &HeaderMap, token: &str) -> Result<Admitted, Failed> {
    let found = state.registry().access_token(token).await.map_err(|error| match error {
        AuthError::Invalid => Failure::Unauthorized,
        AuthError::Store(source) => RegistryError::Store(source).into(),
    })?;
    let mut origins = headers.get_all(header::ORIGIN).iter();
    let origin = origins.next().and_then(|origin| origin.to_str().ok()).unwrap_or_default();
    if origins.next().is_some() || !is_named(origin, &found.origins) {
        return Err(Trouble::new(ORIGIN_NOT_ALLOWED, "The token does not name this page").into());
    }
    let Some(in_use) = state.tokens().take(token) else {
        let detail = "The token has a session open already";
        return Err(
            Trouble { retry_after: Some(1), ..Trouble::new(CONCURRENCY_LIMIT_EXCEEDED, detail) }.into()
        );
    };
    Ok(Admitted {
        scope: Scope::new(found.org, found.mode),
        key: found.minted_by,
        project: found.project,
        label: found.label,
        _in_use: Some(in_use),
        _place: place_of(found.minted_by)?,
    })
}
