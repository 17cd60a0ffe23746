//! Our signatures under the official libraries of PyPI and npm. Needs both; a machine that can't install them fails.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{SystemTime, UNIX_EPOCH},
};

use hookswitch_egress::signing::{WebhookSecret, sign};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

const PYTHON_PACKAGE: &str = "standardwebhooks==1.1.0";
const NPM_PACKAGE: &str = "standardwebhooks@1.1.1";

/// Where `venv` and `node_modules` are: prepared by `make test`, else installed here.
fn interop_folder() -> PathBuf {
    if let Some(prepared) = std::env::var_os("HOOKSWITCH_INTEROP_DIR") {
        return prepared.into();
    }
    // Other versions are another folder.
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("interop")
        .join(format!("{PYTHON_PACKAGE}-{NPM_PACKAGE}"));
    let venv = folder.join("venv");
    if !folder.join("ready").exists() {
        std::fs::create_dir_all(&folder).unwrap();
        run(Command::new("python3").args(["-m", "venv"]).arg(&venv));
        run(Command::new(venv.join("bin/pip")).args(["install", "--quiet", PYTHON_PACKAGE]));
        run(Command::new("npm")
            .args(["install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix"])
            .arg(&folder)
            .arg(NPM_PACKAGE));
        std::fs::write(folder.join("ready"), "").unwrap();
    }
    folder
}

fn run(command: &mut Command) {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// Messages that must verify, and the same with one thing changed that must not.
fn cases() -> Vec<Value> {
    let now = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()).unwrap();
    let (current, old) = (WebhookSecret::generate().unwrap(), WebhookSecret::generate().unwrap());
    let shown = |secret: &WebhookSecret| secret.reveal().expose_secret().to_owned();
    let bodies = ["{}", r#"{"test": 2432232314}"#, r#"{"name":"Zoë 🎉","note":"a.b.c"}"#];
    let mut cases = Vec::new();
    for (n, body) in bodies.into_iter().enumerate() {
        let id = format!("exe_{n}");
        let signature = sign(&id, now, body.as_bytes(), &[&current, &old]).unwrap();
        let case = |secret: &str, id: &str, time: i64, body: &str, valid: bool| {
            json!({"secret": secret, "id": id, "timestamp": time.to_string(), "signature": signature,
                   "body": body, "valid": valid})
        };
        let plain = shown(&current).trim_start_matches("whsec_").to_owned();
        cases.push(case(&shown(&current), &id, now, body, true));
        cases.push(case(&shown(&old), &id, now, body, true));
        cases.push(case(&plain, &id, now, body, true));
        cases.push(case(&shown(&WebhookSecret::generate().unwrap()), &id, now, body, false));
        cases.push(case(&shown(&current), "exe_other", now, body, false));
        cases.push(case(&shown(&current), &id, now - 1, body, false));
        cases.push(case(&shown(&current), &id, now, r#"{"changed":true}"#, false));
        let stale = sign(&id, now - 301, body.as_bytes(), &[&current]).unwrap();
        cases.push(json!({"secret": shown(&current), "id": id, "timestamp": (now - 301).to_string(),
                          "signature": stale, "body": body, "valid": false}));
    }
    cases
}

fn verify_with(command: &mut Command) {
    let cases = cases();
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(&serde_json::to_vec(&cases).unwrap()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{command:?} ended with {}", output.status);
    let verdicts: Vec<bool> = serde_json::from_slice(&output.stdout).unwrap();
    let wanted: Vec<bool> = cases.iter().map(|case| case["valid"].as_bool().unwrap()).collect();
    assert_eq!(verdicts, wanted);
    assert_eq!(verdicts.len(), 24);
}

#[test]
fn the_official_libraries_agree() {
    let folder = interop_folder();
    let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/interop");
    verify_with(Command::new(folder.join("venv/bin/python")).arg(scripts.join("verify.py")));
    verify_with(Command::new("node").arg(scripts.join("verify.mjs")).arg(&folder));
}
