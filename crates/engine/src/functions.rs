//! The Lambda functions that somebody's credentials can see.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use hookswitch_executors::lambda::{self, Credentials, FunctionInfo, IdentityError, ListError, Region};
use hookswitch_model::lambda::{ACCESS_KEY_SECRET, SECRET_KEY_SECRET, SESSION_TOKEN_SECRET};
use hookswitch_model::name::SecretName;
use hookswitch_model::{OrgId, Scope};
use hookswitch_registry::RegistryError;
use parking_lot::Mutex;
use secrecy::SecretString;

use crate::Engine;

/// Longest wait for credentials of the server.
const CREDENTIALS: Duration = Duration::from_secs(10);
/// Lists that are read at the same time, of all organisations and of one.
const MOST_LISTS: usize = 64;
const MOST_LISTS_OF_ONE: usize = 4;

/// Lists that are being read now.
#[derive(Debug, Default)]
pub(crate) struct Lists(Mutex<HashMap<OrgId, usize>>);

/// A place among them, given back when dropped.
struct Place<'l> {
    lists: &'l Lists,
    org: OrgId,
}

impl Lists {
    fn take(&self, org: OrgId) -> Option<Place<'_>> {
        let mut running = self.0.lock();
        let all: usize = running.values().sum();
        let own = running.get(&org).copied().unwrap_or_default();
        if all >= MOST_LISTS || own >= MOST_LISTS_OF_ONE {
            return None;
        }
        running.insert(org, own + 1);
        Some(Place { lists: self, org })
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut running = self.lists.0.lock();
        match running.get_mut(&self.org) {
            Some(count) if *count > 1 => *count -= 1,
            _ => drop(running.remove(&self.org)),
        }
    }
}

/// Which functions.
#[derive(Debug, Default)]
pub struct FunctionsQuery {
    /// Their region.
    pub region: Region,
    /// Who asks; none: the organisation's secrets.
    pub credentials: Option<Credentials>,
    /// Another endpoint than AWS's; egress rules apply.
    pub endpoint: Option<String>,
}

/// Why there is no list.
#[derive(Debug, thiserror::Error)]
pub enum FunctionsError {
    /// Neither the request nor the organisation has credentials.
    #[error("{}", lambda::NO_CREDENTIALS)]
    NoCredentials,
    /// The server's own credentials did not come.
    #[error("AWS credentials are not available at the moment")]
    Identity(#[source] IdentityError),
    /// Too many lists are being read.
    #[error("too many lists of functions are being read")]
    Busy,
    /// AWS did not give the list.
    #[error(transparent)]
    List(#[from] ListError),
    /// The organisation's secrets could not be read.
    #[error(transparent)]
    Registry(#[from] RegistryError),
}

impl Engine {
    /// Lists functions: all pages, at most a thousand functions, 30 s in total. Credentials of the query are used for
    /// it and forgotten.
    pub async fn lambda_functions(
        &self,
        scope: Scope,
        query: FunctionsQuery,
    ) -> Result<Vec<FunctionInfo>, FunctionsError> {
        let _place = self.inner.lists.take(scope.org).ok_or(FunctionsError::Busy)?;
        let aws = &self.inner.settings.aws;
        let of_tenant = match query.credentials {
            Some(credentials) => Some(credentials),
            None => self.aws_secrets(scope).await?,
        };
        // The server's own are never for an address that a tenant names.
        let identity = aws.identity.as_ref().filter(|_| query.endpoint.is_none());
        let credentials = match (of_tenant, identity) {
            (Some(credentials), _) => credentials,
            (None, Some(identity)) => {
                let end = Instant::now() + CREDENTIALS;
                identity.credentials(end).await.map_err(FunctionsError::Identity)?
            }
            (None, None) => return Err(FunctionsError::NoCredentials),
        };
        let base = query.endpoint.unwrap_or_else(|| aws.endpoints.lambda(&query.region));
        Ok(lambda::list_functions(&self.inner.egress, &base, &query.region, &credentials).await?)
    }

    async fn aws_secrets(&self, scope: Scope) -> Result<Option<Credentials>, RegistryError> {
        let access_key = self.secret_of(scope, ACCESS_KEY_SECRET).await?;
        let secret_key = self.secret_of(scope, SECRET_KEY_SECRET).await?;
        let session_token = self.secret_of(scope, SESSION_TOKEN_SECRET).await?;
        Ok(Credentials::of_organisation(access_key.as_ref(), secret_key, session_token))
    }

    async fn secret_of(&self, scope: Scope, name: &str) -> Result<Option<SecretString>, RegistryError> {
        let Ok(name) = SecretName::parse(name) else { return Ok(None) };
        self.inner.registry.open_secret(scope, &name).await
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn places_are_given_back_and_nobody_takes_them_all() {
        let (lists, greedy, other) = (Lists::default(), OrgId::generate(), OrgId::generate());
        let taken: Vec<_> = std::iter::from_fn(|| lists.take(greedy)).collect();
        assert_eq!(taken.len(), MOST_LISTS_OF_ONE);
        assert!(lists.take(other).is_some());
        drop(taken);
        assert!(lists.0.lock().is_empty());
        let everybody: Vec<OrgId> = (0..MOST_LISTS).map(|_| OrgId::generate()).collect();
        let all: Vec<_> = everybody.iter().map(|org| lists.take(*org).unwrap()).collect();
        assert!(lists.take(other).is_none());
        drop(all);
    }
}
