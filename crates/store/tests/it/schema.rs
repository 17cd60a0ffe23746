//! Both folders of migrations end in the same tables.

use std::collections::BTreeSet;

use crate::raw::{columns_of, count_of};
use crate::support::Fixture;

/// One word for a type in either database.
fn kind(declared: &str) -> &'static str {
    match declared.to_lowercase().as_str() {
        "integer" | "bigint" => "integer",
        "boolean" => "boolean",
        "text" => "text",
        "blob" | "uuid" | "bytea" => "bytes",
        other => panic!("a type that the other database may not have: {other}"),
    }
}

#[tokio::test]
async fn postgres_and_sqlite_have_the_same_tables() {
    let mut both = Vec::new();
    for fixture in [Fixture::sqlite().await, Fixture::postgres().await] {
        let columns: BTreeSet<_> = columns_of(&fixture)
            .await
            .into_iter()
            .map(|(table, column, declared, is_required)| (table, column, kind(&declared), is_required))
            .collect();
        assert!(columns.len() > 100, "{}", columns.len());
        both.push(columns);
    }
    let (sqlite, postgres) = (&both[0], &both[1]);
    assert_eq!(sqlite.difference(postgres).collect::<Vec<_>>(), Vec::<&_>::new(), "only in SQLite");
    assert_eq!(postgres.difference(sqlite).collect::<Vec<_>>(), Vec::<&_>::new(), "only in PostgreSQL");
}

#[tokio::test]
async fn postgres_and_sqlite_have_the_same_migrations() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let names = |database: &str| -> BTreeSet<String> {
        let entries = std::fs::read_dir(folder.join(database)).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    };
    assert_eq!(names("sqlite"), names("postgres"));
    let applied = count_of(&Fixture::sqlite().await, "_sqlx_migrations").await;
    assert_eq!(applied, names("sqlite").len() as i64, "every file is run");
}
