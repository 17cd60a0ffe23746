//! What all commands have in common: which server, which key, how to answer.

use std::path::PathBuf;
use std::time::Duration;

use secrecy::SecretString;

use crate::environment;
use crate::error::CliError;
use crate::http::Server;
use crate::time;

/// How long a request may take unless the user says otherwise.
const USUAL_TIMEOUT: Duration = Duration::from_secs(30);

/// Flags of every command that talks to a server.
#[derive(Debug, Clone, clap::Args)]
pub struct GlobalOptions {
    /// The server's base URL
    #[arg(
        long,
        global = true,
        env = "HOOKSWITCH_URL",
        default_value = "http://127.0.0.1:8080",
        value_name = "URL"
    )]
    pub url: String,
    /// File that holds the API key; else the variable HOOKSWITCH_KEY
    #[arg(long, global = true, value_name = "FILE")]
    pub key_file: Option<PathBuf>,
    /// Refused: process lists show command lines
    #[arg(long, global = true, hide = true, value_name = "KEY")]
    pub key: Option<SecretArgument>,
    /// Answer with the API's JSON instead of text
    #[arg(long, global = true)]
    pub json: bool,
    /// No colours; also by the variable NO_COLOR
    #[arg(long, global = true)]
    pub no_color: bool,
    /// No notes: only results and errors
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// Most time for one request: `500ms`, `30s`, `2m` [default: 30s; tool calls and tests 1h]
    #[arg(long, global = true, value_name = "TIME", value_parser = time::parse_duration)]
    pub timeout: Option<Duration>,
}

/// A secret where it should not be: kept only to be refused, never shown.
#[derive(Debug, Clone)]
pub struct SecretArgument(#[expect(dead_code, reason = "only its presence counts")] SecretString);

impl From<&str> for SecretArgument {
    fn from(text: &str) -> Self {
        Self(SecretString::from(text))
    }
}

impl GlobalOptions {
    /// The server and the key to speak to it with.
    pub(crate) fn server(&self) -> Result<Server, CliError> {
        if self.key.is_some() {
            return Err(CliError::usage(
                "--key is refused: process lists and shell histories show it",
                "put the key into the variable HOOKSWITCH_KEY, or into a file and name it with --key-file",
            ));
        }
        Server::parse(&self.url, self.read_key()?)
    }

    /// The time for an ordinary request.
    pub(crate) fn usual_timeout(&self) -> Duration {
        self.timeout.unwrap_or(USUAL_TIMEOUT)
    }

    fn read_key(&self) -> Result<Option<SecretString>, CliError> {
        let Some(file) = &self.key_file else {
            return Ok(environment::api_key());
        };
        let text = std::fs::read_to_string(file).map_err(|error| CliError::File {
            file: file.clone(),
            line: None,
            message: format!("the key can't be read: {error}"),
        })?;
        let key = text.trim();
        if key.is_empty() {
            let message = "the file holds no key".to_owned();
            return Err(CliError::File { file: file.clone(), line: None, message });
        }
        Ok(Some(SecretString::from(key)))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use clap::Parser;

    use super::*;
    use crate::error::Exit;

    #[derive(Parser)]
    struct Probe {
        #[command(flatten)]
        options: GlobalOptions,
    }

    fn parse(arguments: &[&str]) -> GlobalOptions {
        Probe::try_parse_from(["probe"].iter().chain(arguments)).unwrap().options
    }

    #[test]
    fn a_key_on_the_command_line_is_refused_and_not_shown() {
        let error = parse(&["--key", "hs_live_visible"]).server().unwrap_err();
        assert_eq!(error.exit(), Exit::Usage);
        assert!(!format!("{error}{error:?}{:?}", error.hint()).contains("visible"));
    }

    #[test]
    fn a_key_file_is_read_without_its_line_end() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("key");
        std::fs::write(&file, "hs_live_from_a_file\n").unwrap();
        let server = parse(&["--key-file", file.to_str().unwrap()]).server().unwrap();
        assert_eq!(server.authorization().unwrap(), "Bearer hs_live_from_a_file");
    }

    #[test]
    fn an_empty_key_file_is_an_error() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let error = parse(&["--key-file", file.path().to_str().unwrap()]).server().unwrap_err();
        assert!(error.to_string().contains("holds no key"), "{error}");
    }

    #[test]
    fn times_carry_their_unit() {
        assert_eq!(parse(&["--timeout", "1500ms"]).usual_timeout(), Duration::from_millis(1500));
        assert_eq!(parse(&[]).usual_timeout(), USUAL_TIMEOUT);
        assert!(Probe::try_parse_from(["probe", "--timeout", "soon"]).is_err());
    }
}
