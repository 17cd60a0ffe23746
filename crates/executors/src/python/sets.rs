//! Which packages a tool gets: a port. The sandbox knows folders, this knows requirements.

use std::fmt;
use std::path::PathBuf;
use std::pin::Pin;
use std::time::Duration;

use hookswitch_sandbox::{DependencySet, SetName, TenantId};

/// What a tool asks for.
#[derive(Debug, Clone, Copy)]
pub struct Needs<'a> {
    /// Whose tool it is.
    pub tenant: &'a TenantId,
    /// Requirement lines of the definition (PEP 508).
    pub requirements: &'a [String],
    /// The source, for requirements that it carries itself (PEP 723).
    pub code: &'a str,
    /// Modules that the source imports anywhere, as written: `urllib.parse`. Empty where it could not be read.
    pub imports: &'a [String],
}

/// What it gets.
#[derive(Debug, Clone)]
pub enum Choice {
    /// This set. A curated one, or one built for these requirements; the same requirements give the same name.
    Ready(DependencySet),
    /// One that is being built: calls are refused until it is there.
    Preparing,
    /// None, and why: one line for the tool's author, `Requirement not available: pandas>=9`.
    Impossible(String),
}

/// How the packages of a tool stand, for whoever looks at the tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PackageState {
    /// They are being made; calls are refused until they are there.
    Building,
    /// They are there.
    Ready,
    /// They can't be had, and why: the author's line.
    Failed(String),
}

/// A choice that is waited for.
pub type Chosen<'a> = Pin<Box<dyn Future<Output = Choice> + Send + 'a>>;

/// Chooses dependency sets. Nothing here may block: what takes time (resolving, building) goes on in the background,
/// and the answer is [`Choice::Preparing`] meanwhile.
pub trait SetChooser: fmt::Debug + Send + Sync {
    /// The CPython that all sets are made for; `None`: the system's.
    fn interpreter(&self) -> Option<PathBuf> {
        None
    }

    /// Sets of the operator's choice that are there from the start, beside the standard library's.
    fn curated(&self) -> Vec<DependencySet>;

    /// The set for a tool. Asked when a tool is saved, when a session with it starts, and at calls that found none
    /// ready before; the first time it is asked for a set that has to be built, it starts building.
    fn choose(&self, needs: &Needs<'_>) -> Choice;

    /// What is wrong with the lines themselves, of list and source, whatever an index has: one line for the author.
    fn fault(&self, requirements: &[String], code: &str) -> Option<String> {
        let _ = (requirements, code);
        None
    }

    /// The same as [`Self::choose`], waited for while it is being made, but no longer than `patience`: whoever saves a tool likes to hear
    /// at once that a package does not exist.
    fn choose_within<'a>(&'a self, needs: Needs<'a>, patience: Duration) -> Chosen<'a> {
        let _ = patience;
        Box::pin(std::future::ready(self.choose(&needs)))
    }

    /// How its packages stand; begins nothing. `None` for a tool that asks for none.
    fn state(&self, needs: &Needs<'_>) -> Option<PackageState> {
        let _ = needs;
        None
    }
}

/// The standard library and nothing else.
#[derive(Debug, Clone, Copy, Default)]
pub struct StandardLibrary;

impl SetChooser for StandardLibrary {
    fn curated(&self) -> Vec<DependencySet> {
        Vec::new()
    }

    fn choose(&self, needs: &Needs<'_>) -> Choice {
        match needs.requirements.first() {
            Some(line) => Choice::Impossible(format!("Requirement not available: {line}")),
            None => Choice::Ready(DependencySet {
                name: SetName::stdlib(),
                import_paths: Vec::new(),
                preload: Vec::new(),
            }),
        }
    }
}
