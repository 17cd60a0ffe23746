//! A SIGKILL keeps the page cache, so it proves no flush: here the flushes themselves are counted, on the real
//! binary, in their order between requests and answers.

use std::time::{Duration, Instant};

use hookswitch_store::{DatabaseUrl, Durability, Store, StoreOptions};
use hookswitch_testkit::PostgresServer;

use crate::api::{Api, Ask};
use crate::server::{Recipe, Server};
use crate::syscalls::{Seen, Trace};
use crate::tools::{self, Act, Tool, start_session};
use crate::upstream::{Manner, Upstream};

const CALLS: usize = 30;
/// The longest that records of reads wait for a commit to ride along with.
const LAZY: Duration = Duration::from_millis(200);

struct House {
    server: Server,
    api: Api,
    session: String,
    upstream: Upstream,
    _data: tempfile::TempDir,
}

impl House {
    async fn open() -> Self {
        let upstream = Upstream::start(Manner::Good(Duration::ZERO)).await;
        let data = tempfile::tempdir().unwrap();
        let server = Recipe::new(data.path(), upstream.address()).start().await;
        let mut api = Api::of(server.address);
        tools::save(&mut api, &[Tool::Act, Tool::Look].map(|tool| tool.definition(&upstream, 5000))).await;
        let session = start_session(&mut api, &["act", "look"]).await;
        Self { server, api, session, upstream, _data: data }
    }

    /// One call after the other, every act another one.
    async fn call(&mut self, tool: Tool) {
        for number in 0..CALLS {
            let act = Act::new(&self.session, tool, format!("{}{number}", tool.name()));
            let answer = self.api.send(&act.ask(&format!("t-{}", act.id))).await.success();
            assert_eq!(answer["outcome"], "done", "{answer}");
        }
    }

    /// Commits of the ledger so far, as the metrics tell.
    async fn commits(&mut self) -> usize {
        let metrics = self.api.send(&Ask::get("/metrics")).await;
        let text = metrics.body.as_str().unwrap().to_owned();
        let line = text.lines().find(|line| line.contains("ledger_commits") && !line.starts_with('#'));
        let count = line.and_then(|line| line.rsplit(' ').next()).unwrap_or_else(|| panic!("{text}"));
        count.parse().unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_action_is_flushed_before_it_is_sent_and_before_it_is_answered() {
    let mut house = House::open().await;
    let before = house.commits().await;
    let Some(trace) = Trace::attach(house.server.id()).await else {
        house.call(Tool::Act).await;
        let commits = house.commits().await - before;
        assert!(commits >= 2 * CALLS, "{commits} commits for {CALLS} actions");
        return;
    };
    house.call(Tool::Act).await;
    let seen = trace.end().await;
    let commits = house.commits().await - before;
    let flushes = seen.iter().filter(|seen| **seen == Seen::Flush).count();
    println!("{CALLS} actions: {flushes} flushes, {commits} commits");
    assert!(flushes >= 2 * CALLS, "{flushes} flushes for {CALLS} actions");
    let calls = by_answer(&seen);
    assert_eq!(calls.len(), CALLS, "{seen:?}");
    for call in calls {
        let sent = call.iter().position(|seen| *seen == Seen::Sent).expect("no request in the trace");
        assert!(call[..sent].contains(&Seen::Flush), "sent before its intent was flushed: {call:?}");
        assert!(call[sent..].contains(&Seen::Flush), "answered before its outcome was flushed: {call:?}");
    }
    assert_eq!(house.upstream.receptions().len(), CALLS);
    house.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_waits_for_no_flush() {
    let mut house = House::open().await;
    let before = house.commits().await;
    let trace = Trace::attach(house.server.id()).await;
    let started = Instant::now();
    house.call(Tool::Look).await;
    let rounds = started.elapsed().as_micros() / LAZY.as_micros() + 2;
    let Some(trace) = trace else {
        let commits = house.commits().await - before;
        assert!(commits as u128 <= rounds, "{commits} commits for {CALLS} reads");
        return;
    };
    let seen = trace.end().await;
    let calls = by_answer(&seen);
    assert_eq!(calls.len(), CALLS, "{seen:?}");
    let flushes = calls.iter().flat_map(|call| call.iter()).filter(|seen| **seen == Seen::Flush).count();
    println!("{CALLS} reads in {:?}: {flushes} flushes", started.elapsed());
    // Records go to disk by the clock, in groups; a commit may take more than one flush when the log is folded in.
    assert!(flushes as u128 <= 2 * rounds, "{flushes} flushes for {CALLS} reads in {:?}", started.elapsed());
    assert!(calls.iter().any(|call| !call.contains(&Seen::Flush)), "every read waited for a flush");
    house.server.stop().await;
}

#[tokio::test]
async fn sqlite_promises_to_flush() {
    let folder = tempfile::tempdir().unwrap();
    let url = DatabaseUrl::sqlite(folder.path().join("hookswitch.db"));
    let store = Store::open(&url, StoreOptions::default()).await.unwrap();
    let full = Durability::Sqlite { synchronous: 2, journal_mode: "wal".to_owned() };
    assert_eq!(*store.durability(), full);
    store.close().await;
}

#[tokio::test]
async fn postgres_promises_to_flush() {
    let url = DatabaseUrl::parse(&PostgresServer::shared().create_database().unwrap()).unwrap();
    let store = Store::open(&url, StoreOptions::default()).await.unwrap();
    let Durability::Postgres { synchronous_commit, fsync } = store.durability() else {
        panic!("{:?}", store.durability())
    };
    assert_eq!((synchronous_commit.as_str(), fsync.as_str()), ("on", "on"));
    store.close().await;
}

/// What was seen, cut after each answer.
fn by_answer(seen: &[Seen]) -> Vec<&[Seen]> {
    seen.split_inclusive(|seen| *seen == Seen::Answered)
        .filter(|part| part.last() == Some(&Seen::Answered))
        .collect()
}
