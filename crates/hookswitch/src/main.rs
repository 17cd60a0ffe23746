//! The one binary: `serve`, `demo`, `doctor`, and every command that is a client of the public API.

mod aws;
mod config;
mod demo;
mod doctor;
mod logging;
mod node;
mod parts;
mod python;
mod serve;
mod telephony;
mod traces;
mod upkeep;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use config::ServeFlags;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The self-hosted tool server for voice agents.
#[derive(Debug, Parser)]
#[command(name = "hookswitch", version, propagate_version = true, disable_help_subcommand = true)]
struct Arguments {
    #[command(flatten)]
    global: hookswitch_cli::GlobalOptions,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the server.
    Serve(Box<ServeFlags>),
    /// Show what it does: a temporary server, a booking service, and a scripted conversation.
    Demo(demo::DemoFlags),
    /// Say what works on this machine, what is missing and how to get it.
    Doctor(Box<ServeFlags>),
    /// Packages of Python tools on this machine.
    Python(python::PythonCommand),
    /// The call engine between a phone line and the voice runtime, a process of its own.
    Sip(telephony::SipCommand),
    #[command(flatten)]
    Client(Box<hookswitch_cli::Command>),
}

fn main() -> ExitCode {
    // Before anything else: started as a launcher this process becomes Python, and nothing of ours may be in it.
    hookswitch_executors::python::launch_if_asked();
    let arguments = Arguments::parse();
    let command = match arguments.command {
        Command::Client(command) => {
            return hookswitch_cli::run(
                *command,
                &arguments.global,
                <Arguments as clap::CommandFactory>::command,
            );
        }
        command => command,
    };
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&anyhow::anyhow!("the runtime can't be started: {error}")),
    };
    let ended = match command {
        Command::Serve(flags) => runtime.block_on(run_server(&flags)),
        Command::Demo(flags) => runtime.block_on(demo::run(flags)),
        Command::Doctor(flags) => runtime.block_on(doctor::run(&flags, arguments.global.json)),
        Command::Python(command) => runtime.block_on(python::run(command, arguments.global.json)),
        Command::Sip(command) => runtime.block_on(telephony::run(command)),
        Command::Client(_) => Ok(()),
    };
    // Tasks that still listen for late answers must not keep the process alive.
    runtime.shutdown_background();
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&error),
    }
}

async fn run_server(flags: &ServeFlags) -> anyhow::Result<()> {
    let config = config::load(flags, &environment())?;
    let traces = logging::start(&config)?;
    serve::serve(config, traces).await
}

/// The environment, read once; nothing else reads it.
#[expect(clippy::disallowed_methods, reason = "the one place where the environment is read")]
fn environment() -> Vec<(String, String)> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect()
}

/// The whole chain of causes, the outermost first.
#[expect(clippy::print_stderr, reason = "errors of commands go to standard error")]
fn fail(error: &anyhow::Error) -> ExitCode {
    eprintln!("error: {error:#}");
    ExitCode::FAILURE
}
