//! Runs a command with a private PostgreSQL: `with_postgres cargo nextest run`. The command finds the server's URL in
//! `HOOKSWITCH_TEST_POSTGRES_URL`; the server is stopped when the command ends.
#![allow(clippy::disallowed_methods, reason = "tools of tests read their own environment")]

use std::{
    env,
    process::{Command, ExitCode},
};

use anyhow::{Context as _, Result};
use hookswitch_testkit::{PostgresServer, postgres::URL_VARIABLE};

fn main() -> Result<ExitCode> {
    let mut arguments = env::args_os().skip(1);
    let program = arguments.next().context("usage: with_postgres <command> [arguments]")?;
    let server = PostgresServer::start()?;
    let status = Command::new(program).args(arguments).env(URL_VARIABLE, server.url()).status()?;
    drop(server);
    Ok(status.code().and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::FAILURE, ExitCode::from))
}
