//! `event-webhooks`: where the customer is told what happens in sessions.

use clap::Subcommand;
use serde_json::{Map, Value, json};

use super::{Context, listing};
use crate::api::{Paging, Query, segment};
use crate::error::{CliError, Exit};

/// What to do with event webhooks.
#[derive(Debug, Subcommand)]
pub enum EventWebhooks {
    /// Make a webhook; its signing secret is shown once
    Create(Create),
    /// List webhooks
    List(List),
    /// Show one
    Get(Named),
    /// Change where events go, which ones, or whether
    Update(Update),
    /// Make a new signing secret; the one before signs along for a day
    RotateSecret(Named),
    /// Delete a webhook with all that is on its way there
    Delete(Delete),
    /// List what was sent, newest first
    Deliveries(Deliveries),
    /// Send a delivery again, under the same id
    Redeliver(Redeliver),
}

/// A new webhook.
#[derive(Debug, clap::Args)]
pub struct Create {
    /// Where events go
    #[arg(value_name = "URL")]
    target: String,
    /// Which events, such as `call.answered`; may be repeated. Default: all
    #[arg(long = "event", value_name = "TYPE")]
    events: Vec<String>,
    /// What it is for
    #[arg(long, default_value = "")]
    description: String,
}

/// Which webhooks.
#[derive(Debug, clap::Args)]
pub struct List {
    #[command(flatten)]
    paging: Paging,
}

/// Which webhook.
#[derive(Debug, clap::Args)]
pub struct Named {
    /// Its id, `ewh_…`
    id: String,
}

/// What is to be different.
#[derive(Debug, clap::Args)]
pub struct Update {
    /// Its id, `ewh_…`
    id: String,
    /// Where events go
    #[arg(long = "to", value_name = "URL")]
    target: Option<String>,
    /// Which events; may be repeated
    #[arg(long = "event", value_name = "TYPE", conflicts_with = "all_events")]
    events: Vec<String>,
    /// All events
    #[arg(long)]
    all_events: bool,
    /// What it is for
    #[arg(long)]
    description: Option<String>,
    /// Send events there, from a clean slate where the server had switched it off
    #[arg(long, conflicts_with = "disable")]
    enable: bool,
    /// Send nothing there
    #[arg(long)]
    disable: bool,
}

/// Which webhook.
#[derive(Debug, clap::Args)]
pub struct Delete {
    /// Its id, `ewh_…`
    id: String,
    /// Go ahead without being asked
    #[arg(short, long)]
    yes: bool,
}

/// Which deliveries.
#[derive(Debug, clap::Args)]
pub struct Deliveries {
    /// The webhook, `ewh_…`
    id: String,
    /// Where they stand: waiting, delivered or failed
    #[arg(long, value_parser = ["waiting", "delivered", "failed"])]
    status: Option<String>,
    #[command(flatten)]
    paging: Paging,
}

/// Which delivery.
#[derive(Debug, clap::Args)]
pub struct Redeliver {
    /// The webhook, `ewh_…`
    id: String,
    /// The event, `evt_…`
    event: String,
}

const FIELDS: [listing::Column; 8] = [
    ("id", "id"),
    ("url", "url"),
    ("events", "event_types"),
    ("enabled", "enabled"),
    ("why not", "disabled_because"),
    ("failing since", "failing_since"),
    ("description", "description"),
    ("signing secret", "signing_secret"),
];

fn path_of(id: &str) -> String {
    format!("/v1/event-webhooks/{}", segment(id))
}

impl EventWebhooks {
    pub(super) async fn run(self, context: &mut Context<'_>) -> Result<Exit, CliError> {
        match self {
            Self::Create(create) => create.run(context).await?,
            Self::List(list) => {
                let columns = [
                    ("ID", "id"),
                    ("URL", "url"),
                    ("ENABLED", "enabled"),
                    ("WHY NOT", "disabled_because"),
                    ("CREATED", "created_at"),
                ];
                listing::list(context, "/v1/event-webhooks", &Query::default(), list.paging, &columns)
                    .await?;
            }
            Self::Get(named) => {
                let answer = context.api.get(&path_of(&named.id)).await?;
                listing::show(context, &answer, &FIELDS)?;
            }
            Self::Update(update) => update.run(context).await?,
            Self::RotateSecret(named) => {
                let path = format!("{}/rotate-signing-secret", path_of(&named.id));
                let answer = context.api.post(&path, &json!({})).await?;
                let fields = [
                    ("signing secret", "signing_secret"),
                    ("the one before signs until", "previous_valid_until"),
                ];
                let secret = answer.value["signing_secret"].clone();
                listing::show_once(context, &answer, &fields, &secret, "secret")?;
            }
            Self::Delete(delete) => {
                context.terminal.confirm(&format!("Delete the webhook {}?", delete.id), delete.yes)?;
                let answer = context.api.delete(&path_of(&delete.id)).await?;
                listing::done(context, &answer, &format!("deleted {}", delete.id))?;
            }
            Self::Deliveries(deliveries) => {
                let columns = [
                    ("EVENT", "event_id"),
                    ("STATUS", "status"),
                    ("ATTEMPTS", "attempt_count"),
                    ("HAPPENED", "created_at"),
                    ("NEXT", "next_attempt_at"),
                    ("ENDED", "ended_at"),
                ];
                let query = Query::default().with("status", deliveries.status);
                let path = format!("{}/deliveries", path_of(&deliveries.id));
                listing::list(context, &path, &query, deliveries.paging, &columns).await?;
            }
            Self::Redeliver(again) => {
                let path = format!("{}/deliveries/{}/redeliver", path_of(&again.id), segment(&again.event));
                let answer = context.api.post(&path, &json!({})).await?;
                listing::done(context, &answer, &format!("{} is on its way again", again.event))?;
            }
        }
        Ok(Exit::Done)
    }
}

impl Create {
    async fn run(self, context: &mut Context<'_>) -> Result<(), CliError> {
        let body = json!({"url": self.target, "event_types": self.events, "description": self.description});
        let answer = context.api.post("/v1/event-webhooks", &body).await?;
        let secret = answer.value["signing_secret"].clone();
        listing::show_once(context, &answer, &FIELDS, &secret, "signing secret")
    }
}

impl Update {
    async fn run(self, context: &mut Context<'_>) -> Result<(), CliError> {
        let mut body = Map::new();
        let mut set = |name: &str, value: Option<Value>| {
            body.extend(value.map(|value| (name.to_owned(), value)));
        };
        set("url", self.target.map(Value::from));
        set("description", self.description.map(Value::from));
        set("event_types", (self.all_events || !self.events.is_empty()).then(|| json!(self.events)));
        set("enabled", (self.enable || self.disable).then_some(Value::Bool(self.enable)));
        if body.is_empty() {
            return Err(CliError::usage("nothing to change", "name a change, such as --enable or --to URL"));
        }
        let answer = context.api.patch(&path_of(&self.id), &Value::Object(body)).await?;
        listing::show(context, &answer, &FIELDS)
    }
}
