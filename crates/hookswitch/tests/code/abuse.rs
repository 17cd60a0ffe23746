//! The abuse table once more, in place: through the API of a real server, its real proxy beside it.

use regex::Regex;
use serde::Deserialize;
use serde_json::{Value, json};

use super::desk::Desk;

const CASES: &str = include_str!("../../../sandbox/tests/it/python-abuse.json");
const MORE: &str = include_str!("../../../sandbox/tests/it/more-abuse.json");
/// Cases side by side.
const LANES: usize = 4;

/// Cases that end in another way than the study's, which is as tight.
const OTHERWISE: [(&str, &str); 6] = [
    ("print_forever", "OUTPUT-LIMIT-KILLED"),
    ("ret_hostile_item", "not JSON"),
    ("raise_in_str", r"__tool__\.E"),
    ("ret_deep_nested", "nested too deeply"),
    ("abstract_unix_socket", "PermissionError"),
    ("hardlink_out", "FileNotFoundError"),
];

#[derive(Debug, Clone, Deserialize)]
struct Case {
    name: String,
    code: String,
    /// A regular expression over the outcome.
    expect: String,
    /// What must be in stdout.
    out: Option<String>,
    /// Seconds.
    t: Option<f64>,
    /// With sockets.
    #[serde(default)]
    online: bool,
}

/// A trial in the table's words; a value as Python and as we write it.
fn told(run: &Value) -> String {
    if run["outcome"] == "done" {
        let value = &run["response"];
        let spaced = value.to_string().replace(',', ", ");
        return format!("RESULT {{\"ok\": {spaced} {value}");
    }
    let error = run["error"].as_str().unwrap_or_default();
    let traceback = run["code"]["traceback"].as_str().unwrap_or_default().replace('\n', " ");
    match error {
        error if error.contains("timed out after") => "TIMEOUT-KILLED".to_owned(),
        error if error.contains("printed too much") => "OUTPUT-LIMIT-KILLED".to_owned(),
        error if error.contains("without a result") => "NO-RESULT".to_owned(),
        error if error.contains("crashed its process") => {
            format!("NO-RESULT {}", error.replace("signal ", "signal: "))
        }
        error if error.contains("makes no sense") => "PROTOCOL: bad JSON".to_owned(),
        error if error.contains("too long a result") => "RESULT {\"err\": ResultTooLarge".to_owned(),
        error => format!("RESULT {{\"err\": {} {traceback} {error}", kind_of(error)),
    }
}

/// The sandbox's word for a kind of failure, as the table has it.
fn kind_of(error: &str) -> &'static str {
    match error {
        error if error.contains("not JSON") => "NotJson TypeError ValueError",
        error if error.contains("memory limit") => "MemoryLimit MemoryError",
        _ => "Raised",
    }
}

/// A trial, or what keeps the code from being saved, as if it had been one.
async fn attempt(desk: &Desk, name: &str, code: &str, more: Value) -> Value {
    let mut draft = json!({"name": name, "kind": "python", "timeout_ms": more["timeout_ms"]});
    draft["python"] = json!({"code": code, "network": more["python"]["network"]});
    let saved = desk.house.send(hyper::Method::POST, "/v1/tools", Some(&draft)).await;
    if let Some(id) = saved.body["id"].as_str() {
        return desk.trial(id, json!({})).await;
    }
    let error = format!("SyntaxError: {}", saved.body["detail"].as_str().unwrap_or_default());
    json!({"outcome": "failed", "error": error})
}

async fn judge(desk: &Desk, number: usize, case: &Case) -> Option<String> {
    let network = if case.online { "public" } else { "none" };
    let timeout = (case.t.unwrap_or(1.5) * 1000.0) as u64;
    let more = json!({"timeout_ms": timeout, "python": {"network": network}});
    let run = attempt(desk, &format!("case_{number}"), &case.code, more).await;
    let said = told(&run);
    // The table is written for Python's `re`, where a lone brace is a brace.
    let fits =
        |pattern: &str| Regex::new(&pattern.replace("RESULT {", r"RESULT \{")).unwrap().is_match(&said);
    let otherwise = OTHERWISE.iter().any(|(name, pattern)| *name == case.name && fits(pattern));
    if !fits(&case.expect) && !otherwise {
        let said: String = said.chars().take(600).collect();
        return Some(format!("{}: {said}\n  wanted {}", case.name, case.expect));
    }
    let stdout = run["code"]["stdout"].as_str().unwrap_or_default();
    if let Some(wanted) = case.out.as_ref().filter(|wanted| !stdout.contains(*wanted)) {
        return Some(format!("{}: printed {stdout:?}, wanted {wanted}", case.name));
    }
    let clean = "import os\ndef f():\n    return [os.getpid(), os.listdir('.'), 'leaked' in globals()]\n";
    let after = desk.run(&format!("after_{number}"), clean, json!({})).await;
    (after["told"] != json!([1, [], false])).then(|| format!("{}: afterwards {after}", case.name))
}

#[tokio::test(flavor = "multi_thread")]
async fn every_case_is_contained_in_place() {
    let desk = Desk::open().await;
    // Whoever is the first to import a large package waits for it longer than any case may.
    let warm = "def f():\n    import numpy, pandas\n";
    desk.run("warm", warm, json!({"timeout_ms": 30_000})).await;
    let mut cases: Vec<Case> = serde_json::from_str(CASES).unwrap();
    cases.extend(serde_json::from_str::<Vec<Case>>(MORE).unwrap());
    let cases: Vec<(usize, Case)> = cases.into_iter().enumerate().collect();
    let lanes = (0..LANES).map(|lane| {
        let (desk, cases) = (&desk, &cases);
        async move {
            let mut wrong = Vec::new();
            for (number, case) in cases.iter().skip(lane).step_by(LANES) {
                wrong.extend(judge(desk, *number, case).await);
            }
            wrong
        }
    });
    let wrong: Vec<String> = futures_util::future::join_all(lanes).await.into_iter().flatten().collect();
    println!("abuse cases in place: {}, contained: {}", cases.len(), cases.len() - wrong.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
