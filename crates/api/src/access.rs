//! Who asks and what they may do: extractors that stand for a permission (security: API keys).

use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::response::Response;
use hookswitch_model::key::Permission;
use hookswitch_registry::{AuthError, Caller, Registry};
use http::request::Parts;
use http::{HeaderMap, header};

use crate::context::admit;
use crate::failure::{ErrorShape, Failure, render};

/// What a surface's state must offer to the extractors of this crate.
pub trait SurfaceState: Clone + Send + Sync + 'static {
    /// The registry that knows the keys.
    fn registry(&self) -> &Registry;
}

/// A permission as a type.
pub trait Requires: Send + Sync + 'static {
    /// What the key must have; `None`: any valid key will do.
    const PERMISSION: Option<Permission>;
}

macro_rules! requirements {
    ($($(#[$doc:meta])* $name:ident = $permission:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy)]
        pub struct $name;

        impl Requires for $name {
            const PERMISSION: Option<Permission> = $permission;
        }
    )*};
}

requirements! {
    /// Any valid key.
    AnyKey = None;
    /// Reading tools, agents and bindings.
    ToolsRead = Some(Permission::ToolsRead);
    /// Changing tools, agents and bindings.
    ToolsWrite = Some(Permission::ToolsWrite);
    /// Setting secrets.
    ToolsSecrets = Some(Permission::ToolsSecrets);
    /// Starting and driving sessions, reading executions.
    Sessions = Some(Permission::Sessions);
    /// Organisations, projects and keys.
    Admin = Some(Permission::Admin);
}

/// A caller who may do what `R` stands for; a handler that takes it runs for nobody else.
#[derive(Debug)]
pub struct Allowed<R, D> {
    caller: Arc<Caller>,
    kind: PhantomData<(R, D)>,
}

impl<R, D> Deref for Allowed<R, D> {
    type Target = Caller;

    fn deref(&self) -> &Caller {
        &self.caller
    }
}

impl<S, R, D> FromRequestParts<S> for Allowed<R, D>
where
    S: SurfaceState,
    R: Requires,
    D: ErrorShape,
{
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let caller = authenticate::<D>(state.registry(), &parts.headers)
            .await
            .map_err(|failure| render::<D>(&failure))?;
        match R::PERMISSION {
            Some(permission) if !caller.key.may(permission) => {
                Err(D::render(&Failure::Forbidden(permission)))
            }
            _ => Ok(Self { caller, kind: PhantomData }),
        }
    }
}

/// The caller of a request, by the key where its dialect expects one. The request counts against the caller's limit.
pub async fn authenticate<D: ErrorShape>(
    registry: &Registry,
    headers: &HeaderMap,
) -> Result<Arc<Caller>, Failure> {
    let key = D::credential(headers).ok_or(Failure::Unauthorized)?;
    let caller = registry.authenticate(key).await.map_err(|error| match error {
        AuthError::Invalid => Failure::Unauthorized,
        AuthError::Store(source) => hookswitch_registry::RegistryError::Store(source).into(),
    })?;
    admit(&caller)?;
    Ok(caller)
}

/// The key in `Authorization: Bearer <key>`; nothing when the header is there twice.
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let value = values.next()?.to_str().ok()?;
    if values.next().is_some() {
        return None;
    }
    let (scheme, key) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| key.trim())
}
