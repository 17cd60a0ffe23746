//! The whole suite once more as an ordinary user, and on a machine that lacks what is needed.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Arc;

use hookswitch_sandbox::{NoEgress, Sandbox, SandboxError};
use tempfile::TempDir;

use crate::support::{launcher, settings};

/// The test binary and the launcher where every user can run them.
fn copies() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let copy = |from: &Path, name: &str| {
        let to = folder.path().join(name);
        fs::copy(from, &to).unwrap();
        fs::set_permissions(&to, fs::Permissions::from_mode(0o755)).unwrap();
        to
    };
    copy(&launcher(), "hookswitch-sandbox-launch");
    let tests = copy(&std::env::current_exe().unwrap(), "tests");
    (folder, tests)
}

fn text(output: &Output) -> String {
    format!("{}\n{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// Run by root this is the second half of the suite; run by anybody else, the suite itself was it.
#[test]
fn everything_holds_for_an_ordinary_user() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let (_folder, tests) = copies();
    let output = Command::new("setpriv")
        .args(["--reuid", "23456", "--regid", "23456", "--clear-groups", "--inh-caps=-all"])
        .arg(tests)
        .args(["--skip", "users::", "--test-threads", "2", "--nocapture"])
        .current_dir("/")
        .output()
        .unwrap();
    let text = text(&output);
    for line in text.lines().filter(|line| line.starts_with("abuse cases") || line.starts_with("test result"))
    {
        println!("as an ordinary user: {line}");
    }
    assert!(output.status.success(), "{text}");
    assert!(text.contains("abuse cases:"), "{text}");
}

/// Also the half of the next test that runs where user namespaces are off.
#[tokio::test]
async fn a_machine_without_user_namespaces_is_refused() {
    if std::env::var_os(OFF).is_some() {
        let error = Sandbox::start(settings(), Arc::new(NoEgress)).await.unwrap_err();
        let SandboxError::NotIsolated { reason, remedy } = error else { panic!("{error}") };
        assert!(reason.starts_with("create a user namespace: "), "{reason}");
        assert!(remedy.contains("user.max_user_namespaces"), "{remedy}");
        println!("refused: {reason}");
        return;
    }
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let (_folder, tests) = copies();
    // Off in a namespace of the test's own, so that nobody else notices.
    let script = "read mapped && sh -c 'echo 0 > /proc/sys/user/max_user_namespaces' && exec setpriv --reuid 23456 \
                  --regid 23456 --clear-groups --inh-caps=-all \"$0\" --exact --nocapture \
                  users::a_machine_without_user_namespaces_is_refused";
    let mut child = Command::new("unshare")
        .args(["--user", "sh", "-c", script])
        .arg(tests)
        .env(OFF, "1")
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let own = fs::read_link("/proc/self/ns/user").unwrap();
    let its = format!("/proc/{}", child.id());
    crate::support::until(|| fs::read_link(format!("{its}/ns/user")).unwrap() != own).await;
    for map in ["uid_map", "gid_map"] {
        fs::write(format!("{its}/{map}"), "0 0 65536").unwrap();
    }
    child.stdin.take().unwrap().write_all(b"mapped\n").unwrap();
    let output = child.wait_with_output().unwrap();
    let text = text(&output);
    assert!(output.status.success() && text.contains("refused: create a user namespace"), "{text}");
}

const OFF: &str = "HOOKSWITCH_TEST_USER_NAMESPACES_OFF";

#[tokio::test]
async fn a_root_server_with_a_root_sandbox_user_is_refused() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let identity = hookswitch_sandbox::Identity { uid: 0, gid: 0 };
    let settings = hookswitch_sandbox::SandboxSettings { identity, ..settings() };
    let error = Sandbox::start(settings, Arc::new(NoEgress)).await.unwrap_err();
    assert!(error.to_string().contains("must not be root"), "{error}");
}

#[tokio::test]
async fn a_launcher_that_is_none_is_an_error_and_not_a_hang() {
    for path in ["/bin/false", "/does/not/exist"] {
        let settings = hookswitch_sandbox::SandboxSettings { launcher: Some(path.into()), ..settings() };
        assert!(Sandbox::start(settings, Arc::new(NoEgress)).await.is_err(), "{path}");
    }
}

#[test]
fn a_binary_that_starts_itself_again_needs_no_setting() {
    let output = Command::new(launcher()).env("SECRET_OF_THE_SERVER", "1").output().unwrap();
    let text = text(&output);
    assert!(output.status.success() && text.contains("tier: "), "{text}");
}
