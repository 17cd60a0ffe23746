//! Python tools: a warm, isolated process for each call.

mod sets;

pub use hookswitch_sandbox::{DependencySet, SetName, TenantId};
pub use sets::{Choice, Needs, SetChooser, StandardLibrary};
