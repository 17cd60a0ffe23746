//! How a server starts with Python and without, and what it says about it.

use std::process::Command;

use hyper::Method;
use serde_json::{Value, json};

use super::desk::Desk;
use super::house::{House, text_of};

fn health(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tier_is_told_where_operators_look() {
    let desk = Desk::open().await;
    let said = health(&text_of(&format!("{}/health", desk.house.address())).await);
    assert_eq!((&said["status"], &said["python"]["state"]), (&json!("ok"), &json!("on")));
    assert_eq!(said["python"]["isolation"], "full");
    assert!(said["python"]["missing"].is_array(), "{said}");
    let log = desk.house.log();
    let line = log.lines().find(|line| line.contains("Python tools are on")).unwrap();
    assert!(line.contains(r#""isolation":"full""#), "{line}");
    assert!(desk.metric("python_on").await > 0.0);
    let doctor = Command::new(env!("CARGO_BIN_EXE_hookswitch"))
        .args(["doctor", "--json", "--listen", "127.0.0.1:0", "--data", "/nowhere/at/all"])
        .output()
        .unwrap();
    let report: Value = serde_json::from_slice(&doctor.stdout).unwrap();
    let python =
        report["checks"].as_array().unwrap().iter().find(|check| check["check"] == "python").unwrap();
    assert!(python["said"].as_str().unwrap().ends_with("isolation full"), "{python}");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_sandbox_code_is_refused_and_everything_else_works() {
    for (settings, state, why) in [
        ("python_interpreter = \"/bin/true\"\n", "off", Some("/bin/true")),
        ("python = \"off\"\n", "null", None),
    ] {
        let house = House::start_with(|_| hookswitch_testkit::Reply::json("{}"), settings).await;
        let draft = json!({"name": "code", "kind": "python", "python": {"code": "def f():\n    return 1\n"}});
        let saved = house.send(Method::POST, "/v1/tools", Some(&draft)).await;
        assert_eq!(saved.status, 201, "{}", saved.body);
        let id = saved.body["id"].as_str().unwrap();
        let run =
            house.send(Method::POST, &format!("/v1/tools/{id}/test"), Some(&json!({"arguments": {}}))).await;
        assert_eq!(run.body["outcome"], "refused", "{}", run.body);
        assert_eq!(run.body["error"], "this server runs no Python code");
        let session = house.send(Method::POST, "/v1/sessions", Some(&json!({"tools": [{"tool": id}]}))).await;
        let path = format!("/v1/sessions/{}/calls", session.body["id"].as_str().unwrap());
        let call = json!({"name": "code", "arguments": {}});
        let answer = house.send(Method::POST, &path, Some(&call)).await;
        assert_eq!(answer.body["result"], json!({"error": "this tool can't be run here"}), "{}", answer.body);
        let said = health(&text_of(&format!("{}/health", house.address())).await);
        assert_eq!(said["python"]["state"].as_str().unwrap_or("null"), state, "{said}");
        if let Some(why) = why {
            assert_eq!(saved.body["findings"][0]["code"], "code_unchecked", "{}", saved.body);
            assert!(said["python"]["why"].as_str().unwrap().contains(why), "{said}");
            assert!(house.log().contains("Python tools are off"), "{}", house.log());
        }
    }
}

#[test]
fn a_server_that_requires_python_does_not_start_without() {
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_hookswitch"))
        .args(["serve", "--listen", "127.0.0.1:0", "--data"])
        .arg(folder.path().join("data"))
        .env("HOOKSWITCH_PYTHON", "required")
        .env("HOOKSWITCH_PYTHON_INTERPRETER", "/bin/true")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        !output.status.success() && said.contains("requires them") && said.contains("/bin/true"),
        "{said}"
    );
}

/// The server's user decides nothing: as root it gives root up for code, and a user of no rights is as good.
#[tokio::test(flavor = "multi_thread")]
async fn a_user_without_rights_runs_code_as_well() {
    let is_root = Command::new("id").arg("-u").output().unwrap().stdout == b"0\n";
    assert!(is_root || super::processes::status(std::process::id(), "CapEff") == "0000000000000000");
    if !is_root {
        // Then every other test of this binary was this one.
        return;
    }
    let folder = tempfile::Builder::new().prefix("hookswitch-").tempdir_in("/tmp").unwrap();
    let open = |path: &std::path::Path, mode| {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    open(folder.path(), 0o777);
    // Where that user can read it.
    let binary = folder.path().join("hookswitch");
    std::fs::copy(env!("CARGO_BIN_EXE_hookswitch"), &binary).unwrap();
    open(&binary, 0o755);
    let output = Command::new("setpriv")
        .args(["--reuid=64999", "--regid=64999", "--clear-groups", "--inh-caps=-all"])
        .arg(&binary)
        .args(["doctor", "--json", "--listen", "127.0.0.1:0", "--data"])
        .arg(folder.path().join("data"))
        .env_clear()
        .env("HOOKSWITCH_PYTHON", "required")
        .output()
        .unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"));
    let python =
        report["checks"].as_array().unwrap().iter().find(|check| check["check"] == "python").unwrap();
    assert!(python["said"].as_str().unwrap().ends_with("isolation full"), "{python}");
}
