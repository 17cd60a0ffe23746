//! Where a command reads and writes: results to the standard output, everything else to the standard error.

use std::io::{self, BufRead as _, Cursor, IsTerminal as _, Read as _, Write};

use secrecy::SecretString;
use serde_json::Value;
use tokio::sync::mpsc;

use crate::environment;
use crate::error::CliError;
use crate::options::GlobalOptions;
use crate::paint::Paint;

/// Longest text taken from the standard input, in bytes.
const MOST_INPUT: u64 = 16 << 20;

/// Where the input comes from.
#[derive(Debug)]
enum Input {
    Process,
    Text(Cursor<String>),
}

/// Streams of a command and how they are used.
pub struct Terminal {
    out: Box<dyn Write + Send>,
    notes: Box<dyn Write + Send>,
    input: Input,
    /// A person can be asked.
    is_interactive: bool,
    /// The results go to a screen.
    shows_results: bool,
    /// Progress can be shown.
    shows_notes: bool,
    width: Option<u16>,
    json: bool,
    quiet: bool,
    colours: bool,
}

/// Lines that are read before somebody wants them.
const LINES_AHEAD: usize = 16;
/// Longest line, in bytes.
const MOST_LINE: u64 = 64 * 1024;

fn hand_over_lines(mut input: impl io::BufRead, out: &mpsc::Sender<String>) {
    loop {
        let mut line = Vec::new();
        match input.by_ref().take(MOST_LINE).read_until(b'\n', &mut line) {
            Ok(0) | Err(_) => return,
            Ok(_) => {}
        }
        let line = String::from_utf8_lossy(&line).trim_end_matches(['\r', '\n']).to_owned();
        if out.blocking_send(line).is_err() {
            return;
        }
    }
}

impl std::fmt::Debug for Terminal {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Terminal")
            .field("json", &self.json)
            .field("width", &self.width)
            .finish_non_exhaustive()
    }
}

impl Terminal {
    /// The streams of this process.
    pub fn of_process(options: &GlobalOptions) -> Self {
        let (shows_results, shows_notes) = (io::stdout().is_terminal(), io::stderr().is_terminal());
        let width = shows_results.then(|| console::Term::stdout().size_checked()).flatten();
        Self {
            out: Box::new(io::stdout()),
            notes: Box::new(io::stderr()),
            input: Input::Process,
            is_interactive: io::stdin().is_terminal() && shows_notes,
            shows_results,
            shows_notes,
            width: width.map(|(_, columns)| columns),
            json: options.json,
            quiet: options.quiet,
            colours: !options.no_color && !environment::wants_no_colour(),
        }
    }

    /// Streams that are no terminal, for tests: what is written, what is noted, what is read.
    pub fn captured(
        options: &GlobalOptions,
        out: impl Write + Send + 'static,
        notes: impl Write + Send + 'static,
        input: impl Into<String>,
    ) -> Self {
        Self {
            out: Box::new(out),
            notes: Box::new(notes),
            input: Input::Text(Cursor::new(input.into())),
            is_interactive: false,
            shows_results: false,
            shows_notes: false,
            width: None,
            json: options.json,
            quiet: options.quiet,
            colours: false,
        }
    }

    /// Whether programs read the results.
    pub(crate) fn is_json(&self) -> bool {
        self.json
    }

    /// Whether only results are wanted.
    pub(crate) fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// Whether somebody watches how work goes on.
    pub(crate) fn shows_progress(&self) -> bool {
        self.shows_notes && !self.quiet && !self.json
    }

    /// Columns of the screen, when results go to one.
    pub(crate) fn width(&self) -> Option<u16> {
        self.width
    }

    /// Colours of results.
    pub(crate) fn paint(&self) -> Paint {
        Paint { on: self.colours && self.shows_results }
    }

    /// Colours of notes and errors.
    pub(crate) fn paint_notes(&self) -> Paint {
        Paint { on: self.colours && self.shows_notes }
    }

    /// A line of results.
    pub(crate) fn line(&mut self, text: impl AsRef<str>) -> Result<(), CliError> {
        let text = text.as_ref();
        writeln!(self.out, "{}", text.strip_suffix('\n').unwrap_or(text))?;
        Ok(self.out.flush()?)
    }

