//! Emulators of AWS as processes of the test's own.

use std::io::Write as _;
use std::net::{TcpListener, TcpStream};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use crate::house::interop;

/// Longest start: on a busy machine with two cores.
const LONGEST_START: Duration = Duration::from_mins(1);

/// An emulator; it and all that it started end with the test.
pub(crate) struct Emulator {
    child: Child,
    pub(crate) address: String,
}

impl Emulator {
    /// `cargo lambda watch` with the functions of `tests/lambda-function`.
    pub(crate) fn functions() -> Self {
        let mut command = Command::new(interop().join("venv/bin/cargo-lambda"));
        command
            .args(["lambda", "watch", "--ignore-changes", "--invoke-address", "127.0.0.1", "--invoke-port"])
            .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/lambda-function"))
            .env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join("lambda-function"));
        Self::start(command)
    }

    /// `moto_server`.
    pub(crate) fn moto() -> Self {
        let mut command = Command::new(interop().join("venv/bin/moto_server"));
        command.args(["--host", "127.0.0.1", "--port"]);
        Self::start(command)
    }

    /// Starts a command whose last argument is its port, and waits until somebody listens there.
    fn start(mut command: Command) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let address = format!("127.0.0.1:{port}");
        let child = command
            .arg(port.to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .unwrap();
        let mut emulator = Self { child, address };
        let started = Instant::now();
        while TcpStream::connect(&emulator.address).is_err() {
            assert!(started.elapsed() < LONGEST_START, "the emulator does not listen");
            assert!(emulator.child.try_wait().unwrap().is_none(), "the emulator ended");
            std::thread::sleep(Duration::from_millis(20));
        }
        emulator
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        // Its group: it has children of its own.
        let group = format!("-{}", self.child.id());
        let _ = Command::new("kill").args(["-KILL", "--", &group]).status();
        let _ = self.child.wait();
    }
}

/// Runs a Python script with boto3 and botocore; `AWS` is the emulator's address.
pub(crate) fn python(script: &str, address: &str, input: &str) -> Output {
    let mut child = Command::new(interop().join("venv/bin/python"))
        .args(["-c", script])
        .env("AWS", format!("http://{address}"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}
