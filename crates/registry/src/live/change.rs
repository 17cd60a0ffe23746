//! Changes of what the caches hold.

use std::future::Future;
use std::pin::Pin;

use hookswitch_model::name::SecretName;
use hookswitch_model::{Mode, ProjectId, Scope, ToolId};
use hookswitch_store::StoreError;
use tracing::Instrument as _;

use super::SecretKey;
use crate::Registry;

/// What a change makes stale.
#[derive(Debug, Clone)]
pub(crate) enum Stale {
    /// All that is known of keys.
    Callers,
    /// What was remembered to be no key.
    Stranger([u8; 32]),
    /// A tool and its signing keys.
    Tool(Scope, ToolId),
    /// A secret.
    Secret(SecretKey),
    /// The signing keys of a project.
    ProjectSigning(ProjectId, Mode),
    /// Whatever belongs to a project that goes.
    Everything,
}

/// Drops what is stale, however the change ended: one that failed may have been stored nevertheless.
struct Forgetting {
    registry: Registry,
    stale: Stale,
}

impl Drop for Forgetting {
    fn drop(&mut self) {
        let caches = &self.registry.inner.caches;
        match &self.stale {
            Stale::Callers => caches.callers.forget_all(),
            Stale::Stranger(hash) => caches.strangers.forget(hash),
            Stale::Tool(scope, tool) => {
                let key = (scope.org, scope.mode, *tool);
                caches.standings.forget(&key);
                caches.signing.forget(&key);
            }
            Stale::Secret(key) => caches.secrets.forget(key),
            Stale::ProjectSigning(project, mode) => caches.project_signing.forget(&(*project, *mode)),
            Stale::Everything => {
                caches.callers.forget_all();
                caches.standings.forget_all();
                caches.signing.forget_all();
                caches.project_signing.forget_all();
            }
        }
    }
}

impl Registry {
    /// Makes a change in the store and drops what it makes stale before anybody is told that it is made. It goes on
    /// when its caller is gone, whose connection broke, say: a change that is stored but not known to the caches
    /// would stay unseen as long as their entries live.
    pub(crate) fn change<T: Send + 'static, F>(
        &self,
        stale: Stale,
        change: F,
    ) -> impl Future<Output = Result<T, StoreError>> + use<T, F>
    where
        F: Future<Output = Result<T, StoreError>> + Send + 'static,
    {
        let forgetting = Forgetting { registry: self.clone(), stale };
        let task = async move {
            let changed = change.await;
            drop(forgetting);
            changed
        };
        let task = tokio::spawn(task.in_current_span());
        async move { task.await.unwrap_or_else(|error| Err(StoreError::Internal(Box::new(error)))) }
    }

    /// A change of a tool; who listens is told.
    pub(crate) async fn change_tool<T: Send + 'static>(
        &self,
        scope: Scope,
        tool: ToolId,
        change: Pin<Box<impl Future<Output = Result<T, StoreError>> + Send + 'static>>,
    ) -> Result<T, StoreError> {
        let changed = self.change(Stale::Tool(scope, tool), change).await?;
        self.inner.changes.tell(crate::Change::Tool(tool));
        Ok(changed)
    }

    /// A change of a secret; who listens is told.
    pub(crate) async fn change_secret<T: Send + 'static>(
        &self,
        scope: Scope,
        name: &SecretName,
        change: Pin<Box<impl Future<Output = Result<T, StoreError>> + Send + 'static>>,
    ) -> Result<T, StoreError> {
        let changed = self.change(Stale::Secret(secret_key(scope, name)), change).await?;
        self.inner.changes.tell(crate::Change::Secrets(scope.org));
        Ok(changed)
    }
}

/// The key of a secret: the case of its name does not count.
pub(crate) fn secret_key(scope: Scope, name: &SecretName) -> SecretKey {
    (scope.org, scope.mode, name.as_str().to_ascii_lowercase())
}
