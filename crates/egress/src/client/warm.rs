//! Connections opened ahead of a request: at session start and when the user's turn ends
//! (semantics: "Attempts and time").

use std::{collections::HashSet, time::Duration};

use parking_lot::Mutex;

use super::Client;
use crate::{
    connect::PoolKey,
    counters::count,
    error::NotSent,
    request::{Freshness, TlsRule},
    url::CheckedUrl,
};

/// Most connections being warmed at a time; further ones are left to their requests.
const MAX_WARMING: usize = 64;

/// What [`Client::warm`] did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Warmth {
    /// A connection was opened and waits in the pool.
    Opened,
    /// One that stays fresh for a while was there already, or is being opened.
    AlreadyWarm,
    /// Too many are being opened; nothing was done.
    Busy,
}

#[derive(Default)]
pub(super) struct Warming(Mutex<HashSet<PoolKey>>);

/// Leaves the set when dropped, so a cancelled warm-up blocks nobody.
struct Entered<'a> {
    warming: &'a Warming,
    key: PoolKey,
}

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        self.warming.0.lock().remove(&self.key);
    }
}

impl Warming {
    fn enter(&self, key: PoolKey) -> Result<Entered<'_>, Warmth> {
        let mut under_way = self.0.lock();
        if under_way.contains(&key) {
            return Err(Warmth::AlreadyWarm);
        }
        if under_way.len() >= MAX_WARMING {
            return Err(Warmth::Busy);
        }
        under_way.insert(key.clone());
        Ok(Entered { warming: self, key })
    }
}

impl Client {
    /// Opens TCP and TLS for a request that may follow, and writes no HTTP. `freshness` is that of the expected
    /// request: a connection that has used up half of it counts as cold.
    pub async fn warm(
        &self,
        url: &CheckedUrl,
        tls: TlsRule,
        freshness: Freshness,
    ) -> Result<Warmth, NotSent> {
        let policy = self.policy();
        self.check(&policy, url, tls)?;
        let key = PoolKey::new(&policy, url, tls);
        if self.inner.pool.has(&key, half(freshness)) {
            return Ok(Warmth::AlreadyWarm);
        }
        let _entered = match self.inner.warming.enter(key) {
            Ok(entered) => entered,
            Err(warmth) => return Ok(warmth),
        };
        let (connection, _) = self.inner.connector.connect(&policy, url, tls).await?;
        count(&self.inner.counters.connections_warmed);
        let idle = connection.into_idle().await.ok_or(NotSent::ConnectionLost)?;
        self.inner.pool.put(idle);
        Ok(Warmth::Opened)
    }
}

fn half(freshness: Freshness) -> Freshness {
    const READS: Duration = Duration::from_secs(15);
    Freshness::IdleUnder(match freshness {
        Freshness::Any => READS,
        Freshness::IdleUnder(limit) => limit / 2,
    })
}
