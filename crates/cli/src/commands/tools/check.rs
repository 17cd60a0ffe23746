//! `tools check`: what the server finds in files.

use serde_json::{Value, json};

use super::Context;
use crate::apply::{Checked, Files, check_all, show_findings};
use crate::error::{CliError, Exit};

/// Files to check.
#[derive(Debug, clap::Args)]
pub struct Check {
    #[command(flatten)]
    files: Files,
}

impl Check {
    pub(super) async fn run(self, context: &mut Context<'_>) -> Result<Exit, CliError> {
        let definitions = self.files.read(context)?;
        let checked = check_all(context, &definitions).await?;
        let is_valid = checked.iter().all(|one| one.errors() == 0);
        if context.terminal.is_json() {
            let all: Vec<Value> = checked.iter().map(Checked::to_json).collect();
            let value = json!({"valid": is_valid, "checked": all});
            context.terminal.json(value.to_string().as_bytes(), &value)?;
        } else {
            show_findings(context, &checked)?;
            let paint = context.terminal.paint();
            for one in checked.iter().filter(|one| one.errors() == 0) {
                let effect =
                    one.effect.as_ref().map(|effect| format!(" (effect: {effect})")).unwrap_or_default();
                context.terminal.line(format!(
                    "{} {} {}{effect}",
                    paint.green("valid"),
                    one.what,
                    one.name
                ))?;
            }
        }
        Ok(if is_valid { Exit::Done } else { Exit::Failed })
    }
}
