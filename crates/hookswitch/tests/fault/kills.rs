//! SIGKILL at random points under load: the ledger must agree with what the upstream really received.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use hookswitch_model::execution::ActState;
use hookswitch_model::{ActId, Mode, OrgId, Scope};
use hookswitch_store::{DatabaseUrl, Store, StoreOptions};
use hookswitch_testkit::PostgresServer;

use crate::api::{Api, Ask, Door};
use crate::books::Books;
use crate::check;
use crate::client::{Client, Diary};
use crate::dice::Dice;
use crate::receptions::doubles;
use crate::report::Table;
use crate::server::{Recipe, Server};
use crate::settled::ask_again;
use crate::tools::{self, Tool};
use crate::upstream::{Manner, Upstream};

const CLIENTS: u64 = 16;
/// Findings of a kind that are shown.
const SHOWN: usize = 5;

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_agrees_with_the_upstream() {
    let folder = tempfile::tempdir().unwrap();
    let url = DatabaseUrl::sqlite(folder.path().join("hookswitch.db"));
    run("SQLite", kills(1), folder.path().to_owned(), None, url).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_agrees_with_the_upstream() {
    let folder = tempfile::tempdir().unwrap();
    let text = PostgresServer::shared().create_database().unwrap();
    let url = DatabaseUrl::parse(&text).unwrap();
    run("PostgreSQL", kills(4), folder.path().to_owned(), Some(text), url).await;
}

/// `HOOKSWITCH_FAULT_KILLS`, or a part of it.
fn kills(part: usize) -> usize {
    number("HOOKSWITCH_FAULT_KILLS").map_or(20, |kills| usize::try_from(kills).unwrap()).div_ceil(part)
}

fn number(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok().filter(|text| !text.is_empty())?;
    Some(text.parse().unwrap_or_else(|_| panic!("{variable} is no number: {text}")))
}

async fn run(database: &'static str, kills: usize, data: PathBuf, url: Option<String>, store: DatabaseUrl) {
    let seed = number("HOOKSWITCH_FAULT_SEED")
        .unwrap_or_else(|| Dice::new(hookswitch_model::Stamp::now().micros().unsigned_abs()).next() >> 32);
    println!("{database}: {kills} kills, HOOKSWITCH_FAULT_SEED={seed}");
    let started = Instant::now();
    let upstream = Upstream::start(Manner::Bad { seed }).await;
    // Where several servers may share a database, a killed one's claims to requests with a key live on for seconds.
    // Nearly all clients would wait for that, and hardly any act would be under way at the next blow.
    let uses_keys = url.is_none();
    let mut recipe = Recipe::new(&data, upstream.address());
    if let Some(url) = url {
        recipe = recipe.with("HOOKSWITCH_DATABASE_URL", url);
    }
    let server = recipe.start().await;
    let door = Door::open(server.address);
    let mut api = Api::new(&door);
    tools::save(&mut api, &Tool::ALL.map(|tool| tool.definition(&upstream, 5000))).await;

    let stop = Arc::new(AtomicBool::new(false));
    let clients: Vec<_> = (0..CLIENTS)
        .map(|number| tokio::spawn(Client::new(number, seed, uses_keys, &door, &stop).run()))
        .collect();
    let mut dice = Dice::of(seed, "kills");
    let mut wrong: Vec<String> = Vec::new();
    let mut server =
        kill_again_and_again(database, kills, &recipe, server, &door, &mut dice, &mut wrong).await;
    stop.store(true, Ordering::Relaxed);
    let mut diary = Diary::default();
    for client in clients {
        let part = client.await.unwrap();
        diary.sessions.extend(part.sessions);
        diary.given.extend(part.given);
        diary.strange.extend(part.strange);
        diary.lost += part.lost;
    }
    // What is checked from here on comes from the disk.
    server = kill_once(server, &recipe, &door, &mut wrong).await;
    let first = Books::read(&door, &diary.sessions).await;
    let asked = ask_again(&door, &first).await;
    let books = Books::read(&door, &diary.sessions).await;
    let scope = scope(&mut api).await;
    note_errors(&server, &mut wrong);
    server.stop().await;

    let receptions = upstream.receptions();
    let doubles = doubles(&receptions);
    let mut lost = check::lost(&diary.given, &receptions, &books);
    lost.extend(check::lost(&diary.given, &[], &first));
    lost.extend(check::lost(&asked.given, &[], &books));
    wrong.extend(check::untrue(&receptions, &books));
    wrong.extend(check::disorder(&books));
    wrong.extend(asked.wrong);
    wrong.extend(diary.strange);
    wrong.extend(disagreements(store, scope, &books).await);
    let acts: std::collections::HashSet<_> =
        diary.given.iter().map(|given| &given.act).filter(|act| act.tool != Tool::Look).collect();
    let replayed = diary.given.iter().chain(&asked.given).filter(|given| given.replayed).count();
    let table = Table {
        database,
        seed,
        took: started.elapsed(),
        rows: vec![
            ("kills", kills + 1),
            ("sessions", diary.sessions.len()),
            ("acts", acts.len()),
            ("received", receptions.iter().filter(|reception| reception.act.tool != Tool::Look).count()),
            ("done", books.count("done")),
            ("failed", books.count("failed")),
            ("unknown", books.count("unknown")),
            ("replayed", replayed),
            ("sent again", usize::try_from(diary.lost).unwrap()),
            ("doubles", doubles.len()),
            ("lost", lost.len()),
            ("other findings", wrong.len()),
        ],
    };
    println!("{}", table.text());
    for (kind, findings) in [("double", &doubles), ("lost", &lost), ("finding", &wrong)] {
        findings.iter().take(SHOWN).for_each(|finding| println!("{kind}: {finding}"));
    }
    assert!(doubles.is_empty() && lost.is_empty() && wrong.is_empty(), "seed {seed}");
    // A run that hit nothing shows nothing.
    assert!(books.count("unknown") > 0 && books.count("done") > kills && replayed > 0, "too little load");
    if let Ok(page) = std::env::var("HOOKSWITCH_FAULT_REPORT") {
        table.write_to(&PathBuf::from(page));
    }
}

async fn kill_again_and_again(
    database: &str,
    kills: usize,
    recipe: &Recipe,
    mut server: Server,
    door: &Door,
    dice: &mut Dice,
    wrong: &mut Vec<String>,
) -> Server {
    for number in 1..=kills {
        // No synchronisation: the moment of the blow.
        tokio::time::sleep(Duration::from_millis(dice.pick(20..=400))).await;
        server = kill_once(server, recipe, door, wrong).await;
        if number % 20 == 0 {
            println!("{database}: {number} of {kills} kills");
        }
    }
    server
}

async fn kill_once(mut server: Server, recipe: &Recipe, door: &Door, wrong: &mut Vec<String>) -> Server {
    let port = server.address.port();
    note_errors(&server, wrong);
    server.strike();
    door.set(None);
    server.wait().await;
    let server = recipe.start_again(port).await;
    door.set(Some(server.address));
    server
}

/// The server may be killed; it may not complain by itself.
fn note_errors(server: &Server, wrong: &mut Vec<String>) {
    wrong.extend(
        server.log().errors().into_iter().map(|(error, count)| format!("logged {count} times: {error}")),
    );
}

async fn scope(api: &mut Api) -> Scope {
    let me = api.send(&Ask::get("/v1/me")).await.success();
    let org: OrgId = me["org_id"].as_str().unwrap().parse().unwrap();
    Scope::new(org, Mode::Live)
}

/// Acts of the ledger that say something else than their executions.
async fn disagreements(url: DatabaseUrl, scope: Scope, books: &Books) -> Vec<String> {
    let store = Store::open(&url, StoreOptions::default()).await.unwrap();
    let mut found = Vec::new();
    for record in books.of_acts() {
        let id: ActId = record.key.as_ref().unwrap().parse().unwrap();
        let act = store.get_act(scope, id).await.unwrap();
        let is_newest = act.execution.to_string() == record.id;
        let says = act.state.as_str();
        // Of an act nothing of which left, the ledger says that it is known not to have happened.
        let recorded = match record.outcome.as_deref() {
            Some("refused" | "cancelled") => Some("failed"),
            other => other,
        };
        if act.state == ActState::Pending || is_newest && recorded != Some(says) {
            found.push(format!("the ledger says {says}, the record {record:?}"));
        }
    }
    store.close().await;
    found
}
