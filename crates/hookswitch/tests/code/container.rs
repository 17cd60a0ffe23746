//! The profiles for containers: `contrib/container`.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use hyper::Method;
use serde_json::{Value, json};

use super::house::send_to;
use super::server::KEY;

/// The user of the image.
const USER: u32 = 10_001;
/// What the examination tries to do and must not be able to; a profile that refuses it is right.
const TRIED: &[&str] = &[
    "bpf",
    "chroot",
    "io_uring_setup",
    "keyctl",
    "open_by_handle_at",
    "perf_event_open",
    "process_vm_readv",
    "ptrace",
    "userfaultfd",
];

fn contrib(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../contrib/container").join(file).canonicalize().unwrap()
}

fn profile() -> Value {
    serde_json::from_slice(&std::fs::read(contrib("seccomp.json")).unwrap()).unwrap()
}

/// A place that the image's user owns, with the binary in it.
fn place() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    let binary = folder.path().join("hookswitch");
    std::fs::copy(env!("CARGO_BIN_EXE_hookswitch"), &binary).unwrap();
    let data = folder.path().join("data");
    std::fs::create_dir(&data).unwrap();
    chown(&data, Some(USER), Some(USER)).unwrap();
    (folder, binary)
}

/// A program under the profile, less the rule whose comment has a word.
fn confined(without: &str, binary: &Path) -> Command {
    let mut command = Command::new("/usr/bin/python3");
    command.args(["-I", "-c", include_str!("confined.py")]).arg(contrib("seccomp.json"));
    command.args([&USER.to_string(), without]).arg(binary).env_clear().stdin(Stdio::null());
    command
}

fn examination(without: &str) -> Value {
    let (folder, binary) = place();
    let output = confined(without, &binary)
        .args(["--json", "doctor", "--data"])
        .arg(folder.path().join("data"))
        .args(["--listen", "127.0.0.1:0"])
        .output()
        .unwrap();
    let report: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error} {}", String::from_utf8_lossy(&output.stderr)));
    report["checks"].as_array().unwrap().iter().find(|check| check["check"] == "python").unwrap().clone()
}

struct Server {
    child: Child,
    is_traced: bool,
    address: String,
}

impl Server {
    /// Starts `serve` behind a prefix and waits until it serves.
    fn start(mut command: Command, data: &Path) -> Self {
        command.args(["serve", "--listen", "127.0.0.1:0", "--log-format", "json", "--data"]).arg(data);
        command.env("HOOKSWITCH_BOOTSTRAP_KEY", KEY).env("HOOKSWITCH_PYTHON_PACKAGES", packages());
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut said = String::new();
        let address = loop {
            let line = lines.next().unwrap_or_else(|| panic!("it ended before it served: {said}")).unwrap();
            let parsed: Value = serde_json::from_str(&line).unwrap_or_default();
            if parsed["message"] == "serving" {
                break parsed["address"].as_str().unwrap().to_owned();
            }
            said.push_str(&line);
        };
        std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
        Self { child, is_traced: command.get_program() == "strace", address }
    }

    /// Makes a tool and tries it.
    async fn run(&self, code: &str) -> Value {
        let headers = [("authorization", &*format!("Bearer {KEY}"))];
        let post = async |path: &str, body: Value| {
            let url = format!("{}{path}", self.address);
            send_to(&url, &headers, Method::POST, Some(&body)).await.body
        };
        let tool = post(
            "/v1/tools",
            json!({"name": "t", "kind": "python", "timeout_ms": 20_000, "python": {"code": code}}),
        )
        .await;
        let id = tool["id"].as_str().unwrap_or_else(|| panic!("{tool}"));
        post(&format!("/v1/tools/{id}/test"), json!({"arguments": {}})).await
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // A tracer does not listen; what it traces does.
        let own = self.child.id();
        let below = std::fs::read_to_string(format!("/proc/{own}/task/{own}/children")).unwrap_or_default();
        let traced = self.is_traced.then(|| below.split_whitespace().next().map(str::to_owned)).flatten();
        let _ = Command::new("kill").args(["-TERM", &traced.unwrap_or_else(|| own.to_string())]).status();
        let _ = self.child.wait();
    }
}

