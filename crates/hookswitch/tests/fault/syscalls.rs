//! What a process asks of the system, in order, as `strace` sees it.

use std::path::Path;
use std::process::Stdio;

use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

use crate::process;

/// What is watched: flushes, and whatever sends bytes over a socket.
const CALLS: &str = "trace=fdatasync,fsync,write,writev,sendto,sendmsg";

/// One thing that was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Seen {
    /// A flush came back.
    Flush,
    /// A request begins to leave for the upstream.
    Sent,
    /// An answer begins to leave for a client.
    Answered,
}

/// A running trace.
pub(crate) struct Trace {
    strace: Child,
    folder: TempDir,
}

impl Trace {
    /// Attaches to a process and its threads; `None`, with the reason on the screen, where that can't be done.
    pub(crate) async fn attach(id: u32) -> Option<Self> {
        let Some(strace) = process::program("strace") else {
            println!("strace is not installed: flushes are counted by the writer's own commits");
            return None;
        };
        let folder = tempfile::tempdir().unwrap();
        let mut strace = Command::new(strace)
            .args(["-f", "-e", CALLS, "-s", "48", "-o"])
            .arg(folder.path().join("trace"))
            .args(["-p", &id.to_string()])
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(strace.stderr.take().unwrap()).lines();
        let first = lines.next_line().await.unwrap().unwrap_or_default();
        // Read on, so that it never waits for us.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        if first.contains("attached") {
            return Some(Self { strace, folder });
        }
        println!("strace can't attach ({first}): flushes are counted by the writer's own commits");
        None
    }

    /// Detaches; everything that was seen, in order.
    pub(crate) async fn end(mut self) -> Vec<Seen> {
        process::signal(self.strace.id().unwrap(), "INT").await;
        self.strace.wait().await.unwrap();
        read(&self.folder.path().join("trace"))
    }
}

fn read(file: &Path) -> Vec<Seen> {
    let text = String::from_utf8_lossy(&std::fs::read(file).unwrap()).into_owned();
    text.lines().filter_map(seen).collect()
}

/// Reads a line such as `1234 fdatasync(9) = 0` or `1234 <... fdatasync resumed>) = 0`.
fn seen(line: &str) -> Option<Seen> {
    let (_, call) = line.split_once(' ')?;
    let call = call.trim_start();
    let is_flush = |name: &str| {
        call.starts_with(&format!("{name}(")) || call.starts_with(&format!("<... {name} resumed"))
    };
    if is_flush("fdatasync") || is_flush("fsync") {
        return call.trim_end().ends_with("= 0").then_some(Seen::Flush);
    }
    if call.contains("\"POST /act") || call.contains("\"GET /look") {
        return Some(Seen::Sent);
    }
    call.contains("\"HTTP/1.1 200").then_some(Seen::Answered)
}

#[test]
fn lines_are_read() {
    assert_eq!(seen("17 fdatasync(9)                     = 0"), Some(Seen::Flush));
    assert_eq!(seen("17 fdatasync(9 <unfinished ...>"), None);
    assert_eq!(seen("17 <... fdatasync resumed>)          = 0"), Some(Seen::Flush));
    assert_eq!(seen("17 fdatasync(9) = -1 EIO (Input/output error)"), None);
    assert_eq!(
        seen(r#"3 writev(12, [{iov_base="POST /act HTTP/1.1\r\n"..., iov_len=4}], 1) = 4"#),
        Some(Seen::Sent)
    );
    assert_eq!(
        seen(r#"3 sendto(9, "HTTP/1.1 200 OK\r\n"..., 260, MSG_NOSIGNAL, NULL, 0) = 260"#),
        Some(Seen::Answered)
    );
    assert_eq!(seen(r#"3 write(2, "{\"level\":\"INFO\"}"..., 90) = 90"#), None);
}
