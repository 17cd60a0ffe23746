//! The port through which the registry asks what the call engine can do.

use std::fmt;
use std::sync::Arc;

use hookswitch_model::draft::{CallControlDraft, Kind, ToolDraft};

use crate::{Registry, RegistryError};

/// Knows what the call engine can do.
pub trait CallPort: fmt::Debug + Send + Sync {
    /// What a tool needs and the engine lacks, in words.
    fn missing(&self, draft: &CallControlDraft) -> Vec<String>;
}

impl Registry {
    /// Has bindings checked against a call engine from now on; the first who says so stays.
    pub fn check_calls_with(&self, port: Arc<dyn CallPort>) {
        let _ = self.inner.calls.set(port);
    }

    /// Refuses a tool that asks for more than the call engine can do: when it is bound, not in the middle of a call.
    pub fn check_call_engine(&self, draft: &ToolDraft, path: &str) -> Result<(), RegistryError> {
        let (Kind::CallControl, Some(control), Some(port)) =
            (draft.kind, draft.call_control.as_ref(), self.inner.calls.get())
        else {
            return Ok(());
        };
        let missing = port.missing(control);
        if missing.is_empty() {
            return Ok(());
        }
        let message = format!("the call engine can't do what this tool needs: {}", missing.join(", "));
        Err(RegistryError::finding(path, "capability_unavailable", message))
    }
}
