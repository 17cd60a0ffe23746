//! How the demo looks on a terminal.
#![expect(clippy::print_stdout, reason = "the demo is there to be read")]

use std::io::IsTerminal as _;
use std::time::Instant;

/// Who says or does something.
#[derive(Debug, Clone, Copy)]
pub(super) enum Who {
    Team,
    User,
    Agent,
    Server,
    Service,
}

/// Prints the conversation line by line with its times.
pub(super) struct Timeline {
    started: Instant,
    has_colour: bool,
}

impl Timeline {
    pub(super) fn new(is_plain: bool) -> Self {
        let has_colour = !is_plain && std::io::stdout().is_terminal();
        Self { started: Instant::now(), has_colour }
    }

    pub(super) fn head(&self, server: &str, service: &str) {
        println!();
        println!("  {}", self.bold("hookswitch demo"));
        println!("  server on {server}, booking service on {service}, database in a temporary folder");
    }

    pub(super) fn chapter(&self, title: &str) {
        println!();
        println!("  {}", self.bold(title));
    }

    pub(super) fn line(&self, who: Who, text: &str) {
        let at = self.started.elapsed().as_millis();
        let (name, colour) = match who {
            Who::Team => ("team", "36"),
            Who::User => ("caller", "33"),
            Who::Agent => ("agent", "32"),
            Who::Server => ("hookswitch", "35"),
            Who::Service => ("service", "34"),
        };
        println!("  {at:>6} ms  {}  {text}", self.paint(&format!("{name:<10}"), colour));
    }

    pub(super) fn detail(&self, text: &str) {
        for line in text.lines() {
            println!("                         {}", self.paint(line, "2"));
        }
    }

    pub(super) fn foot(&self) {
        println!();
        println!("  {}", self.bold("Where to go next"));
        println!("    make run                        a server of your own; it prints an admin key once");
        println!("    hookswitch tools apply -f FILE  tools from YAML or JSON files");
        println!("    docs/definitions.md             every field of a tool");
        println!("    docs/semantics.md               what is promised: never twice, never lost");
        println!();
    }

    fn bold(&self, text: &str) -> String {
        self.paint(text, "1")
    }

    fn paint(&self, text: &str, code: &str) -> String {
        if self.has_colour { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}
