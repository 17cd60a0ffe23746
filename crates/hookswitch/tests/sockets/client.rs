//! Python with the vendors' packages, beside a world.

use std::process::Stdio;

use serde_json::Value;
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

use crate::house::{interop, printed};
use crate::server::KEY;
use crate::world::World;

/// Runs a script to its end; the last line that it printed is JSON. `HOUSE` is the server, `WS` the same as a socket,
/// `KEY` the key, `AGENT` the first agent.
pub(crate) async fn python(world: &World, script: &str) -> Value {
    let house = &world.server.address;
    let mut child = Command::new(interop().join("venv/bin/python"))
        .arg("-")
        .env("HOUSE", house)
        .env("WS", house.replacen("http", "ws", 1))
        .env("KEY", KEY)
        .env("AGENT", &world.agent)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(script.as_bytes()).await.unwrap();
    let waiting = tokio::time::timeout(std::time::Duration::from_mins(1), child.wait_with_output());
    let text = printed(&waiting.await.expect("the script ends in time").unwrap());
    serde_json::from_str(text.lines().last().unwrap_or_default()).unwrap_or_else(|_| panic!("{text}"))
}
