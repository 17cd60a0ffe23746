//! Round trips of a call, warm and forked at the call, beside a cold `python3 -I` of the same function, all in one run.
//! Calls are apart as in a phone call, so that caches, timers and the processor's clock are as cold as they would be.
//!
//! `cargo bench -p hookswitch-sandbox`; with the folder of a set that has pandas and requests as an argument, also
//! functions that use them.
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use hookswitch_sandbox::{
    DependencySet, Network, NoEgress, Prepared, Sandbox, SandboxSettings, SetName, TenantId, ToolId, ToolSpec,
};
use tokio::time::Instant;

const GAP: Duration = Duration::from_millis(100);
const PLAIN: &str = "def f(n):\n    total = {}\n    for i in range(n):\n        total[i % 7] = total.get(i % 7, 0) + i\n    return total\n";
const IMPORT: &str = "import pandas, requests\ndef f(n):\n    return n\n";
const GROUP: &str = "import pandas as pd\ndef f(n):\n    return pd.DataFrame({'a': range(50), 'b': [i % 5 for i in range(50)]}).groupby('b').sum().to_dict()\n";

fn spec(code: &str, set: &SetName) -> ToolSpec {
    ToolSpec {
        tenant: TenantId("bench".to_owned()),
        tool: ToolId(code.to_owned()),
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

async fn warm(prepared: &Prepared, rounds: usize) -> Vec<Duration> {
    let mut times = Vec::new();
    for _ in 0..rounds {
        while prepared.spares() == 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        tokio::time::sleep(GAP).await;
        let outcome = prepared.call(r#"{"n":100}"#, "{}", Instant::now() + Duration::from_secs(10)).await;
        assert!(outcome.warm && outcome.result.is_ok(), "{:?}", outcome.result);
        times.push(outcome.wall);
    }
    times
}

async fn forked(sandbox: &Sandbox, prepared: &Prepared, spec: &ToolSpec, rounds: usize) -> Vec<Duration> {
    sandbox.forget(&spec.tenant, &spec.tool);
    let mut times = Vec::new();
    for _ in 0..rounds {
        tokio::time::sleep(GAP).await;
        let outcome = prepared.call(r#"{"n":100}"#, "{}", Instant::now() + Duration::from_secs(10)).await;
        assert!(!outcome.warm && outcome.result.is_ok(), "{:?}", outcome.result);
        times.push(outcome.wall);
    }
    times
}

fn cold(code: &str, folder: Option<&PathBuf>, rounds: usize) -> Vec<Duration> {
    let path = folder
        .map(|folder| format!("import sys; sys.path.insert(0, '{}')\n", folder.display()))
        .unwrap_or_default();
    let script = format!("{path}{code}\nimport json\nprint(json.dumps(f(100)))\n");
    let mut times = Vec::new();
    for _ in 0..rounds {
        std::thread::park_timeout(GAP);
        let started = Instant::now();
        let output = Command::new("/usr/bin/python3")
            .args(["-I", "-c", &script])
            .stderr(Stdio::inherit())
            .output()
            .unwrap();
        assert!(output.status.success() && !output.stdout.is_empty());
        times.push(started.elapsed());
    }
    times
}

fn quantile(times: &mut [Duration], share: f64) -> f64 {
    times.sort();
    let at = ((times.len() - 1) as f64 * share).round() as usize;
    times[at].as_secs_f64() * 1e3
}

#[tokio::main]
async fn main() {
    let folder = std::env::args().skip(1).find(|argument| !argument.starts_with('-')).map(PathBuf::from);
    let data = SetName::parse("data").unwrap();
    let sets = folder.iter().map(|folder| DependencySet {
        name: data.clone(),
        import_paths: vec![folder.clone()],
        preload: vec!["pandas".to_owned(), "requests".to_owned()],
    });
    let launcher = Some(PathBuf::from(env!("CARGO_BIN_EXE_hookswitch-sandbox-launch")));
    let settings = SandboxSettings { launcher, sets: sets.collect(), ..SandboxSettings::default() };
    let sandbox = Sandbox::start(settings, Arc::new(NoEgress)).await.unwrap();
    println!("{:?}", sandbox.report());
    println!(
        "{:8} {:>10} {:>10} {:>10} {:>10} {:>10} {:>10}  warm to cold",
        "", "warm p50", "p99", "forked p50", "p99", "cold p50", "p99"
    );
    let mut rows = vec![("plain", PLAIN, SetName::stdlib(), None, 100)];
    if folder.is_some() {
        rows.push(("import", IMPORT, data.clone(), folder.as_ref(), 30));
        rows.push(("groupby", GROUP, data, folder.as_ref(), 30));
    }
    for (name, code, set, folder, rounds) in rows {
        let spec = spec(code, &set);
        let prepared = sandbox.prepare(spec.clone()).unwrap();
        let mut warm = warm(&prepared, rounds * 2).await;
        let mut forked = forked(&sandbox, &prepared, &spec, rounds).await;
        let mut cold = tokio::task::block_in_place(|| cold(code, folder, rounds));
        let ratio = quantile(&mut cold, 0.5) / quantile(&mut warm, 0.5);
        print!("{name:8}");
        for times in [&mut warm, &mut forked, &mut cold] {
            print!(" {:>10.2} {:>10.2}", quantile(times, 0.5), quantile(times, 0.99));
        }
        println!("  1 : {ratio:.0}");
    }
}
