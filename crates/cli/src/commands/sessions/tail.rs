//! `sessions tail`: a session as a timeline, live.

use std::time::Duration;

use super::Context;
use crate::api::segment;
use crate::error::CliError;
use crate::events::{follow, line_of};

/// First wait between two attempts to reconnect; doubled each time.
const FIRST_WAIT: Duration = Duration::from_millis(500);

/// Which session, from where.
#[derive(Debug, clap::Args)]
pub struct Tail {
    /// Its id, `sess_…`
    id: String,
    /// Only events after this number
    #[arg(long, default_value_t = 0, value_name = "N", hide_default_value = true)]
    after: u64,
}

impl Tail {
    pub(super) async fn run(self, context: &mut Context<'_>) -> Result<(), CliError> {
        let Context { api, terminal } = context;
        let paint = terminal.paint();
        let show = |raw: &str, event: &serde_json::Value| {
            // One event a line for programs too: a stream has no end to wait for.
            if terminal.is_json() {
                terminal.line(raw.replace('\n', " "))
            } else {
                terminal.line(line_of(event, paint))
            }
        };
        follow(api, &segment(&self.id), self.after, show, FIRST_WAIT).await
    }
}
