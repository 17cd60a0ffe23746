//! `chat`: a conversation with an agent in the terminal.

use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::Context;
use super::arguments::{Variable, object_of};
use crate::api::{Api, segment};
use crate::error::{CliError, Exit};
use crate::paint::Paint;
use crate::terminal::Terminal;
use crate::turns::TurnStream;

/// Whom to talk to, and how.
#[derive(Debug, clap::Args)]
pub struct Chat {
    /// The agent, by name or id
    #[arg(long, value_name = "NAME")]
    agent: String,
    /// Session variables to start with: `name=text` or `name:=JSON`
    #[arg(long = "var", value_name = "NAME=VALUE", value_parser = Variable::parse)]
    variables: Vec<Variable>,
    /// Simulated playback time of a character of the agent's speech, in milliseconds: then it can be interrupted
    #[arg(long, value_name = "MS", default_value_t = 0, hide_default_value = true)]
    ms_per_character: u64,
    /// One line a turn and no prompts, for pipes; the default where no person sits at the keyboard
    #[arg(long)]
    plain: bool,
    /// Leave the session open at the end
    #[arg(long)]
    keep: bool,
}

/// What happens while a turn goes on.
enum Heard {
    Event(Option<Value>),
    Line(Option<String>),
    Stop,
}

/// A chat under way.
struct Talking<'c> {
    api: &'c mut Api,
    /// For requests while a turn is read.
    beside: Api,
    session: String,
    lines: mpsc::Receiver<String>,
    is_plain: bool,
    pace: u64,
    input_is_over: bool,
    /// The agent speaks first.
    greets: bool,
}

impl Chat {
    pub(super) async fn run(self, context: &mut Context<'_>) -> Result<Exit, CliError> {
        let agent = context.api.agent(&self.agent).await?;
        let mut start = json!({"agent_id": agent.id});
        if !self.variables.is_empty() {
            start["variables"] = object_of(&self.variables);
        }
        let session = context.api.post("/v1/sessions", &start).await?.value;
        let id = session["id"].as_str().unwrap_or_default().to_owned();
        let is_plain = self.plain || !context.terminal.is_interactive();
        let beside = context.api.another();
        let Context { api, terminal } = context;
        if !is_plain {
            let tools: Vec<&str> = session["tools"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(|tool| tool["name"].as_str())
                .collect();
            let tools = if tools.is_empty() { "no tools".to_owned() } else { tools.join(", ") };
            terminal.note(format!("{} · {id} · {tools}", agent.name))?;
            terminal.note("Enter while the agent works cuts it short; Ctrl-D ends the chat.")?;
        }
        let lines = terminal.take_lines();
        let mut talking = Talking {
            api,
            beside,
            session: segment(&id),
            lines,
            is_plain,
            pace: self.ms_per_character,
            input_is_over: false,
            greets: agent.value["greeting"].as_str().is_some_and(|greeting| !greeting.is_empty()),
        };
        let talked = talking.talk(terminal).await;
        if !self.keep {
            // The chat is over either way.
            let _ = talking.beside.post(&format!("/v1/sessions/{}/end", talking.session), &json!({})).await;
        }
        talked
    }
}

impl Talking<'_> {
    async fn talk(&mut self, terminal: &mut Terminal) -> Result<Exit, CliError> {
        let mut exit = Exit::Done;
        let mut next = self.greets.then(String::new);
        loop {
            let text = match next.take() {
                Some(text) => text,
                None => match self.read(terminal).await? {
                    Some(text) => text,
                    None => return Ok(exit),
                },
            };
            if text.trim().is_empty() && !std::mem::take(&mut self.greets) {
                continue;
            }
            let body = json!({"text": text, "ms_per_character": self.pace});
            let stream = TurnStream::open(self.api, &self.session, &body).await?;
            let (end, typed) = self.show(stream, terminal).await?;
            if end["reason"] == "failed" {
                exit = Exit::Failed;
            }
            if end["reason"] == "session_ended" {
                terminal.note("the session has ended")?;
                return Ok(exit);
            }
            next = typed;
        }
    }

    /// The user's next line; none at the end of the input.
    async fn read(&mut self, terminal: &mut Terminal) -> Result<Option<String>, CliError> {
        if self.input_is_over {
            return Ok(None);
        }
        if !self.is_plain {
            terminal.bytes(terminal.paint().bold("you> ").as_bytes())?;
        }
        tokio::select! {
            line = self.lines.recv() => Ok(line),
            _ = tokio::signal::ctrl_c() => Ok(None),
        }
    }

