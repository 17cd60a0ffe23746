//! The one connection that writes to a SQLite file.
//!
//! SQLite has one writer at a time anyway, and waiting in a queue of our own is fair where its busy handler is not.
//! The connection is used through rusqlite, not sqlx: sqlx hands every statement to a thread of its own and waits for
//! it, and a commit of the ledger is a dozen statements (docs/adr/0011). The library below is the same.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use rusqlite::{CachedStatement, Connection};
use tokio::sync::OwnedMutexGuard;

use super::many::Many;
use super::row::{LocalRow, Names};
use super::{Arg, Query, Result, Row};
use crate::error::StoreError;

/// Statements kept prepared.
const STATEMENT_CACHE: usize = 512;
/// Pages that the connection keeps, in KiB: records go to places all over the indexes.
const CACHE_KIB: i64 = -65_536;
/// Pages in the write-ahead log before they are copied into the file. The longer it may grow, the less often a page
/// that changes all the time is copied.
const CHECKPOINT_PAGES: i64 = 24_576;

/// Where statements run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// On the calling thread, which has nothing else to do.
    Here,
    /// On a thread where waiting for the disk keeps nobody.
    Aside,
}

/// The connection. Clones are handles to the same one.
#[derive(Debug, Clone)]
pub(crate) struct SqliteWriter {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    /// Gone when the store is closed.
    connection: Mutex<Option<Connection>>,
    /// Whose turn it is; first come, first served.
    turn: Arc<tokio::sync::Mutex<()>>,
    wait: Duration,
}

type Turn = Arc<OwnedMutexGuard<()>>;

fn closed() -> StoreError {
    StoreError::Unavailable("the database is closed".into())
}

impl SqliteWriter {
    /// Opens the file, which is there already. `wait`: for a turn, and for another program's lock on the file.
    pub(crate) fn open(path: &Path, wait: Duration) -> Result<Self> {
        let connection = Connection::open(path)?;
        connection.busy_timeout(wait)?;
        connection.pragma_update(None, "journal_mode", "wal")?;
        connection.pragma_update(None, "synchronous", "full")?;
        connection.pragma_update(None, "foreign_keys", true)?;
        connection.pragma_update(None, "cache_size", CACHE_KIB)?;
        // Copies of pages that a statement may have to undo stay out of temporary files.
        connection.pragma_update(None, "temp_store", "memory")?;
        connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
        connection.set_prepared_statement_cache_capacity(STATEMENT_CACHE);
        let turn = Arc::new(tokio::sync::Mutex::new(()));
        Ok(Self { inner: Arc::new(Inner { connection: Mutex::new(Some(connection)), turn, wait }) })
    }

    /// Settings as the database itself reports them: `synchronous` and `journal_mode`.
    pub(crate) fn durability(&self) -> Result<(i64, String)> {
        self.with(|connection| {
            let synchronous = connection.pragma_query_value(None, "synchronous", |row| row.get(0))?;
            let journal_mode = connection.pragma_query_value(None, "journal_mode", |row| row.get(0))?;
            Ok((synchronous, journal_mode))
        })
    }

    fn with<T>(&self, action: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        action(self.inner.connection.lock().as_ref().ok_or_else(closed)?)
    }

    async fn turn(&self) -> Result<Turn> {
        let turn = Arc::clone(&self.inner.turn);
        if let Ok(turn) = Arc::clone(&turn).try_lock_owned() {
            return Ok(Arc::new(turn));
        }
        let turn = turn.lock_owned();
        match tokio::time::timeout(self.inner.wait, turn).await {
            Ok(turn) => Ok(Arc::new(turn)),
            Err(_) => Err(StoreError::Unavailable("the database is busy".into())),
        }
    }

    /// Runs one change by itself.
    pub(super) async fn run(&self, query: Query) -> Result<u64> {
        let (turn, writer) = (self.turn().await?, self.clone());
        aside(move || {
            let changed = writer.with(|connection| run(connection, query));
            drop(turn);
            changed
        })
        .await
    }

    pub(super) async fn begin(&self, place: Place) -> Result<SqliteTx> {
        let turn = self.turn().await?;
        let tx = SqliteTx { writer: self.clone(), turn, place, is_over: Arc::default() };
        tx.with(|connection| {
            // A transaction whose owner went away in the middle of a statement.
            if !connection.is_autocommit() {
                connection.execute_batch("rollback")?;
            }
            Ok(connection.prepare_cached("begin immediate")?.raw_execute()?)
        })
        .await?;
        Ok(tx)
    }