    /// Bytes of results as they are.
    pub(crate) fn bytes(&mut self, bytes: &[u8]) -> Result<(), CliError> {
        self.out.write_all(bytes)?;
        Ok(self.out.flush()?)
    }

    /// The API's JSON: as it came for programs, indented on a screen.
    pub(crate) fn json(&mut self, raw: &[u8], value: &Value) -> Result<(), CliError> {
        if self.shows_results {
            self.line(format!("{value:#}"))
        } else {
            self.line(String::from_utf8_lossy(raw))
        }
    }

    /// A note that is no result; dropped with `--quiet`.
    pub(crate) fn note(&mut self, text: impl AsRef<str>) -> Result<(), CliError> {
        if !self.quiet {
            writeln!(self.notes, "{}", text.as_ref())?;
        }
        Ok(())
    }

    /// A line that explains an error; shown even with `--quiet`.
    pub(crate) fn always(&mut self, text: impl AsRef<str>) -> Result<(), CliError> {
        Ok(writeln!(self.notes, "{}", text.as_ref())?)
    }

    /// Something that a person should look at; shown even with `--quiet`.
    pub(crate) fn warn(&mut self, text: impl AsRef<str>) -> Result<(), CliError> {
        let label = self.paint_notes().yellow("warning:");
        writeln!(self.notes, "{label} {}", text.as_ref())?;
        Ok(())
    }

    /// Shows an error and its hint.
    pub(crate) fn error(&mut self, error: &CliError) {
        let paint = self.paint_notes();
        // Nothing can be done when the standard error is closed.
        let _ = writeln!(self.notes, "{} {error}", paint.red("error:"));
        if let CliError::Problem(problem) = error {
            for detail in problem.details() {
                let _ = writeln!(self.notes, "  {detail}");
            }
        }
        if let Some(hint) = error.hint() {
            let _ = writeln!(self.notes, "{} {hint}", paint.cyan("hint:"));
        }
    }

    /// Asks for a yes, unless it was given on the command line.
    pub(crate) fn confirm(&mut self, question: &str, yes: bool) -> Result<(), CliError> {
        if yes {
            return Ok(());
        }
        if !self.is_interactive {
            return Err(CliError::NeedsYes { question: question.to_owned() });
        }
        write!(self.notes, "{question} [y/N] ")?;
        self.notes.flush()?;
        let mut answer = String::new();
        io::stdin().lock().take(1024).read_line(&mut answer)?;
        if matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes") {
            Ok(())
        } else {
            Err(CliError::Declined)
        }
    }

    /// A secret: typed without echo at a terminal, else the standard input without its last line end.
    pub(crate) fn read_secret(&mut self, prompt: &str) -> Result<SecretString, CliError> {
        if self.is_interactive {
            write!(self.notes, "{prompt}: ")?;
            self.notes.flush()?;
            return Ok(SecretString::from(console::Term::stderr().read_secure_line()?));
        }
        let text = self.read_all()?;
        let text = text.strip_suffix('\n').unwrap_or(&text);
        Ok(SecretString::from(text.strip_suffix('\r').unwrap_or(text)))
    }

    /// The lines of the standard input as they come. A person's line may come while something else is going on.
    pub(crate) fn take_lines(&mut self) -> mpsc::Receiver<String> {
        let (out, lines) = mpsc::channel(LINES_AHEAD);
        let given = match &mut self.input {
            Input::Process => None,
            Input::Text(text) => Some(std::mem::take(text)),
        };
        // A thread of its own: reading blocks, and ends with the process or the input.
        std::thread::spawn(move || match given {
            Some(text) => hand_over_lines(text, &out),
            None => hand_over_lines(io::stdin().lock(), &out),
        });
        lines
    }

    /// Whether a person sits at the keyboard.
    pub(crate) const fn is_interactive(&self) -> bool {
        self.is_interactive
    }

    /// The whole standard input as text.
    pub(crate) fn read_all(&mut self) -> Result<String, CliError> {
        let mut text = String::new();
        match &mut self.input {
            Input::Process => io::stdin().lock().take(MOST_INPUT + 1).read_to_string(&mut text)?,
            Input::Text(given) => given.read_to_string(&mut text)?,
        };
        if text.len() as u64 > MOST_INPUT {
            return Err(CliError::usage("the standard input is over 16 MiB", "give smaller pieces"));
        }
        Ok(text)
    }
}
