//! `tools call`: a tool call as a brain makes it.

use serde_json::{Value, json};

use super::Context;
use super::request::body_text;
use crate::api::segment;
use crate::commands::arguments::{put, read_object};
use crate::error::{CliError, Exit};
use crate::http::Answer;
use crate::table;

/// Which tool, in which session, with what.
#[derive(Debug, clap::Args)]
pub struct Call {
    /// Name or id
    tool: String,
    /// The session; without it one is started, used and ended
    #[arg(long, value_name = "ID")]
    session: Option<String>,
    /// Agent of the started session, by name or id
    #[arg(long, conflicts_with = "session")]
    agent: Option<String>,
    /// Arguments as a JSON object; @FILE reads a file, - the standard input
    #[arg(long, value_name = "JSON")]
    args: Option<String>,
    /// The model's own id of this call
    #[arg(long, value_name = "ID")]
    tool_call_id: Option<String>,
    /// Makes a repeat on purpose another act
    #[arg(long, value_name = "KEY")]
    idempotency_key: Option<String>,
    /// The token of an answer that asked for confirmation, `act_…`
    #[arg(long, value_name = "TOKEN")]
    confirmation: Option<String>,
}

impl Call {
    pub(super) async fn run(self, context: &mut Context<'_>) -> Result<Exit, CliError> {
        let arguments = read_object(context, "--args", self.args.as_ref())?;
        let (session, is_ours) = match &self.session {
            Some(session) => (session.clone(), false),
            None => (self.start_session(context).await?, true),
        };
        let called = self.call(context, &session, arguments).await;
        if is_ours {
            let ended =
                context.api.post(&format!("/v1/sessions/{}/end", segment(&session)), &json!({})).await;
            if let Err(error) = ended {
                context.terminal.warn(format!("the session {session} was not ended: {error}"))?;
            }
        }
        let answer = called?;
        if context.terminal.is_json() {
            context.terminal.json(&answer.raw, &answer.value)?;
        } else {
            show(context, &answer.value)?;
        }
        Ok(exit_of(&answer.value))
    }

    async fn start_session(&self, context: &mut Context<'_>) -> Result<String, CliError> {
        let tool = context.api.tool(&self.tool).await?;
        let mut body = json!({"channel": "text"});
        match &self.agent {
            Some(agent) => body["agent_id"] = context.api.agent(agent).await?.id.into(),
            None => body["tools"] = json!([tool.id]),
        }
        let answer = context.api.post("/v1/sessions", &body).await?;
        let id = answer.value["id"].as_str().unwrap_or_default().to_owned();
        context.terminal.note(format!("session {id}"))?;
        Ok(id)
    }

    async fn call(
        &self,
        context: &mut Context<'_>,
        session: &str,
        arguments: Value,
    ) -> Result<Answer, CliError> {
        let name = self.function(context, session).await?;
        let mut body = json!({"name": name, "arguments": arguments});
        put(&mut body, "tool_call_id", self.tool_call_id.clone());
        put(&mut body, "idempotency_key", self.idempotency_key.clone());
        put(&mut body, "confirmation", self.confirmation.clone());
        context.api.post_long(&format!("/v1/sessions/{}/calls", segment(session)), &body).await
    }

    /// The function name that the session's model sees for the tool. What the session does not offer is called as
    /// it was given: the server's own refusal says it best.
    async fn function(&self, context: &mut Context<'_>, session: &str) -> Result<String, CliError> {
        let answer = context.api.get(&format!("/v1/sessions/{}/tools", segment(session))).await?;
        let offered = answer.value["data"].as_array().cloned().unwrap_or_default();
        let function = |tool: &Value| tool["function"]["name"].as_str().map(str::to_owned);
        if offered.iter().any(|tool| tool["function"]["name"] == self.tool.as_str()) {
            return Ok(self.tool.clone());
        }
        let id = match context.api.tool(&self.tool).await {
            Ok(tool) => tool.id,
            Err(CliError::NotFound { .. }) => return Ok(self.tool.clone()),
            Err(error) => return Err(error),
        };
        let found = offered.iter().find(|tool| tool["tool_id"] == id.as_str()).and_then(function);
        Ok(found.unwrap_or_else(|| self.tool.clone()))
    }
}

fn show(context: &mut Context<'_>, answer: &Value) -> Result<(), CliError> {
    let paint = context.terminal.paint_notes();
    let outcome = answer["outcome"].as_str();
    let mut head = vec![paint.outcome(outcome.unwrap_or("no outcome yet"))];
    let flags = ["replayed", "joined", "timed_out"].into_iter().filter(|flag| answer[*flag] == true);
    head.extend(flags.map(|flag| flag.replace('_', " ")));
    head.extend(answer["code"].as_str().map(table::one_line));
    head.extend(answer["duration_ms"].as_f64().map(|took| format!("{took} ms")));
    let execution = answer["execution_id"].as_str().unwrap_or_default();
    context.terminal.note(format!("{}  {}", head.join(", "), paint.dim(execution)))?;
    // What the model is told is the result: programs can have it without the rest.
    match &answer["result"] {
        Value::Null => {}
        Value::String(text) => context.terminal.line(body_text(text))?,
        other => context.terminal.line(format!("{other:#}"))?,
    }
    if let Some(token) = answer["confirmation"].as_str() {
        context
            .terminal
            .note(format!("hint: to confirm, call again in the same session with --confirmation {token}"))?;
    }
    Ok(())
}

/// An asynchronous call that has started has done what a call can do.
fn exit_of(answer: &Value) -> Exit {
    match answer["outcome"].as_str() {
        Some("done") => Exit::Done,
        None if answer["timed_out"] != true => Exit::Done,
        _ => Exit::Failed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_done_and_started_are_success() {
        let cases = [
            (json!({"outcome": "done"}), Exit::Done),
            (json!({"outcome": null, "timed_out": false}), Exit::Done),
            (json!({"outcome": null, "timed_out": true}), Exit::Failed),
            (json!({"outcome": "unknown", "timed_out": true}), Exit::Failed),
            (json!({"outcome": "refused"}), Exit::Failed),
        ];
        for (answer, exit) in cases {
            assert_eq!(exit_of(&answer), exit, "{answer}");
        }
    }
}
