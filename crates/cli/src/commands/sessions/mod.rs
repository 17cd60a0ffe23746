//! `sessions`: live conversations.

mod start;
mod summary;
mod tail;

use clap::Subcommand;
use serde_json::json;

use super::{Context, listing};
use crate::api::{Paging, Query, segment};
use crate::error::{CliError, Exit};

/// What to do with sessions.
#[derive(Debug, Subcommand)]
pub enum Sessions {
    /// Start a session
    Start(start::Start),
    /// List sessions, newest first
    List(List),
    /// Follow the events of a session until it ends
    Tail(tail::Tail),
    /// Show what a session came to: outcomes, speech, its tool calls
    Summary(Named),
    /// End a session
    End(Named),
    /// Erase what was said and done in a session; counts stay
    Erase(Erase),
}

/// Which sessions.
#[derive(Debug, clap::Args)]
pub struct List {
    /// Of this agent, by name or id
    #[arg(long)]
    agent: Option<String>,
    /// Running ones only
    #[arg(long)]
    active: bool,
    #[command(flatten)]
    paging: Paging,
}

/// Which session.
#[derive(Debug, clap::Args)]
pub struct Named {
    /// Its id, `sess_…`
    id: String,
}

/// Which session.
#[derive(Debug, clap::Args)]
pub struct Erase {
    /// Its id, `sess_…`
    id: String,
    /// Go ahead without being asked
    #[arg(short, long)]
    yes: bool,
}

impl Sessions {
    pub(super) async fn run(self, context: &mut Context<'_>) -> Result<Exit, CliError> {
        match self {
            Self::Start(start) => start.run(context).await?,
            Self::List(list) => list.run(context).await?,
            Self::Tail(tail) => tail.run(context).await?,
            Self::Summary(named) => summary::show(context, &named.id).await?,
            Self::End(named) => {
                let answer =
                    context.api.post(&format!("/v1/sessions/{}/end", segment(&named.id)), &json!({})).await?;
                listing::done(context, &answer, &format!("ended {}", named.id))?;
            }
            Self::Erase(erase) => {
                context
                    .terminal
                    .confirm(&format!("Erase the content of {} for good?", erase.id), erase.yes)?;
                let answer = context.api.delete(&format!("/v1/sessions/{}", segment(&erase.id))).await?;
                listing::done(context, &answer, &format!("erased {}", erase.id))?;
            }
        }
        Ok(Exit::Done)
    }
}

impl List {
    async fn run(self, context: &mut Context<'_>) -> Result<(), CliError> {
        let agent = match &self.agent {
            Some(agent) => Some(context.api.agent(agent).await?.id),
            None => None,
        };
        let query = Query::default().with("agent_id", agent).with("active", self.active.then_some(true));
        let columns = [
            ("ID", "id"),
            ("STATUS", "status"),
            ("CHANNEL", "channel"),
            ("AGENT", "agent_id"),
            ("STARTED", "created_at"),
            ("ENDED", "ended_at"),
            ("WHY", "end_reason"),
        ];
        listing::list(context, "/v1/sessions", &query, self.paging, &columns).await
    }
}
