//! The SQLite file: one server, private, durable, forward only.

use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use hookswitch_store::{DatabaseUrl, Durability, Store, StoreError, StoreOptions};

use crate::raw::run_text;
use crate::support::Fixture;

const OPEN_THIS: &str = "HOOKSWITCH_TEST_OPEN_THIS";

/// The test starts itself: the second process finds the variable, tries to open the file and says how it went.
#[tokio::test]
async fn sqlite_refuses_a_second_process() {
    if let Ok(url) = std::env::var(OPEN_THIS) {
        let url = DatabaseUrl::parse(&url).unwrap();
        match Store::open(&url, StoreOptions::default()).await {
            Ok(_) => println!("opened"),
            Err(StoreError::Setup(text)) => println!("refused: {text}"),
            Err(other) => panic!("{other:?}"),
        }
        return;
    }
    let fixture = Fixture::sqlite().await;
    let url = format!("{:?}", fixture.url);
    let second = || {
        let output = Command::new(std::env::current_exe().unwrap())
            .args(["sqlite_file::sqlite_refuses_a_second_process", "--exact", "--nocapture"])
            .env(OPEN_THIS, &url)
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let refused = second();
    assert!(refused.contains("refused: another server has"), "{refused}");
    let Fixture { store, _folder: folder, .. } = fixture;
    store.close().await;
    drop(store);
    let opened = second();
    assert!(opened.contains("opened"), "{opened}");
    drop(folder);
}

#[tokio::test]
async fn sqlite_refuses_a_second_store_in_the_same_process() {
    let fixture = Fixture::sqlite().await;
    let second = Store::open(&fixture.url, StoreOptions::default()).await;
    assert!(matches!(&second, Err(StoreError::Setup(_))), "{second:?}");
}

#[tokio::test]
async fn sqlite_is_durable_and_private() {
    let fixture = Fixture::sqlite().await;
    let expected = Durability::Sqlite { synchronous: 2, journal_mode: "wal".to_owned() };
    assert_eq!(*fixture.store.durability(), expected);
    let DatabaseUrl::Sqlite(path) = &fixture.url else { panic!("not SQLite") };
    for end in ["", "-wal", "-shm"] {
        let file = format!("{}{end}", path.display());
        let mode = std::fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{file}");
    }
}

#[tokio::test]
async fn postgres_is_durable() {
    let fixture = Fixture::postgres().await;
    let Durability::Postgres { synchronous_commit, .. } = fixture.store.durability() else {
        panic!("not PostgreSQL")
    };
    assert_eq!(synchronous_commit, "on");
}

#[tokio::test]
async fn sqlite_of_a_newer_server_is_refused() {
    let fixture = Fixture::sqlite().await;
    let text = "insert into _sqlx_migrations (version, description, success, checksum, execution_time) \
        values (9999, 'from the future', true, x'00', 0)";
    run_text(&fixture, text).await;
    let Fixture { store, url, _folder: folder } = fixture;
    store.close().await;
    drop(store);
    let opened = Store::open(&url, StoreOptions::default()).await;
    assert!(matches!(&opened, Err(StoreError::Setup(text)) if text.contains("newer server")), "{opened:?}");
    drop(folder);
}

#[tokio::test]
async fn sqlite_keeps_everything_over_a_restart() {
    let fixture = Fixture::sqlite().await;
    let tenant = fixture.tenant("t").await;
    let tool = fixture.tool(&tenant, "one").await;
    let Fixture { store, url, _folder: folder } = fixture;
    store.close().await;
    drop(store);
    let store = Store::open(&url, StoreOptions::default()).await.unwrap();
    assert_eq!(store.get_tool(tenant.scope, tool.id).await.unwrap(), tool);
    store.ping().await.unwrap();
    drop(folder);
}
