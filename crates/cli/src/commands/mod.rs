//! The commands, a file each; those with many verbs have a folder.

mod agents;
mod arguments;
mod chat;
mod completions;
mod event_webhooks;
mod executions;
mod export;
mod import;
mod keys;
mod lambda;
mod listing;
mod master_key;
mod orgs;
mod projects;
mod secrets;
mod sessions;
mod simulate;
mod tools;

use clap::Subcommand;

use crate::api::Api;
use crate::error::{CliError, Exit};
use crate::options::GlobalOptions;
use crate::terminal::Terminal;

/// Commands that are clients of the public API.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// API keys
    #[command(subcommand)]
    Keys(keys::Keys),
    /// Organisations (for the operator of a server)
    #[command(subcommand)]
    Orgs(orgs::Orgs),
    /// Projects of the organisation
    #[command(subcommand)]
    Projects(projects::Projects),
    /// Tools: define, try, call, look back
    #[command(subcommand)]
    Tools(tools::Tools),
    /// Agents and the tools bound to them
    #[command(subcommand)]
    Agents(agents::Agents),
    /// Secrets that tools use; values are never shown
    #[command(subcommand)]
    Secrets(secrets::Secrets),
    /// AWS Lambda functions that tools can call
    #[command(subcommand)]
    Lambda(lambda::Lambda),
    /// Live sessions
    #[command(subcommand)]
    Sessions(sessions::Sessions),
    /// Webhooks that are told what happens in sessions
    #[command(subcommand)]
    EventWebhooks(event_webhooks::EventWebhooks),
    /// Talk to an agent in the terminal
    Chat(chat::Chat),
    /// Hold scripted conversations and check what happens in them
    Simulate(simulate::Simulate),
    /// Records of tool calls
    #[command(subcommand)]
    Executions(executions::Executions),
    /// Bring tools of another vendor in, and report what can't be carried over
    Import(import::Import),
    /// Take tools out in another vendor's form
    Export(export::Export),
    /// The server's master key (for the operator of a server)
    #[command(subcommand)]
    MasterKey(master_key::MasterKey),
    /// Print a script that completes commands in a shell
    Completions(completions::Completions),
}

/// What a command works with.
pub(crate) struct Context<'a> {
    /// The server.
    pub(crate) api: Api,
    /// The person or program.
    pub(crate) terminal: &'a mut Terminal,
}

/// Runs a command.
pub(crate) async fn run(
    command: Command,
    options: &GlobalOptions,
    root: fn() -> clap::Command,
    terminal: &mut Terminal,
) -> Result<Exit, CliError> {
    if let Command::Completions(completions) = command {
        return completions.run(root, terminal);
    }
    let server = options.server()?;
    if server.exposes_key() {
        terminal.warn("the API key goes over the network unencrypted; use https://")?;
    }
    let api = Api::new(server, options.usual_timeout(), options.timeout);
    let mut context = Context { api, terminal };
    let context = &mut context;
    match command {
        Command::Keys(keys) => keys.run(context).await,
        Command::Orgs(orgs) => orgs.run(context).await,
        Command::Projects(projects) => projects.run(context).await,
        Command::Tools(tools) => tools.run(context).await,
        Command::Agents(agents) => agents.run(context).await,
        Command::Secrets(secrets) => secrets.run(context).await,
        Command::Lambda(lambda) => lambda.run(context).await,
        Command::Sessions(sessions) => sessions.run(context).await,
        Command::EventWebhooks(webhooks) => webhooks.run(context).await,
        Command::Chat(chat) => chat.run(context).await,
        Command::Simulate(simulate) => simulate.run(context).await,
        Command::Executions(executions) => executions.run(context).await,
        Command::Import(import) => import.run(context).await,
        Command::Export(export) => export.run(context).await,
        Command::MasterKey(master_key) => master_key.run(context).await,
        Command::Completions(_) => Ok(Exit::Done),
    }
}
