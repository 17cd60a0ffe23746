//! Reading the code of a tool before it is saved: a port, because whoever reads it must be able to run a parser
//! behind walls.

use std::fmt;
use std::pin::Pin;

use hookswitch_model::draft::{Kind, PythonDraft, ToolDraft};
use hookswitch_model::{Findings, Scope};

use crate::Registry;
use crate::error::RegistryError;
use hookswitch_model::definition::Definition;

/// Reads code without running it.
pub trait CodePort: fmt::Debug + Send + Sync {
    /// Adds what is wrong with a Python tool's code, or doubtful.
    fn read<'a>(
        &'a self,
        scope: Scope,
        python: &'a PythonDraft,
        findings: &'a mut Findings,
    ) -> Pin<Box<dyn Future<Output = ()> + Send + 'a>>;
}

impl Registry {
    /// Has code read from now on; the first who says so stays.
    pub fn read_code_with(&self, port: std::sync::Arc<dyn CodePort>) {
        let _ = self.inner.code.set(port);
    }

    /// Checks a draft as saving it does: [`Self::check`], and its code is read.
    pub async fn check_with_code(
        &self,
        scope: Scope,
        draft: &ToolDraft,
    ) -> Result<(Definition, Findings), RegistryError> {
        let (definition, mut findings) = self.check(draft)?;
        if let (Kind::Python, Some(python), Some(port)) =
            (draft.kind, draft.python.as_ref(), self.inner.code.get())
        {
            port.read(scope, python, &mut findings).await;
        }
        if findings.has_errors() { Err(RegistryError::Invalid(findings)) } else { Ok((definition, findings)) }
    }
}