/// Where root's set-up put the curated sets; everybody may read them.
fn packages() -> &'static str {
    "/var/cache/hookswitch/python"
}

#[test]
fn with_the_profile_an_ordinary_user_has_full_isolation() {
    let found = examination("-");
    assert_eq!(found["verdict"], "ok", "{found}");
    assert!(found["said"].as_str().unwrap().contains("isolation full"), "{found}");
}

#[test]
fn without_its_last_rule_python_is_refused_and_the_reason_named() {
    // What is left is what engines allow by default.
    let found = examination("What the sandbox needs");
    assert_eq!(found["verdict"], "warning", "{found}");
    let said = found["said"].as_str().unwrap();
    assert!(said.contains("namespace") || said.contains("unshare"), "{found}");
}

#[tokio::test(flavor = "multi_thread")]
async fn code_runs_under_the_profile() {
    let (folder, binary) = place();
    let server = Server::start(confined("-", &binary), &folder.path().join("data"));
    let run = server.run("import json, hashlib, socket, ssl, sqlite3\ndef f():\n    return hashlib.sha256(b'x').hexdigest()[:4]").await;
    assert_eq!(run["told"], json!({"result": "2d71"}), "{run}");
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_that_a_server_with_code_uses_is_in_the_profile() {
    let (folder, binary) = place();
    let trace = folder.path().join("trace");
    let mut command = Command::new("strace");
    command
        .args(["-f", "-qq", "-e", "signal=none", "-o"])
        .arg(&trace)
        .arg(&binary)
        .env_clear()
        .stdin(Stdio::null());
    {
        let server = Server::start(command, &folder.path().join("data"));
        let run = server.run("import tempfile, threading, asyncio\ndef f():\n    with tempfile.TemporaryFile() as file: file.write(b'x')\n    threading.Thread(target=int).start()\n    return asyncio.run(asyncio.sleep(0, 7))").await;
        assert_eq!(run["told"], json!({"result": 7}), "{run}");
    }
    let text = std::fs::read_to_string(&trace).unwrap();
    let used: BTreeSet<&str> = text.lines().filter_map(syscall).collect();
    assert!(used.contains("pivot_root") && used.contains("landlock_restrict_self"), "{used:?}");
    let profile = profile();
    let names =
        profile["syscalls"].as_array().unwrap().iter().flat_map(|rule| rule["names"].as_array().unwrap());
    let allowed: BTreeSet<&str> = names.map(|name| name.as_str().unwrap()).collect();
    let missing: Vec<_> =
        used.iter().filter(|name| !allowed.contains(*name) && !TRIED.contains(name)).collect();
    assert!(missing.is_empty(), "not in the profile: {missing:?}");
    let dangerous: Vec<_> = TRIED.iter().filter(|name| allowed.contains(*name)).collect();
    assert!(dangerous.is_empty(), "in the profile: {dangerous:?}");
}

/// `1234 openat(…` and `1234 <... openat resumed>…`.
fn syscall(line: &str) -> Option<&str> {
    let rest = line.split_once(' ')?.1.trim_start();
    let name = rest.split_once('(')?.0;
    name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_').then_some(name)
}

#[test]
fn the_apparmor_profile_compiles_where_there_is_a_compiler() {
    let text = std::fs::read_to_string(contrib("apparmor")).unwrap();
    for needed in ["profile hookswitch-container", "mount,", "pivot_root,", "deny ptrace"] {
        assert!(text.contains(needed), "{needed}");
    }
    let Ok(found) = Command::new("apparmor_parser").arg("--version").output() else { return };
    assert!(found.status.success());
    let output =
        Command::new("apparmor_parser").args(["-Q", "-K"]).arg(contrib("apparmor")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
