//! Python tools: a warm, isolated process for each call.
//!
//! The [`Runner`] holds the sandbox, or the reason why there is none. A session's tool is [`Held`] while the session
//! lives, so that a process with its code loaded waits for the next call.

mod answer;
mod counts;
mod held;
mod imports;
mod runner;
mod sets;
mod tool;
mod way_out;

pub use crate::call_context::context_of;
pub use answer::{code_of, read_outcome, record_of};
pub use counts::{Counts, CountsNow};
pub use held::Held;
pub use hookswitch_sandbox::{
    CallOutcome, DependencySet, Failure, FailureKind, Identity, Inspection, Report, SandboxError,
    SandboxSettings, SetName, SourceError, TenantId, Tier, launch_if_asked,
};
pub use runner::{Calls, NotHeld, Runner, Status};
pub use sets::{Choice, Chosen, Needs, PackageState, SetChooser, StandardLibrary};
pub use tool::{PythonTool, tenant_of};
