//! A binary that is a launcher and little else: the crate's tests start it where the server starts itself. Started by
//! hand it examines this machine, as the server does at boot, and tells what it found.

use std::process::ExitCode;
use std::sync::Arc;

use hookswitch_sandbox::{NoEgress, Sandbox, SandboxSettings};

fn main() -> ExitCode {
    hookswitch_sandbox::launch_if_asked();
    let Ok(runtime) = tokio::runtime::Runtime::new() else { return ExitCode::FAILURE };
    runtime.block_on(examine())
}

#[expect(clippy::print_stdout, reason = "what it was started for")]
async fn examine() -> ExitCode {
    match Sandbox::start(SandboxSettings::default(), Arc::new(NoEgress)).await {
        Ok(sandbox) => {
            let report = sandbox.report();
            println!("tier: {}", report.tier);
            println!("python: {}, landlock abi: {}", report.python, report.landlock);
            for line in &report.missing {
                println!("missing: {line}");
            }
            ExitCode::SUCCESS
        }
        Err(error) => {
            println!("no sandbox: {error}");
            ExitCode::FAILURE
        }
    }
}
