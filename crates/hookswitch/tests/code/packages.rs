//! Packages of Python tools, from outside: the real server, uv, the public index and one of the test's own.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use hookswitch_testkit::Reply;
use hyper::Method;
use serde_json::{Value, json};
use tokio::time::{Duration, Instant, sleep};

use super::desk::Desk;
use super::house::House;
use super::index::Index;

const SLUG: &str = "# /// script\n# dependencies = [\"python-slugify>=8\"]\n# ///\nfrom slugify import slugify\ndef f(text):\n    return slugify(text)\n";

/// A folder that the sandbox's user can read.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    folder
}

fn settings(packages: &Path, index: Option<&Index>) -> String {
    let index = index.map(|index| format!("python_index = \"{}\"\n", index.url)).unwrap_or_default();
    format!("python_packages = \"{}\"\n{index}", packages.display())
}

/// Waits until the packages of a tool came to something.
async fn settled(desk: &Desk, tool: &str) -> Value {
    let started = Instant::now();
    loop {
        let found = desk.get(&format!("/v1/tools/{tool}")).await;
        if found["packages"]["state"] != "building" {
            return found["packages"].clone();
        }
        assert!(started.elapsed() < Duration::from_mins(2), "{found}");
        sleep(Duration::from_millis(20)).await;
    }
}

