//! A program like the real binary, its streams kept.

use std::io::Write;
use std::sync::Arc;

use clap::{CommandFactory, Parser};
use hookswitch_cli::{Command, Exit, GlobalOptions, Terminal, execute};
use parking_lot::Mutex;

#[derive(Debug, Parser)]
#[command(name = "hookswitch", version, propagate_version = true)]
pub(crate) struct Program {
    #[command(flatten)]
    options: GlobalOptions,
    #[command(subcommand)]
    command: Command,
}

#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Kept {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().clone()).unwrap()
    }
}

/// The key that every run has.
pub(crate) const KEY: &str = "hs_live_of_the_tests_of_the_cli_0001";

/// What a run left behind.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) exit: Exit,
    pub(crate) out: String,
    pub(crate) notes: String,
}

/// Runs a command line against a server.
pub(crate) async fn run(url: &str, arguments: &[&str]) -> Ran {
    run_with_input(url, arguments, "").await
}

/// Runs a command line with something on the standard input, which is no terminal.
pub(crate) async fn run_with_input(url: &str, arguments: &[&str], input: &str) -> Ran {
    let key = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(key.path(), KEY).unwrap();
    let line = ["hookswitch", "--url", url, "--key-file", key.path().to_str().unwrap()];
    let program = Program::try_parse_from(line.iter().chain(arguments)).unwrap();
    let (out, notes) = (Kept::default(), Kept::default());
    let mut terminal = Terminal::captured(&program.options, out.clone(), notes.clone(), input);
    let exit = execute(program.command, &program.options, Program::command, &mut terminal).await;
    Ran { exit, out: out.text(), notes: notes.text() }
}

#[test]
fn the_command_line_is_sound() {
    Program::command().debug_assert();
}

#[test]
fn a_value_of_a_secret_is_no_argument() {
    assert!(Program::try_parse_from(["hookswitch", "secrets", "set", "crm_key", "sk-1"]).is_err());
}

#[tokio::test]
async fn completions_know_all_commands() {
    for shell in ["bash", "zsh", "fish"] {
        let ran = run("http://127.0.0.1:9", &["completions", shell]).await;
        assert_eq!(ran.exit, Exit::Done);
        assert!(ran.out.contains("rewrite-secrets") && ran.out.contains("master-key"), "{shell}");
    }
}
