//! `completions`: scripts for shells.

use clap::ValueEnum;
use clap_complete::{Shell, generate};

use crate::error::{CliError, Exit};
use crate::terminal::Terminal;

/// Which shell.
#[derive(Debug, clap::Args)]
pub struct Completions {
    /// The shell; source its output, or save it where the shell looks for completions
    shell: Supported,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Supported {
    Bash,
    Zsh,
    Fish,
}

impl Completions {
    pub(super) fn run(&self, root: fn() -> clap::Command, terminal: &mut Terminal) -> Result<Exit, CliError> {
        let shell = match self.shell {
            Supported::Bash => Shell::Bash,
            Supported::Zsh => Shell::Zsh,
            Supported::Fish => Shell::Fish,
        };
        let mut script = Vec::new();
        let mut root = root();
        let name = root.get_name().to_owned();
        generate(shell, &mut root, name, &mut script);
        terminal.bytes(&script)?;
        Ok(Exit::Done)
    }
}
