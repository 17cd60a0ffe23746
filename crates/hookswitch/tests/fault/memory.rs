//! Ten times the load: memory stays within its bound, and a single call is as quick as before soon afterwards
//! (security: Properties to prove, 9).

use std::time::{Duration, Instant};

use crate::api::Api;
use crate::process::memory_mib;
use crate::server::Recipe;
use crate::tools::{self, Act, Tool, start_session};
use crate::upstream::{Manner, Upstream};

/// Calls that hang at the upstream at the same time.
const SLOW: usize = 320;
/// Calls beside them, and how many at a time.
const QUICK: usize = 2000;
const QUICK_AT_ONCE: usize = 40;
/// The bound: a debug build, with everything it has in flight.
const MOST_MIB: u64 = 400;
/// Calls of a median.
const PROBES: usize = 21;
/// How long the way back to normal may take.
const RECOVERY: Duration = Duration::from_secs(5);

#[tokio::test(flavor = "multi_thread")]
async fn memory_is_bounded_and_latency_recovers() {
    let slow = Upstream::start(Manner::Good(Duration::from_secs(4))).await;
    let quick = Upstream::start(Manner::Good(Duration::ZERO)).await;
    let data = tempfile::tempdir().unwrap();
    let server = Recipe::new(data.path(), slow.address())
        .with("HOOKSWITCH_CALLS_PER_TOOL", SLOW.to_string())
        .allowing(quick.address())
        .start()
        .await;
    let mut api = Api::of(server.address);
    let definitions = [Tool::Act.definition(&slow, 60_000), Tool::Look.definition(&quick, 30_000)];
    tools::save(&mut api, &definitions).await;
    let session = start_session(&mut api, &["look"]).await;
    let mut probe = Probe { api, session, asked: 0 };
    probe.median().await;
    let before = probe.median().await;
    let idle = memory_mib(server.id(), "VmRSS");

    let started = Instant::now();
    let hanging: Vec<_> = (0..SLOW).map(|number| tokio::spawn(call_slowly(server.address, number))).collect();
    let busy: Vec<_> =
        (0..QUICK_AT_ONCE).map(|number| tokio::spawn(call_quickly(server.address, number))).collect();
    for task in busy {
        task.await.unwrap();
    }
    let quick_took = started.elapsed();
    for task in hanging {
        task.await.unwrap();
    }
    let ended = Instant::now();
    let highest = memory_mib(server.id(), "VmHWM");
    let mut after = probe.median().await;
    while after > before * 3 {
        assert!(ended.elapsed() < RECOVERY, "still {after:?} a call, {before:?} before");
        after = probe.median().await;
    }
    println!(
        "{SLOW} slow and {QUICK} quick calls in {quick_took:?}: {idle} MiB before, at most {highest} MiB; \
         median call {before:?} before, {after:?} {:?} after the end",
        ended.elapsed()
    );
    assert!(highest < MOST_MIB, "{highest} MiB");
    assert_eq!(slow.receptions().len(), SLOW);
    server.stop().await;
}

/// Calls one after the other.
struct Probe {
    api: Api,
    session: String,
    asked: usize,
}

impl Probe {
    async fn median(&mut self) -> Duration {
        let mut times = Vec::with_capacity(PROBES);
        for _ in 0..PROBES {
            self.asked += 1;
            let act = Act::new(&self.session, Tool::Look, format!("p{}", self.asked));
            let ask = act.ask(&format!("p{}", self.asked));
            let started = Instant::now();
            let answer = self.api.send(&ask).await.success();
            times.push(started.elapsed());
            assert_eq!(answer["outcome"], "done", "{answer}");
        }
        times.sort();
        times[PROBES / 2]
    }
}

async fn call_slowly(address: std::net::SocketAddr, number: usize) {
    let mut api = Api::of(address);
    let session = start_session(&mut api, &["act"]).await;
    let act = Act::new(&session, Tool::Act, format!("slow{number}"));
    let answer = api.send(&act.ask("t1")).await.success();
    assert_eq!(answer["outcome"], "done", "{answer}");
}

async fn call_quickly(address: std::net::SocketAddr, number: usize) {
    let mut api = Api::of(address);
    let session = start_session(&mut api, &["look"]).await;
    for call in 0..QUICK / QUICK_AT_ONCE {
        let act = Act::new(&session, Tool::Look, format!("q{number}-{call}"));
        let answer = api.send(&act.ask(&format!("t{call}"))).await.success();
        assert_eq!(answer["outcome"], "done", "{answer}");
    }
}
