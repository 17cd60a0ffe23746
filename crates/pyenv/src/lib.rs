//! Packages for Python tools. A tool's requirements are met by a curated set, whose lock is committed here, or by an
//! environment of its own, built by `uv` from wheels with hashes while nobody waits.
//!
//! Nothing of a package runs outside a box: sources are never built, start-up code is taken out, and who reads a
//! package's code is the sandbox alone. [`Environments::choose`] never waits.

mod build;
mod curated;
mod environments;
mod error;
mod evict;
mod folder;
mod index;
mod interpreter;
mod key;
mod lock;
mod record;
mod requirement;
mod script;
mod settings;
mod tree;
mod uv;
mod wanted;

pub use curated::{CURATED, CuratedSet};
pub use environments::{Change, Choice, Environments, Status};
pub use error::{Failure, FailureKind, PyenvError};
pub use index::PackageIndex;
pub use interpreter::Interpreter;
pub use key::EnvironmentKey;
pub use lock::{Lock, LockError, Pin};
pub use record::{Book, MemoryBook, Record, State, Writing};
pub use requirement::{Marker, PackageName, Requirement, RequirementError, Specifier, Specifiers, Version};
pub use script::{ScriptError, ScriptMetadata};
pub use settings::PyenvSettings;
pub use wanted::{Wanted, WantedError};
