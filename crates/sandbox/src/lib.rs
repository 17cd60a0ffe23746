//! Warm Python: a tool's code runs in a real CPython process that has never served another call, walled in by the
//! kernel, forked ahead of the call, and killed after it.
//!
//! ```text
//! server ── launcher (this binary again, empty environment) ── watchman
//!              └─ zygote of a dependency set        no tenant's data, no network
//!                   └─ process of a tenant          its own network; no code, no secrets
//!                        └─ process of one call     LOAD ahead of time · CALL once · killed
//! ```
//!
//! [`Sandbox::start`] tries to break out of a box before it says yes; [`Sandbox::prepare`] keeps a spare of a tool
//! ready; [`Prepared::call`] uses it up. The binary calls [`launch_if_asked`] first in `main`.

mod admission;
mod answer;
mod cgroup;
mod child;
mod driver;
mod egress;
mod error;
mod forker;
mod house;
mod inspection;
mod launch;
mod logs;
mod outcome;
mod packets;
mod platform;
mod python;
mod run;
mod sandbox;
mod seccomp;
mod selftest;
mod settings;
mod spare;
mod tenant;
mod tool;
mod zygote;

pub use egress::{BoxId, CallToken, EgressCall, EgressPort, NoEgress, Outbound};
pub use error::SandboxError;
pub use inspection::{Inspection, SourceError};
pub use launch::{Identity, Layer, launch_if_asked};
pub use outcome::{AuthorView, CallOutcome, Failure, FailureKind, Output, Returned};
pub use python::find_interpreter;
pub use sandbox::{Prepared, Sandbox};
pub use selftest::{Report, Tier};
pub use settings::{DependencySet, SandboxSettings, SetName};
pub use tool::{Form, Network, TenantId, ToolId, ToolSpec};