fn text_parameter(name: &str) -> Value {
    json!({"input_schema": {"type": "object", "properties": {name: {"type": "string"}}}})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tool_gets_the_packages_that_its_source_names() {
    let packages = folder();
    let desk = Desk::open_with(&settings(packages.path(), None)).await;
    let tool = desk.tool("slug", SLUG, text_parameter("text")).await;
    assert_eq!(settled(&desk, &tool).await, json!({"state": "ready"}));
    let session = desk.session(&[&tool]).await;
    let answer = desk.call(&session, "slug", json!({"text": "Ein Haus am See!"})).await;
    assert_eq!(answer["result"], json!({"result": "ein-haus-am-see"}), "{answer}");
    // Lists show it, too; a tool that asks for nothing shows nothing.
    desk.tool("plain", "def f(): return 1", json!({})).await;
    let list = desk.get("/v1/tools").await;
    let states: Vec<&Value> = list["data"].as_array().unwrap().iter().map(|tool| &tool["packages"]).collect();
    assert_eq!(states, [&json!({"state": "ready"}), &Value::Null]);
}

#[tokio::test(flavor = "multi_thread")]
async fn curated_sets_serve_what_is_imported() {
    // Where the set-up put them; built now if it did not.
    let desk = Desk::open().await;
    let code = "import pandas as pd, requests\ndef f():\n    return [pd.DataFrame({'a': [1, 2]}).a.sum(), bool(requests.get)]\n";
    let tool =
        desk.tool("frames", code, json!({"python": {"requirements": ["pandas>=2", "requests"]}})).await;
    assert_eq!(settled(&desk, &tool).await, json!({"state": "ready"}));
    let run = desk.trial(&tool, json!({})).await;
    assert_eq!(run["told"], json!([3, true]), "{run}");
}

#[tokio::test(flavor = "multi_thread")]
async fn packages_that_do_not_exist_are_named_when_the_tool_is_saved() {
    let packages = folder();
    let desk = Desk::open_with(&settings(packages.path(), None)).await;
    let draft = json!({"name": "new", "kind": "python",
        "python": {"code": "import pandas\ndef f(): return 1", "requirements": ["pandas>=9000"]}});
    let saved = desk.post("/v1/tools", &draft).await;
    let line = "Requirement not available: pandas>=9000";
    assert_eq!(saved["packages"], json!({"state": "failed", "reason": line}), "{saved}");
    assert!(saved["findings"].as_array().unwrap().iter().any(|it| it["message"] == line), "{saved}");
    let session = desk.session(&[saved["id"].as_str().unwrap()]).await;
    let answer = desk.call(&session, "new", json!({})).await;
    assert_eq!(answer["outcome"], "refused", "{answer}");
    assert!(answer.to_string().contains(line), "{answer}");
    // The same through Burki's API, in its own place.
    let body = json!({"name": "newer", "display_name": "Newer", "description": "d", "tool_type": "python_function",
        "function_definition": {"name": "newer", "description": "d", "parameters": {"type": "object", "properties": {}}},
        "configuration": {"python_code": "def f(): return 1", "requirements": ["pandas>=9000"]}});
    let answer = desk.house.send(Method::POST, "/burki/api/v1/tools", Some(&body)).await;
    let warnings = answer.body["warnings"].to_string();
    assert!(warnings.contains(line), "{} {}", answer.status, answer.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_hears_of_packages_that_come_later() {
    let (packages, index) = (folder(), Index::start().await);
    index.wheel("slowly", "1.0", &[("slowly.py", "x = 42\n")], &[]);
    index.hold();
    let desk = Desk::open_with(&settings(packages.path(), Some(&index))).await;
    let code = "import slowly\ndef f(): return slowly.x";
    let tool = desk.tool("late", code, json!({"python": {"requirements": ["slowly"]}})).await;
    assert_eq!(desk.get(&format!("/v1/tools/{tool}")).await["packages"], json!({"state": "building"}));
    let session = desk.session(&[&tool]).await;
    let answer = desk.call(&session, "late", json!({})).await;
    assert!(answer.to_string().contains("packages are being prepared"), "{answer}");
    index.release();
    let started = Instant::now();
    let codes = loop {
        let events = desk.get(&format!("/v1/sessions/{session}/events?format=json")).await;
        let warnings = events["data"].as_array().unwrap().iter().filter(|event| event["type"] == "warning");
        let codes: Vec<String> =
            warnings.map(|event| event["data"]["code"].as_str().unwrap_or_default().to_owned()).collect();
        if codes.len() == 2 {
            break codes;
        }
        assert!(started.elapsed() < Duration::from_mins(1), "{events}");
        sleep(Duration::from_millis(20)).await;
    };
    assert_eq!(codes, ["packages_preparing", "packages_ready"]);
    let answer = desk.call(&session, "late", json!({})).await;
    assert_eq!(answer["result"], json!({"result": 42}), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_hostile_package_does_it_does_in_the_box() {
    let (packages, index) = (folder(), Index::start().await);
    let trace = packages.path().join("ran");
    let pth = format!("import os; open('{}', 'w').close()\n", trace.display());
    let module = "import os, socket\ngot = []\nfor act in (lambda: os.fork(), lambda: open('/etc/hostname').read(), lambda: os.listdir('/proc'), lambda: socket.create_connection(('127.0.0.1', 80), 1)):\n    try: act(); got.append('yes')\n    except Exception as error: got.append('no')\n";
    index.wheel(
        "sly",
        "1.0",
        &[("sly.py", module), ("sly.pth", &pth), ("json.py", "raise SystemExit\n")],
        &[],
    );
    index.source("raw", "1.0", &pth);
    let desk = Desk::open_with(&settings(packages.path(), Some(&index))).await;
    let code = "import sly\ndef f(): return sly.got";
    let tool =
        desk.tool("sly", code, json!({"python": {"requirements": ["sly"], "network": "public"}})).await;
    assert_eq!(settled(&desk, &tool).await, json!({"state": "ready"}));
    let run = desk.trial(&tool, json!({})).await;
    assert_eq!(run["told"], json!(["no", "no", "no", "no"]), "{run}");
    let raw = desk.tool("raw", "def f(): return 1", json!({"python": {"requirements": ["raw"]}})).await;
    let packages = settled(&desk, &raw).await;
    assert!(packages["reason"].as_str().unwrap().contains("sources are not built"), "{packages}");
    assert!(!trace.exists(), "code of a package ran outside of its box");
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_that_are_no_requirements_are_refused() {
    let packages = folder();
    let desk = Desk::open_with(&settings(packages.path(), None)).await;
    let block =
        |line: &str| format!("# /// script\n# dependencies = [\"{line}\"]\n# ///\ndef f(): return 1\n");
    for (line, told) in [
        ("--index-url https://evil.example", "options are not taken"),
        ("-e .", "options are not taken"),
        ("evil @ https://evil.example/x.whl", "addresses and paths are not taken"),
        ("../evil", "addresses and paths are not taken"),
    ] {
        for python in
            [json!({"code": "def f(): return 1", "requirements": [line]}), json!({"code": block(line)})]
        {
            let draft = json!({"name": "t", "kind": "python", "python": python});
            let answer = desk.house.send(Method::POST, "/v1/tools", Some(&draft)).await;
            assert_eq!(answer.status, 422, "{}", answer.body);
            assert!(answer.body.to_string().contains(told), "{line}: {}", answer.body);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_comes_back_builds_what_it_knows() {
    let (packages, index) = (folder(), Index::start().await);
    index.wheel("kept", "1.0", &[("kept.py", "version = 1\n")], &[]);
    let desk = Desk::open_with(&settings(&packages.path().join("one"), Some(&index))).await;
    let code = "import kept\ndef f(): return kept.version";
    let tool = desk.tool("kept", code, json!({"python": {"requirements": ["kept"]}})).await;
    assert_eq!(settled(&desk, &tool).await, json!({"state": "ready"}));
    index.wheel("kept", "2.0", &[("kept.py", "version = 2\n")], &[]);
    let folder = desk.house.stop();
    let two = settings(&packages.path().join("two"), Some(&index));
    let desk = Desk { house: House::start_in(folder, |_| Reply::json("{}"), &two).await };
    assert_eq!(settled(&desk, &tool).await, json!({"state": "ready"}));
    assert_eq!(desk.trial(&tool, json!({})).await["told"], json!({"result": 1}));
}
