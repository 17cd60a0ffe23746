//! Migrations: forward only, the same numbers in two folders. A migration that went out is never edited; a new
//! one is two files and one line here.

use std::borrow::Cow;

use sqlx::SqlSafeStr as _;
use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::{PgPool, SqlitePool};

use crate::error::StoreError;

/// Number, name, text for SQLite, text for PostgreSQL.
const ALL: &[(i64, &str, &str, &str)] = &[
    (
        1,
        "first",
        include_str!("../migrations/sqlite/0001_first.sql"),
        include_str!("../migrations/postgres/0001_first.sql"),
    ),
    (
        2,
        "project signing",
        include_str!("../migrations/sqlite/0002_project_signing.sql"),
        include_str!("../migrations/postgres/0002_project_signing.sql"),
    ),
    (
        3,
        "assistants",
        include_str!("../migrations/sqlite/0003_assistants.sql"),
        include_str!("../migrations/postgres/0003_assistants.sql"),
    ),
    (
        4,
        "projects",
        include_str!("../migrations/sqlite/0004_projects.sql"),
        include_str!("../migrations/postgres/0004_projects.sql"),
    ),
    (
        5,
        "session tools",
        include_str!("../migrations/sqlite/0005_session_tools.sql"),
        include_str!("../migrations/postgres/0005_session_tools.sql"),
    ),
    (
        6,
        "python packages",
        include_str!("../migrations/sqlite/0006_python_packages.sql"),
        include_str!("../migrations/postgres/0006_python_packages.sql"),
    ),
    (
        7,
        "links",
        include_str!("../migrations/sqlite/0007_links.sql"),
        include_str!("../migrations/postgres/0007_links.sql"),
    ),
    (
        8,
        "simulations",
        include_str!("../migrations/sqlite/0008_simulations.sql"),
        include_str!("../migrations/postgres/0008_simulations.sql"),
    ),
    (
        9,
        "event webhooks",
        include_str!("../migrations/sqlite/0009_event_webhooks.sql"),
        include_str!("../migrations/postgres/0009_event_webhooks.sql"),
    ),
];

fn migrator(text_of: fn(&(i64, &'static str, &'static str, &'static str)) -> &'static str) -> Migrator {
    let migrations: Vec<Migration> = ALL
        .iter()
        .map(|entry| {
            let text = text_of(entry).into_sql_str();
            Migration::new(entry.0, Cow::Borrowed(entry.1), MigrationType::Simple, text, false)
        })
        .collect();
    Migrator { migrations: Cow::Owned(migrations), ..Migrator::DEFAULT }
}

pub(crate) async fn migrate_sqlite(pool: &SqlitePool) -> Result<(), StoreError> {
    migrator(|entry| entry.2).run(pool).await.map_err(explain)
}

pub(crate) async fn migrate_postgres(pool: &PgPool) -> Result<(), StoreError> {
    migrator(|entry| entry.3).run(pool).await.map_err(explain)
}

fn explain(error: MigrateError) -> StoreError {
    match error {
        MigrateError::VersionMissing(version) => StoreError::Setup(format!(
            "the database was made by a newer server (migration {version}); there is no way back"
        )),
        MigrateError::Dirty(version) => {
            StoreError::Setup(format!("migration {version} was begun and not finished; restore a backup"))
        }
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => error.into(),
        other => StoreError::Setup(format!("the migrations can't be run: {other}")),
    }
}
