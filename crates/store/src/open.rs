//! Opening the database.

use std::fs::OpenOptions;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use tokio::sync::Notify;

use crate::db::{Db, SqliteWriter, sql};
use crate::durability::Durability;
use crate::error::StoreError;
use crate::location::DatabaseUrl;
use crate::lock::FileLock;
use crate::migrate;

/// Statements kept prepared on each connection.
const STATEMENT_CACHE: usize = 512;

/// How the database is opened.
#[derive(Debug, Clone)]
pub struct StoreOptions {
    /// Connections that read the SQLite file.
    pub sqlite_readers: u32,
    /// Connections to PostgreSQL, reading and writing.
    pub postgres_connections: u32,
    /// How long a request waits for a free connection, and SQLite for another program's lock on the file.
    pub wait: Duration,
}

impl Default for StoreOptions {
    fn default() -> Self {
        Self { sqlite_readers: 4, postgres_connections: 16, wait: Duration::from_secs(5) }
    }
}

/// The database. Clones are handles to the same one.
#[derive(Debug, Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    db: Db,
    durability: Durability,
    // Held until the store is closed: a second server on the same file refuses to start.
    lock: Mutex<Option<FileLock>>,
    // Rung when something was put into the outbox.
    outbox: Notify,
}

impl Store {
    /// Opens the database, brings its tables up to date and checks that a commit is durable.
    pub async fn open(url: &DatabaseUrl, options: StoreOptions) -> Result<Self, StoreError> {
        let (db, durability, lock) = match url {
            DatabaseUrl::Sqlite(path) => open_sqlite(path, &options).await?,
            DatabaseUrl::Postgres(connect) => open_postgres(connect, &options).await?,
        };
        durability.check()?;
        Ok(Self { inner: Arc::new(Inner { db, durability, lock: Mutex::new(lock), outbox: Notify::new() }) })
    }

    pub(crate) fn db(&self) -> &Db {
        &self.inner.db
    }

    /// Rung when something was put into the outbox by this server.
    pub fn outbox(&self) -> &Notify {
        &self.inner.outbox
    }

    /// Whether no other server can change this database: a SQLite file has one, a PostgreSQL database may have more.
    pub fn is_sole_owner(&self) -> bool {
        matches!(self.db(), Db::Sqlite { .. })
    }

    /// What a commit promises, as the database reported it when it was opened.
    pub fn durability(&self) -> &Durability {
        &self.inner.durability
    }

    /// Whether the database answers: for readiness checks.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.db().row(sql("select 1")).await.map(drop)
    }

    /// Closes all connections after what runs on them and lets go of the file; later calls are
    /// [`StoreError::Unavailable`].
    pub async fn close(&self) {
        self.db().close().await;
        self.inner.lock.lock().take();
    }
}

async fn open_sqlite(
    path: &Path,
    options: &StoreOptions,
) -> Result<(Db, Durability, Option<FileLock>), StoreError> {
    create_private(path)?;
    let lock = FileLock::take(path)?;
    let connect = SqliteConnectOptions::new()
        .filename(path)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(options.wait)
        .statement_cache_capacity(STATEMENT_CACHE);
    let migrating = SqlitePoolOptions::new().max_connections(1).connect_with(connect.clone()).await?;
    migrate::migrate_sqlite(&migrating).await?;
    let writer = SqliteWriter::open(path, options.wait)?;
    migrating.close().await;
    let durability = Durability::of_sqlite(&writer)?;
    let readers = SqlitePoolOptions::new()
        .max_connections(options.sqlite_readers.max(1))
        .acquire_timeout(options.wait)
        .connect_with(connect.pragma("query_only", "on"))
        .await?;
    let db = Db::Sqlite { writer, readers };
    // The file is ours alone: whoever claimed these is gone, and a retry need not wait for their time to run out.
    db.run(sql("delete from answers where status is null")).await?;
    Ok((db, durability, Some(lock)))
}

async fn open_postgres(
    connect: &PgConnectOptions,
    options: &StoreOptions,
) -> Result<(Db, Durability, Option<FileLock>), StoreError> {
    let connect = connect
        .clone()
        .application_name("hookswitch")
        // A generic plan is made while tables are still small and would read them whole ever after.
        .options([("synchronous_commit", "on"), ("plan_cache_mode", "force_custom_plan")])
        .statement_cache_capacity(STATEMENT_CACHE);
    let pool = PgPoolOptions::new()
        .max_connections(options.postgres_connections.max(2))
        .acquire_timeout(options.wait)
        .connect_with(connect)
        .await?;
    migrate::migrate_postgres(&pool).await?;
    let durability = Durability::of_postgres(&pool).await?;
    Ok((Db::Postgres(pool), durability, None))
}

/// Makes the file, and the folder it lies in, readable for the server's own user only. SQLite gives its `-wal`
/// and `-shm` files the same mode.
fn create_private(path: &Path) -> Result<(), StoreError> {
    let problem =
        |error: std::io::Error| StoreError::Setup(format!("can't create {}: {error}", path.display()));
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(problem)?;
    }
    let mut open = OpenOptions::new();
    open.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut open, 0o600);
    open.open(path).map(drop).map_err(problem)
}
