//! A cache that never keeps what has changed since it was read.
//!
//! The danger is a slow reader: it reads a row, somebody changes the row and drops the entry, and only then the
//! reader puts the old row into the cache, where it would stay. So every change is counted, a reader notes the count
//! before it reads, and what it read is kept only if the count is still the same. The check, the insert, the count
//! and the drop happen under one lock, so that none falls between two others.

use std::future::Future;
use std::hash::Hash;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use moka::sync::Cache;
use parking_lot::Mutex;

pub(crate) struct Kept<K, V> {
    entries: Cache<K, Entry<V>>,
    /// Changes so far; whoever holds it keeps entries from being added and dropped.
    changes: Mutex<u64>,
    /// Entries of an earlier age are gone.
    age: AtomicU64,
}

#[derive(Clone)]
struct Entry<V> {
    age: u64,
    value: V,
}

/// The count of changes before a row was read.
#[derive(Clone, Copy)]
struct Seen(u64);

impl<K, V> Kept<K, V>
where
    K: Hash + Eq + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    /// At most so many entries, each for at most so long.
    pub(crate) fn new(most: u64, lifetime: Duration) -> Self {
        let entries = Cache::builder().max_capacity(most).time_to_live(lifetime).build();
        Self { entries, changes: Mutex::new(0), age: AtomicU64::new(0) }
    }

    pub(crate) fn get(&self, key: &K) -> Option<V> {
        let entry = self.entries.get(key)?;
        (entry.age == self.age.load(Ordering::Acquire)).then_some(entry.value)
    }

    /// The entry, or what `load` reads; kept when nothing changed while it was read.
    pub(crate) async fn get_or_load<E>(
        &self,
        key: K,
        load: impl Future<Output = Result<V, E>>,
    ) -> Result<V, E> {
        if let Some(value) = self.get(&key) {
            return Ok(value);
        }
        let seen = self.seen();
        let value = load.await?;
        self.keep(seen, key, value.clone());
        Ok(value)
    }

    /// The same for what may not be there, which is not kept.
    pub(crate) async fn find_or_load<E>(
        &self,
        key: K,
        load: impl Future<Output = Result<Option<V>, E>>,
    ) -> Result<Option<V>, E> {
        if let Some(value) = self.get(&key) {
            return Ok(Some(value));
        }
        let seen = self.seen();
        let found = load.await?;
        if let Some(value) = &found {
            self.keep(seen, key, value.clone());
        }
        Ok(found)
    }

    fn seen(&self) -> Seen {
        Seen(*self.changes.lock())
    }

    fn keep(&self, seen: Seen, key: K, value: V) {
        let changes = self.changes.lock();
        if *changes == seen.0 {
            self.entries.insert(key, Entry { age: self.age.load(Ordering::Acquire), value });
        }
    }

    /// Drops an entry after its row has changed.
    pub(crate) fn forget(&self, key: &K) {
        let mut changes = self.changes.lock();
        *changes += 1;
        self.entries.invalidate(key);
    }

    /// Drops all entries after rows have changed.
    pub(crate) fn forget_all(&self) {
        let mut changes = self.changes.lock();
        *changes += 1;
        self.age.fetch_add(1, Ordering::Release);
        // The age alone hides them; this gives their memory back.
        self.entries.invalidate_all();
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::convert::Infallible;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::time::Duration;

    use tokio::sync::oneshot;

    use super::Kept;

    fn cache() -> Arc<Kept<u8, u32>> {
        Arc::new(Kept::new(10, Duration::from_hours(1)))
    }

    fn ok(value: u32) -> std::future::Ready<Result<u32, Infallible>> {
        std::future::ready(Ok(value))
    }

    /// A reader that has read `value` and goes on when told.
    async fn slow_reader(
        cache: &Arc<Kept<u8, u32>>,
        value: u32,
    ) -> (oneshot::Sender<()>, tokio::task::JoinHandle<u32>) {
        let (has_read, reads) = oneshot::channel();
        let (go_on, told) = oneshot::channel::<()>();
        let cache = Arc::clone(cache);
        let reader = tokio::spawn(async move {
            let load = async {
                has_read.send(()).unwrap();
                told.await.unwrap();
                Ok::<_, Infallible>(value)
            };
            cache.get_or_load(1, load).await.unwrap()
        });
        reads.await.unwrap();
        (go_on, reader)
    }

    #[tokio::test]
    async fn what_was_read_is_kept() {
        let cache = cache();
        assert_eq!(cache.get_or_load(1, ok(7)).await, Ok(7));
        assert_eq!(cache.get_or_load(1, ok(8)).await, Ok(7));
        cache.forget(&1);
        assert_eq!(cache.get_or_load(1, ok(8)).await, Ok(8));
    }

    #[tokio::test]
    async fn a_slow_reader_does_not_bring_back_what_has_changed() {
        for forget in [(|cache| cache.forget(&1)) as fn(&Kept<u8, u32>), Kept::forget_all] {
            let cache = cache();
            let (go_on, reader) = slow_reader(&cache, 1).await;
            forget(&cache);
            go_on.send(()).unwrap();
            // It may see the old row itself: it asked before the change.
            assert_eq!(reader.await.unwrap(), 1);
            assert_eq!(cache.get(&1), None);
            assert_eq!(cache.get_or_load(1, ok(2)).await, Ok(2));
        }
    }

    #[tokio::test]
    async fn a_reader_whose_row_nobody_changed_meanwhile_is_believed() {
        let cache = cache();
        let (go_on, reader) = slow_reader(&cache, 5).await;
        go_on.send(()).unwrap();
        reader.await.unwrap();
        assert_eq!(cache.get(&1), Some(5));
    }

    #[tokio::test]
    async fn forgetting_all_leaves_nothing_and_nothing_that_was_absent_is_kept() {
        let cache = cache();
        for key in 0..5 {
            cache.get_or_load(key, ok(u32::from(key))).await.unwrap();
        }
        cache.forget_all();
        assert!((0..5).all(|key| cache.get(&key).is_none()));
        let absent = async { Ok::<_, Infallible>(None) };
        assert_eq!(cache.find_or_load(9, absent).await, Ok(None));
        let present = async { Ok::<_, Infallible>(Some(3)) };
        assert_eq!(cache.find_or_load(9, present).await, Ok(Some(3)));
        assert_eq!(cache.get(&9), Some(3));
    }

    /// Many readers and one writer: what is read after a change was made known is never older than it.
    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn nobody_reads_what_was_before_a_change_that_is_known() {
        let cache = cache();
        let (row, known) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)));
        let readers: Vec<_> = (0..4)
            .map(|_| {
                let (cache, row, known) = (Arc::clone(&cache), Arc::clone(&row), Arc::clone(&known));
                tokio::spawn(async move {
                    loop {
                        let at_least = known.load(Ordering::SeqCst);
                        let load = async {
                            let read = row.load(Ordering::SeqCst);
                            tokio::task::yield_now().await;
                            Ok::<_, Infallible>(read)
                        };
                        let read = cache.get_or_load(1, load).await.unwrap();
                        assert!(read >= at_least, "read {read} after {at_least} was known");
                        if at_least == 5_000 {
                            return;
                        }
                        tokio::task::yield_now().await;
                    }
                })
            })
            .collect();
        for version in 1..=5_000 {
            row.store(version, Ordering::SeqCst);
            cache.forget(&1);
            known.store(version, Ordering::SeqCst);
            tokio::task::yield_now().await;
        }
        for reader in readers {
            reader.await.unwrap();
        }
    }
}
