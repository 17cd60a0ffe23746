//! Round trips of a call, warm and forked at the call, beside a cold `python3 -I` of the same function, all in one run.
//! Calls are apart as in a phone call, so that caches, timers and the processor's clock are as cold as they would be.
//!
//! `cargo bench -p hookswitch-sandbox`; with the folder of a set that has pandas and requests as an argument, also
//! functions that use them; with `--json`, for programs.
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use hookswitch_sandbox::{
    DependencySet, Network, NoEgress, Sandbox, SandboxSettings, SetName, TenantId, ToolId, ToolSpec,
};
use tokio::time::Instant;

const GAP: Duration = Duration::from_millis(100);
const PLAIN: &str = "def f(n):\n    total = {}\n    for i in range(n):\n        total[i % 7] = total.get(i % 7, 0) + i\n    return total\n";
const IMPORT: &str = "import pandas, requests\ndef f(n):\n    return n\n";
const GROUP: &str = "import pandas as pd\ndef f(n):\n    return pd.DataFrame({'a': range(50), 'b': [i % 5 for i in range(50)]}).groupby('b').sum().to_dict()\n";

fn spec(code: &str, set: &SetName, way: &str) -> ToolSpec {
    ToolSpec {
        tenant: TenantId("bench".to_owned()),
        tool: ToolId(format!("{way} {code}")),
        version: "1".to_owned(),
        name: "f".to_owned(),
        code: code.to_owned(),
        entries: vec!["f".to_owned()],
        parameters: vec!["n".to_owned()],
        allowed_modules: None,
        max_memory_mib: 256,
        timeout: Duration::from_secs(10),
        set: set.clone(),
        network: Network::None,
    }
}

/// What one function took, in each way, call by call.
#[derive(Default)]
struct Times {
    warm: Vec<Duration>,
    forked: Vec<Duration>,
    cold: Vec<Duration>,
}

/// The ways take turns, so that a noisy machine is noisy for all of them.
async fn measure(
    sandbox: &Sandbox,
    code: &str,
    set: &SetName,
    folder: Option<&PathBuf>,
    rounds: usize,
) -> Times {
    let warm = sandbox.prepare(spec(code, set, "warm")).unwrap();
    let bare = spec(code, set, "forked");
    let forked = sandbox.prepare(bare.clone()).unwrap();
    // Forgotten, it never has a spare: each call makes its process first.
    sandbox.forget(&bare.tenant, &bare.tool);
    let mut times = Times::default();
    for _ in 0..rounds {
        while warm.spares() == 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        for (prepared, is_warm, kept) in [(&warm, true, &mut times.warm), (&forked, false, &mut times.forked)]
        {
            tokio::time::sleep(GAP).await;
            let outcome = prepared.call(r#"{"n":100}"#, "{}", Instant::now() + Duration::from_secs(10)).await;
            assert!(outcome.warm == is_warm && outcome.result.is_ok(), "{:?}", outcome.result);
            kept.push(outcome.wall);
        }
        tokio::time::sleep(GAP).await;
        times.cold.push(tokio::task::block_in_place(|| cold(code, folder)));
    }
    times
}

fn cold(code: &str, folder: Option<&PathBuf>) -> Duration {
    let path = folder
        .map(|folder| format!("import sys; sys.path.append('{}')\n", folder.display()))
        .unwrap_or_default();
    let script = format!("{path}{code}\nimport json\nprint(json.dumps(f(100)))\n");
    let started = Instant::now();
    let output = Command::new("/usr/bin/python3")
        .args(["-I", "-c", &script])
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    let took = started.elapsed();
    assert!(output.status.success() && !output.stdout.is_empty());
    took
}

fn quantile(times: &mut [Duration], share: f64) -> f64 {
    times.sort();
    let at = ((times.len() - 1) as f64 * share).round() as usize;
    times[at].as_secs_f64() * 1e3
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
    let mut rows = vec![("plain", PLAIN, SetName::stdlib(), None, 100)];
    if folder.is_some() {
        rows.push(("import", IMPORT, data.clone(), folder.as_ref(), 80));
        rows.push(("groupby", GROUP, data, folder.as_ref(), 30));
    }
    let mut found = serde_json::Map::new();
    for (name, code, set, folder, rounds) in rows {
        let mut times = measure(&sandbox, code, &set, folder, rounds).await;
        let mut row = serde_json::Map::new();
        row.insert("calls".to_owned(), rounds.into());
        for (way, times) in
            [("warm", &mut times.warm), ("forked", &mut times.forked), ("cold", &mut times.cold)]
        {
            let (half, most) = (quantile(times, 0.5), quantile(times, 0.99));
            if !as_json {
                println!("{name:8} {way:6} p50 {half:8.2} ms  p99 {most:8.2} ms");
            }
            row.insert(way.to_owned(), serde_json::json!({"p50_ms": half, "p99_ms": most}));
        }
        found.insert(name.to_owned(), row.into());
    }
    if as_json {
        let report = sandbox.report();
        let about = serde_json::json!({"tier": report.tier.to_string(), "python": report.python});
        println!("{}", serde_json::json!({"about": about, "functions": found}));
    }
}
