//! The registry's port for code, on top of what runs it.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use hookswitch_executors::python::{Choice, FailureKind, Runner, tenant_of};
use hookswitch_model::draft::PythonDraft;
use hookswitch_model::{Findings, Scope};
use hookswitch_registry::CodePort;

/// How long saving waits for packages: a resolver knows by then whether they exist.
const PATIENCE: Duration = Duration::from_secs(2);

/// Reads Python where it would run.
#[derive(Debug)]
pub(crate) struct CodeReader(pub(crate) Arc<Runner>);

impl CodePort for CodeReader {
    fn read<'a>(
        &'a self,
        scope: Scope,
        python: &'a PythonDraft,
        findings: &'a mut Findings,
    ) -> Pin<Box<dyn Future<Output = ()> + Send + 'a>> {
        Box::pin(read(&self.0, scope, python, findings))
    }
}

async fn read(runner: &Runner, scope: Scope, python: &PythonDraft, findings: &mut Findings) {
    let fault = runner.fault_of_packages(python);
    let is_faulty = fault.is_some();
    if let Some(fault) = fault {
        findings.error("$.python.requirements", "invalid_requirement", fault);
    }
    match runner.inspect(&python.code).await {
        None => {
            let message = "not read and not run: this server has no Python sandbox";
            return findings.warn("$.python", "code_unchecked", message);
        }
        Some(Ok(inspection)) => match inspection.error {
            Some(error) => {
                let line = error.line.map(|line| format!(" (line {line})")).unwrap_or_default();
                return findings.error("$.python.code", "invalid_code", format!("{}{line}", error.message));
            }
            // As the call would say it.
            None if !inspection.body && inspection.functions.is_empty() => {
                let message = "nothing to call: no function at the top level, and no `return` outside of one";
                findings.warn("$.python.code", "no_entry_point", message);
            }
            None => {}
        },
        // A source that its parser does not survive.
        Some(Err(failure)) if failure.began => {
            return findings.error("$.python.code", "invalid_code", "this code can't be read");
        }
        Some(Err(failure)) => {
            let busy = failure.kind == FailureKind::Busy;
            let why = if busy { "the sandbox is busy" } else { "the sandbox did not answer" };
            return findings.warn("$.python", "code_unchecked", format!("not read: {why}"));
        }
    }
    if is_faulty {
        return;
    }
    let tenant = tenant_of(scope.org, scope.mode);
    if let Choice::Impossible(why) = runner.packages_within(&tenant, python, PATIENCE).await {
        findings.warn("$.python.requirements", "packages_unavailable", why);
    }
}