    /// Shows a turn as it goes; its end, and what was typed meanwhile.
    async fn show(
        &mut self,
        mut stream: TurnStream,
        terminal: &mut Terminal,
    ) -> Result<(Value, Option<String>), CliError> {
        let paint = terminal.paint();
        let mut shown = Shown { paint, in_text: false, is_plain: self.is_plain };
        let mut typed = None;
        loop {
            let listens = !self.is_plain && !self.input_is_over;
            let heard = tokio::select! {
                event = stream.next() => Heard::Event(event?),
                line = self.lines.recv(), if listens => Heard::Line(line),
                _ = tokio::signal::ctrl_c() => Heard::Stop,
            };
            match heard {
                Heard::Event(Some(event)) => {
                    if terminal.is_json() {
                        terminal.line(event.to_string())?;
                    } else {
                        let text = shown.text(&event);
                        terminal.bytes(text.as_bytes())?;
                    }
                    if event["type"] == "end" {
                        return Ok((event, typed));
                    }
                }
                Heard::Event(None) => return Ok((Value::Null, typed)),
                Heard::Line(None) => self.input_is_over = true,
                Heard::Line(Some(line)) => {
                    typed = (!line.trim().is_empty()).then_some(line);
                    self.interrupt().await?;
                }
                Heard::Stop => self.interrupt().await?,
            }
        }
    }

    async fn interrupt(&mut self) -> Result<(), CliError> {
        let path = format!("/v1/sessions/{}/interrupt", self.session);
        self.beside.post(&path, &json!({})).await.map(drop)
    }
}

/// The text of events, one after the other.
struct Shown {
    paint: Paint,
    in_text: bool,
    is_plain: bool,
}

impl Shown {
    fn text(&mut self, event: &Value) -> String {
        let paint = self.paint;
        let said = event["text"].as_str().unwrap_or_default();
        let at = format!("{:>8.3} s", event["at_ms"].as_f64().unwrap_or_default() / 1000.0);
        let name = event["name"].as_str().unwrap_or_default();
        match event["type"].as_str().unwrap_or_default() {
            "text" => {
                let head = if self.in_text || self.is_plain { String::new() } else { paint.bold("agent> ") };
                self.in_text = true;
                format!("{head}{said}")
            }
            "line" => self.line(&format!("{at}  {} {said}", paint.cyan("says"))),
            "call" => {
                let arguments = &event["arguments"];
                self.line(&format!("{at}  {} {name} {arguments}", paint.cyan("calls")))
            }
            "result" | "late" => {
                let outcome = event["outcome"].as_str().unwrap_or("started");
                let flags =
                    ["replayed", "joined", "timed_out"].into_iter().filter(|flag| event[*flag] == true);
                let flags =
                    flags.map(|flag| format!(" ({})", flag.replace('_', " "))).collect::<Vec<_>>().concat();
                self.line(&format!("{at}  {}{flags} {}", paint.outcome(outcome), event["result"]))
            }
            "agent" => self.line(&format!("{at}  {name} takes over")),
            "warning" => {
                let message = event["message"].as_str().unwrap_or_default();
                self.line(&format!("{at}  {} {message}", paint.yellow("warning:")))
            }
            "interrupted" if event["took_effect"] == true => {
                self.line(&paint.dim(format!("{at}  cut short")))
            }
            "interrupted" => self.line(&paint.dim(format!("{at}  can't be cut short now"))),
            "end" => {
                let rest = if std::mem::take(&mut self.in_text) { "\n" } else { "" };
                match (event["reason"].as_str(), event["message"].as_str()) {
                    (Some("failed"), Some(message)) => format!("{rest}{} {message}\n", paint.red("failed:")),
                    (Some("done" | "silent" | "interrupted" | "session_ended") | None, _) => rest.to_owned(),
                    (Some(reason), _) => format!("{rest}{}\n", paint.yellow(reason.replace('_', " "))),
                }
            }
            _ => String::new(),
        }
    }

    fn line(&mut self, text: &str) -> String {
        let rest = if std::mem::take(&mut self.in_text) { "\n" } else { "" };
        format!("{rest}{text}\n")
    }
}