    /// Closes the connection after what runs on it.
    pub(super) async fn close(&self) {
        let turn = Arc::clone(&self.inner.turn).lock_owned().await;
        let inner = Arc::clone(&self.inner);
        // The last one to close copies the log into the file.
        let closed = aside(move || {
            drop(inner.connection.lock().take());
            drop(turn);
            Ok(())
        });
        if let Err(error) = closed.await {
            tracing::warn!(%error, "the database could not be closed");
        }
    }
}

async fn aside<T: Send + 'static>(action: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    match tokio::task::spawn_blocking(action).await {
        Ok(done) => done,
        Err(error) => Err(StoreError::Internal(Box::new(error))),
    }
}

/// A transaction. Dropped without a commit, nothing of it remains.
pub(crate) struct SqliteTx {
    writer: SqliteWriter,
    turn: Turn,
    place: Place,
    /// A statement that is only now about to start must not run outside of its transaction.
    is_over: Arc<AtomicBool>,
}

impl SqliteTx {
    async fn with<T: Send + 'static>(
        &self,
        action: impl FnOnce(&Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        if self.place == Place::Here {
            return self.writer.with(action);
        }
        let (writer, turn, is_over) =
            (self.writer.clone(), Arc::clone(&self.turn), Arc::clone(&self.is_over));
        aside(move || {
            let done =
                writer.with(
                    |connection| {
                        if is_over.load(Ordering::Acquire) { Err(closed()) } else { action(connection) }
                    },
                );
            drop(turn);
            done
        })
        .await
    }

    pub(super) async fn rows(&self, query: Query) -> Result<Vec<Row>> {
        self.with(|connection| {
            let (text, args) = query.into_sqlite_parts();
            let mut statement = connection.prepare_cached(&text)?;
            let (names, mut found) = (names(&statement), Vec::new());
            bind(&mut statement, &args)?;
            collect(&mut statement, &names, &mut found)?;
            Ok(found)
        })
        .await
    }

    pub(super) async fn run(&self, query: Query) -> Result<u64> {
        self.with(|connection| run(connection, query)).await
    }

    pub(super) async fn rows_of_many(&self, many: &'static Many, rows: Vec<Vec<Arg>>) -> Result<Vec<Row>> {
        self.with(move |connection| {
            let mut statement = connection.prepare_cached(many.for_one())?;
            let (names, mut found) = (names(&statement), Vec::new());
            for args in &rows {
                bind(&mut statement, args)?;
                collect(&mut statement, &names, &mut found)?;
            }
            Ok(found)
        })
        .await
    }

    pub(super) async fn run_many(&self, many: &'static Many, rows: Vec<Vec<Arg>>) -> Result<u64> {
        self.with(move |connection| {
            let mut statement = connection.prepare_cached(many.for_one())?;
            let mut changed = 0;
            for args in &rows {
                bind(&mut statement, args)?;
                changed += statement.raw_execute()? as u64;
            }
            Ok(changed)
        })
        .await
    }

    pub(super) async fn commit(self) -> Result<()> {
        self.with(|connection| Ok(connection.prepare_cached("commit")?.raw_execute()?)).await.map(drop)
    }
}

impl Drop for SqliteTx {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Release);
        // Busy with a statement whose caller has gone: the next one to begin rolls it back.
        let Some(connection) = self.writer.inner.connection.try_lock() else { return };
        if let Some(connection) = connection.as_ref()
            && !connection.is_autocommit()
            && let Err(error) = connection.execute_batch("rollback")
        {
            tracing::warn!(%error, "a transaction could not be rolled back yet");
        }
    }
}

fn run(connection: &Connection, query: Query) -> Result<u64> {
    let (text, args) = query.into_sqlite_parts();
    let mut statement = connection.prepare_cached(&text)?;
    bind(&mut statement, &args)?;
    // One that returns rows is stepped through them.
    if statement.column_count() > 0 {
        let (names, mut found) = (names(&statement), Vec::new());
        collect(&mut statement, &names, &mut found)?;
        return Ok(found.len() as u64);
    }
    Ok(statement.raw_execute()? as u64)
}

