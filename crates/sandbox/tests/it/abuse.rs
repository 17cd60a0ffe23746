//! Every case of the abuse table, run for real. After each one the tenant's process still answers a clean call from an
//! empty folder, and the case's own process is gone.

use std::time::Duration;

use hookswitch_sandbox::{CallOutcome, FailureKind, Sandbox, SetName, TenantId, ToolSpec};
use regex::Regex;
use serde::Deserialize;

use crate::support::{call, sandbox_with, settings, spec};

const CASES: &str = include_str!("python-abuse.json");
const MORE: &str = include_str!("more-abuse.json");
/// Cases side by side, each lane a tenant.
const LANES: usize = 4;

/// Where we end a case in another way than the study did, which is as tight.
const OTHERWISE: [(&str, &str); 4] = [
    ("print_forever", "OUTPUT-LIMIT-KILLED"),
    // We know numpy's scalars by their home, and call nobody else's `item`.
    ("ret_hostile_item", "NotJson TypeError"),
    // An OSError by another name.
    ("abstract_unix_socket", "PermissionError"),
    // Another, where CPython lives elsewhere.
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

/// An outcome in the table's words.
fn told(outcome: &CallOutcome) -> String {
    let failure = match &outcome.result {
        Ok(returned) => return format!("RESULT {{\"ok\": {}", returned.json.get().replace(',', ", ")),
        Err(failure) => failure,
    };
    match failure.kind {
        FailureKind::Timeout => "TIMEOUT-KILLED".to_owned(),
        FailureKind::OutputLimit => "OUTPUT-LIMIT-KILLED".to_owned(),
        FailureKind::NoResult | FailureKind::Crashed { .. } => format!("NO-RESULT {:?}", failure.kind),
        FailureKind::Protocol => "PROTOCOL: bad JSON".to_owned(),
        FailureKind::ResultTooLarge => "RESULT {\"err\": ResultTooLarge".to_owned(),
        kind => {
            let author = failure.author.as_ref();
            let exception = author.map(|author| author.exception.as_str()).unwrap_or_default();
            format!("RESULT {{\"err\": {kind:?} {exception} {}", failure.message)
        }
    }
}

fn case_spec(case: &Case, lane: usize) -> ToolSpec {
    let network =
        if case.online { hookswitch_sandbox::Network::Proxy } else { hookswitch_sandbox::Network::None };
    ToolSpec {
        tenant: TenantId(format!("lane {lane}")),
        timeout: Duration::from_secs_f64(case.t.unwrap_or(1.5)),
        max_memory_mib: 128,
        set: SetName::stdlib(),
        network,
        ..spec(&case.code)
    }
}

/// What is wrong after a case, if anything.
async fn judge(sandbox: &Sandbox, case: &Case, lane: usize) -> Option<String> {
    let prepared = sandbox.prepare(case_spec(case, lane)).unwrap();
    let outcome = call(&prepared, "{}").await;
    drop(prepared);
    let said = told(&outcome);
    // The table is written for Python's `re`, where a lone brace is a brace.
    let fits =
        |pattern: &str| Regex::new(&pattern.replace("RESULT {", r"RESULT \{")).unwrap().is_match(&said);
    let otherwise = OTHERWISE.iter().any(|(name, pattern)| *name == case.name && fits(pattern));
    if !fits(&case.expect) && !otherwise {
        return Some(format!("{}: {said}\n  wanted {}", case.name, case.expect));
    }
    if let Some(wanted) = case.out.as_ref().filter(|wanted| !outcome.stdout.text.contains(*wanted)) {
        return Some(format!("{}: printed {:?}, wanted {wanted}", case.name, outcome.stdout.text));
    }
    let clean = "import os\ndef f():\n    return [os.getpid(), os.listdir('.'), 'leaked' in globals()]\n";
    let prepared =
        sandbox.prepare(ToolSpec { tenant: TenantId(format!("lane {lane}")), ..spec(clean) }).unwrap();
    let after = told(&call(&prepared, "{}").await);
    (after != "RESULT {\"ok\": [1, [], false]").then(|| format!("{}: afterwards {after}", case.name))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_case_is_contained() {
    let sandbox = sandbox_with(settings()).await;
    let mut cases: Vec<Case> = serde_json::from_str(CASES).unwrap();
    cases.extend(serde_json::from_str::<Vec<Case>>(MORE).unwrap());
    let total = cases.len();
    let lanes: Vec<_> = (0..LANES)
        .map(|lane| {
            let mine: Vec<Case> = cases.iter().skip(lane).step_by(LANES).cloned().collect();
            let sandbox = sandbox.clone();
            tokio::spawn(async move {
                let mut wrong = Vec::new();
                for case in mine {
                    wrong.extend(judge(&sandbox, &case, lane).await);
                }
                wrong
            })
        })
        .collect();
    let mut wrong = Vec::new();
    for lane in lanes {
        wrong.extend(lane.await.unwrap());
    }
    println!("abuse cases: {total}, contained: {}, tier: {}", total - wrong.len(), sandbox.report().tier);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
