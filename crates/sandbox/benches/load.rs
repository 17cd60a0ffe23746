//! What spares cost and what two cores can do: memory of an idle spare (root can look), calls a second without gaps.
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use hookswitch_sandbox::{
    DependencySet, Network, NoEgress, Prepared, Sandbox, SandboxSettings, SetName, TenantId, ToolId, ToolSpec,
};
use tokio::time::Instant;

const FOR: Duration = Duration::from_secs(5);
const PLAIN: &str = "def f(n):\n    return {'n': n}\n";
const PANDAS: &str = "import pandas, requests\ndef f(n):\n    return n\n";

fn tool(sandbox: &Sandbox, tenant: usize, code: &str, set: &SetName) -> Prepared {
    let spec = ToolSpec {
        tenant: TenantId(tenant.to_string()),
        tool: ToolId(code.to_owned()),
        version: "1".to_owned(),
        name: "f".to_owned(),
        code: code.to_owned(),
        entries: vec!["f".to_owned()],
        parameters: vec!["n".to_owned()],
        allowed_modules: None,
        max_memory_mib: 128,
        timeout: Duration::from_secs(10),
        set: set.clone(),
        network: Network::None,
    };
    sandbox.prepare(spec).unwrap()
}

/// Memory that would come back if it went: kilobytes.
fn private(pid: u32) -> Option<u64> {
    let text = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).ok()?;
    let lines = text.lines().filter(|line| line.starts_with("Private_"));
    Some(lines.filter_map(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok()).sum())
}

/// The youngest process below the launchers: the last spare.
fn deepest(launchers: Vec<u32>) -> Option<u32> {
    let mut row = launchers;
    for _ in 0..3 {
        let below = row.iter().flat_map(|pid| {
            let text = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
            text.split_whitespace().filter_map(|pid| pid.parse().ok()).collect::<Vec<u32>>()
        });
        row = below.collect();
    }
    row.into_iter().max()
}

async fn spare_memory(sandbox: &Sandbox, code: &str, set: &SetName) -> Option<u64> {
    let prepared = tool(sandbox, 0, code, set);
    while prepared.spares() == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    private(deepest(sandbox.launchers())?)
}

async fn calls_a_second(sandbox: &Sandbox, code: &str, set: &SetName) -> f64 {
    let started = Instant::now();
    let lanes: Vec<_> = (0..4)
        .map(|lane| {
            let prepared = tool(sandbox, lane, code, set);
            tokio::spawn(async move {
                let mut done = 0u32;
                while started.elapsed() < FOR {
                    let deadline = Instant::now() + Duration::from_secs(10);
                    let outcome = prepared.call(r#"{"n":1}"#, "{}", deadline).await;
                    assert!(outcome.result.is_ok(), "{:?}", outcome.result);
                    done += 1;
                }
                done
            })
        })
        .collect();
    let mut done = 0;
    for lane in lanes {
        done += lane.await.unwrap();
    }
    f64::from(done) / started.elapsed().as_secs_f64()
}

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let as_json = arguments.iter().any(|argument| argument == "--json");
    let folder = arguments.iter().find(|argument| !argument.starts_with('-')).map(PathBuf::from);
    let data = SetName::parse("data").unwrap();
    let sets = folder.iter().map(|folder| DependencySet {
        name: data.clone(),
        import_paths: vec![folder.clone()],
        preload: ["pandas", "numpy", "requests"].map(str::to_owned).to_vec(),
    });
    let launcher = Some(PathBuf::from(env!("CARGO_BIN_EXE_hookswitch-sandbox-launch")));
    let settings = SandboxSettings { launcher, sets: sets.collect(), ..SandboxSettings::default() };
    let sandbox = Sandbox::start(settings, Arc::new(NoEgress)).await.unwrap();
    let mut rows = vec![("plain", PLAIN, SetName::stdlib())];
    if folder.is_some() {
        rows.push(("pandas", PANDAS, data));
    }
    let mut found = serde_json::Map::new();
    for (name, code, set) in rows {
        let memory = spare_memory(&sandbox, code, &set).await;
        let rate = calls_a_second(&sandbox, code, &set).await;
        if !as_json {
            let memory = memory.map_or_else(
                || "not ours to see".to_owned(),
                |kilobytes| format!("{:.1} MB", kilobytes as f64 / 1e3),
            );
            println!("{name}: own memory of an idle spare: {memory}");
            println!("{name}: {rate:.0} calls a second, four tenants");
        }
        found.insert(name.to_owned(), serde_json::json!({"spare_kb": memory, "calls_per_second": rate}));
    }
    if as_json {
        println!("{}", serde_json::Value::from(found));
    }
}
