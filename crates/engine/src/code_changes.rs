//! What changes of definitions and secrets do to processes that wait with a tool loaded.

use hookswitch_executors::python::{PackageState, tenant_of};
use hookswitch_model::Scope;
use hookswitch_model::draft::PythonDraft;
use hookswitch_registry::Change;
use tokio::sync::broadcast::error::RecvError;

use crate::Engine;

impl Engine {
    /// Lets waiting processes go whose tool was changed, or a secret of whose organisation was; for as long as the
    /// engine lives.
    pub async fn follow_changes(&self) {
        let mut changes = self.inner.registry.changes();
        let runner = &self.inner.settings.python;
        loop {
            match changes.recv().await {
                Ok(Change::Tool(tool)) => runner.forget(tool),
                Ok(Change::Secrets(org)) => runner.renew(org),
                Ok(Change::Key(_)) => {}
                Err(RecvError::Lagged(_)) => runner.forget_all(),
                Err(RecvError::Closed) => return,
            }
        }
    }

    /// How the packages stand that a Python tool asks for; `None` when it asks for none, or no Python runs here.
    pub async fn package_state(&self, scope: Scope, python: &PythonDraft) -> Option<PackageState> {
        self.inner.settings.python.package_state(&tenant_of(scope.org, scope.mode), python).await
    }

    /// Where Python tools run, or why they do not.
    pub fn python(&self) -> &hookswitch_executors::python::Runner {
        &self.inner.settings.python
    }
}