fn bind(statement: &mut CachedStatement<'_>, args: &[Arg]) -> Result<()> {
    for (place, arg) in args.iter().enumerate() {
        arg.bind_to(statement, place + 1)?;
    }
    Ok(())
}

fn names(statement: &CachedStatement<'_>) -> Names {
    statement.column_names().into_iter().map(str::to_owned).collect()
}

fn collect(statement: &mut CachedStatement<'_>, names: &Names, found: &mut Vec<Row>) -> Result<()> {
    let mut rows = statement.raw_query();
    while let Some(row) = rows.next()? {
        let values = (0..names.len()).map(|place| row.get(place)).collect::<Result<_, _>>()?;
        found.push(Row::Local(LocalRow::new(Arc::clone(names), values)));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::db::sql;

    fn open(folder: &tempfile::TempDir, wait: Duration) -> SqliteWriter {
        let writer = SqliteWriter::open(&folder.path().join("t.db"), wait).unwrap();
        writer.with(|connection| Ok(connection.execute_batch("create table t (a integer)")?)).unwrap();
        writer
    }

    fn insert(value: i64) -> Query {
        sql("insert into t (a) values ($1)").bind(value)
    }

    async fn sum(writer: &SqliteWriter) -> i64 {
        let tx = writer.begin(Place::Here).await.unwrap();
        let rows = tx.rows(sql("select coalesce(sum(a), 0) as n from t")).await.unwrap();
        rows[0].get("n").unwrap()
    }

    #[tokio::test]
    async fn what_is_not_committed_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let writer = open(&folder, Duration::from_secs(5));
        for place in [Place::Here, Place::Aside] {
            let tx = writer.begin(place).await.unwrap();
            tx.run(insert(1)).await.unwrap();
            drop(tx);
            assert_eq!(sum(&writer).await, 0);
        }
        let tx = writer.begin(Place::Aside).await.unwrap();
        tx.run(insert(1)).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(sum(&writer).await, 1);
    }

    /// However far a statement has come when its caller goes: it is all rolled back, and the next one has its turn.
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_statement_whose_caller_has_gone_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let writer = open(&folder, Duration::from_secs(5));
        for round in 0..200 {
            let tx = writer.begin(Place::Aside).await.unwrap();
            tx.run(insert(1)).await.unwrap();
            let mut running = Box::pin(async move { tx.run(insert(1)).await.map(|_| ()) });
            for _ in 0..round % 3 {
                if poll_once(running.as_mut()).await.is_some() {
                    break;
                }
            }
            drop(running);
            assert_eq!(sum(&writer).await, 0, "in round {round}");
        }
    }

    /// Polls once and goes on.
    async fn poll_once<F: Future + Unpin>(mut future: F) -> Option<F::Output> {
        std::future::poll_fn(|context| {
            std::task::Poll::Ready(match std::pin::Pin::new(&mut future).poll(context) {
                std::task::Poll::Ready(done) => Some(done),
                std::task::Poll::Pending => None,
            })
        })
        .await
    }

    #[tokio::test]
    async fn who_waits_too_long_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let writer = open(&folder, Duration::from_millis(1));
        let tx = writer.begin(Place::Aside).await.unwrap();
        assert!(writer.run(insert(1)).await.unwrap_err().is_transient());
        drop(tx);
        writer.run(insert(1)).await.unwrap();
        writer.close().await;
        assert!(writer.run(insert(1)).await.unwrap_err().is_transient());
        assert!(writer.begin(Place::Here).await.is_err());
    }

    #[tokio::test]
    async fn numbered_placeholders_may_stand_anywhere_and_nul_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let writer = open(&folder, Duration::from_secs(5));
        let tx = writer.begin(Place::Here).await.unwrap();
        let query = sql("select $2 as b, $1 as a, $2 as c").bind("a\0").bind(2_i64);
        let rows = tx.rows(query).await.unwrap();
        assert_eq!(rows[0].get::<String>("a").unwrap(), "a\u{fffd}");
        assert_eq!((rows[0].get::<i64>("b").unwrap(), rows[0].get::<i64>("c").unwrap()), (2, 2));
        assert!(rows[0].get::<String>("b").is_err());
        assert!(rows[0].get::<i64>("d").is_err());
    }
}
