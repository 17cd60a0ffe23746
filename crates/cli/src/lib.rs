//! The commands of `hookswitch` that are clients of the public API.
//!
//! The binary flattens [`Command`] and [`GlobalOptions`] into its own command line and hands both to [`run`].
//! Results go to the standard output, everything else to the standard error; the exit code is one of [`Exit`].

mod api;
mod apply;
mod commands;
mod environment;
mod error;
mod events;
mod files;
mod http;
mod options;
mod paint;
mod simulation;
mod table;
mod terminal;
mod time;
mod transfer;
mod turns;
mod yaml;

use std::process::ExitCode;

pub use api::{Problem, ProblemPart};
pub use commands::Command;
pub use error::{CliError, Exit};
pub use options::{GlobalOptions, SecretArgument};
pub use terminal::Terminal;
pub use transfer::Vendor;

/// Runs a command to its end and says how the process should exit. Starts a runtime of its own, so it must not
/// be called from within one; there is [`execute`] for that. `root` is the whole command line of the binary, of
/// which `completions` makes its scripts.
pub fn run(command: Command, options: &GlobalOptions, root: fn() -> clap::Command) -> ExitCode {
    let mut terminal = Terminal::of_process(options);
    match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(execute(command, options, root, &mut terminal)).into(),
        Err(error) => {
            terminal.error(&CliError::Io(error));
            Exit::Failed.into()
        }
    }
}

/// Runs a command on given streams. Errors have been shown when it returns.
pub async fn execute(
    command: Command,
    options: &GlobalOptions,
    root: fn() -> clap::Command,
    terminal: &mut Terminal,
) -> Exit {
    match Box::pin(commands::run(command, options, root, terminal)).await {
        Ok(exit) => exit,
        Err(error) => {
            let exit = error.exit();
            if exit != Exit::Done {
                terminal.error(&error);
            }
            exit
        }
    }
}
