//! A hundred calls at once.

use std::time::Duration;

use crate::ear::Ear;
use crate::evidence::shown;
use crate::house::{House, PATIENCE};
use crate::sipp::{self, Sipp};

/// Processor seconds of this process: the engine and the ear that counts its packets.
fn processor_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<&str> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
    (fields[11].parse::<f64>().unwrap() + fields[12].parse::<f64>().unwrap()) / 100.0
}

fn resident_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1024
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_calls_at_once() {
    let house = House::start("").await;
    let ear = Ear::open().await;
    let steps = format!(
        "{}<pause milliseconds=\"10000\"/>{}<recv response=\"200\"/>",
        sipp::caller(&sipp::sdp(ear.port, true)),
        sipp::in_dialog("BYE", 2, "", None)
    );
    let many = ["-m", "100", "-l", "100", "-r", "50"];
    let mut far = Sipp::start(&steps, Some(house.sip()), "agent", &many).await;
    let all = tokio::time::timeout(PATIENCE, async {
        while house.engine.calls() < 100 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    assert!(all.await.is_ok(), "{} calls", house.engine.calls());
    let (processor, packets) = (processor_seconds(), ear.packets());
    let began = std::time::Instant::now();
    tokio::time::sleep(Duration::from_secs(3)).await;
    let seconds = began.elapsed().as_secs_f64();
    let load = (processor_seconds() - processor) / seconds * 100.0;
    let rate = (ear.packets() - packets) as f64 / seconds;
    let memory = resident_mib();
    // 50 packets a second for each of them, give or take what a busy machine loses.
    assert!(rate > 4_000.0, "{rate} packets a second");
    far.passes().await;
    let none = tokio::time::timeout(PATIENCE, async {
        while house.engine.calls() > 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    assert!(none.await.is_ok(), "{} calls are left", house.engine.calls());
    let seen = format!(
        "{rate:.0} RTP packets a second out; {load:.0} % of a processor and {memory} MiB, engine and counter together, unoptimised build"
    );
    shown(44, "load: 100 calls at once", "sipp", &seen);
}
