//! Idle connections. Age is checked at the moment of taking one, so a request that wants a fresh connection never
//! gets an old one (semantics: "Attempts and time").

use std::{
    collections::HashMap,
    sync::{Arc, Weak},
    time::Duration,
};

use parking_lot::Mutex;
use tokio::time::{Instant, sleep};

use crate::{
    connect::{Connection, PoolKey},
    request::Freshness,
};

/// How often old and closed connections are swept out while any is idle.
const SWEEP_EVERY: Duration = Duration::from_secs(1);

pub(super) struct Pool {
    idle: Mutex<Idle>,
    max_age: Duration,
    max_per_key: usize,
    max_total: usize,
}

struct Idle {
    /// Of the policy in force; connections of another are not taken in.
    version: u64,
    /// Newest last. No list is empty.
    by_key: HashMap<PoolKey, Vec<Connection>>,
    total: usize,
    sweeping: bool,
}

impl Pool {
    pub(super) fn new(version: u64, max_age: Duration, max_per_key: usize, max_total: usize) -> Arc<Self> {
        let idle = Idle { version, by_key: HashMap::new(), total: 0, sweeping: false };
        Arc::new(Self { idle: Mutex::new(idle), max_age, max_per_key, max_total })
    }

    /// Puts a policy in force and drops everything; from now on only connections of its version are kept. Both under
    /// one lock, so that of two policies set at once the same one wins in both places.
    pub(super) fn restart(&self, version: u64, put_in_force: impl FnOnce()) {
        let mut idle = self.idle.lock();
        put_in_force();
        idle.version = version;
        idle.total = 0;
        let dropped = std::mem::take(&mut idle.by_key);
        drop(idle);
        drop(dropped);
    }

    pub(super) fn len(&self) -> usize {
        self.idle.lock().total
    }

    /// The newest usable connection, if it is fresh enough.
    pub(super) fn take(&self, key: &PoolKey, freshness: Freshness) -> Option<Connection> {
        let max_idle = self.max_idle(freshness);
        let mut idle = self.idle.lock();
        let list = idle.by_key.get_mut(key)?;
        let (mut taken, mut removed) = (None, 0);
        while let Some(newest) = list.last() {
            if newest.idle_since.elapsed() >= max_idle {
                break;
            }
            let newest = list.pop();
            removed += 1;
            if let Some(connection) = newest.filter(|connection| connection.sender.is_ready()) {
                taken = Some(connection);
                break;
            }
        }
        if list.is_empty() {
            idle.by_key.remove(key);
        }
        idle.total -= removed;
        drop(idle);
        taken.map(|mut connection| {
            connection.gate.rearm();
            connection.reused = true;
            connection
        })
    }

    /// Would [`take`](Self::take) find one that has been idle for less than this?
    pub(super) fn has(&self, key: &PoolKey, freshness: Freshness) -> bool {
        let max_idle = self.max_idle(freshness);
        self.idle.lock().by_key.get(key).is_some_and(|list| {
            list.iter()
                .any(|connection| connection.idle_since.elapsed() < max_idle && connection.sender.is_ready())
        })
    }

    fn max_idle(&self, freshness: Freshness) -> Duration {
        match freshness {
            Freshness::Any => self.max_age,
            Freshness::IdleUnder(limit) => limit.min(self.max_age),
        }
    }

    /// Keeps a connection for later.
    pub(super) fn put(self: &Arc<Self>, connection: Connection) {
        let mut idle = self.idle.lock();
        if connection.key.version != idle.version || self.max_per_key == 0 || self.max_total == 0 {
            return;
        }
        if idle.total >= self.max_total {
            idle.drop_oldest();
        }
        let list = idle.by_key.entry(connection.key.clone()).or_default();
        let full = list.len() >= self.max_per_key;
        if full {
            list.remove(0);
        }
        list.push(connection);
        idle.total += usize::from(!full);
        if !idle.sweeping {
            idle.sweeping = true;
            tokio::spawn(sweep(Arc::downgrade(self)));
        }
    }
}

impl Idle {
    fn drop_oldest(&mut self) {
        let oldest = self
            .by_key
            .iter()
            .filter_map(|(key, list)| Some((list.first()?.idle_since, key)))
            .min_by_key(|(since, _)| *since)
            .map(|(_, key)| key.clone());
        if let Some(key) = oldest
            && let Some(list) = self.by_key.get_mut(&key)
        {
            list.remove(0);
            self.total -= 1;
            if list.is_empty() {
                self.by_key.remove(&key);
            }
        }
    }

    fn drop_stale(&mut self, max_age: Duration) {
        let now = Instant::now();
        self.by_key.retain(|_, list| {
            list.retain(|connection| {
                now.duration_since(connection.idle_since) < max_age && !connection.sender.is_closed()
            });
            !list.is_empty()
        });
        self.total = self.by_key.values().map(Vec::len).sum();
    }
}

/// Runs while anything is idle.
async fn sweep(pool: Weak<Pool>) {
    loop {
        sleep(SWEEP_EVERY).await;
        let Some(pool) = pool.upgrade() else { return };
        let mut idle = pool.idle.lock();
        idle.drop_stale(pool.max_age);
        if idle.total == 0 {
            idle.sweeping = false;
            return;
        }
    }
}
