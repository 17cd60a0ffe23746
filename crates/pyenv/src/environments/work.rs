//! What happens in the background: builds, what is written of them, and making room.

use std::collections::HashSet;
use std::sync::Arc;

use hookswitch_sandbox::SetName;

use super::entries::Answer;
use super::{Change, Choice, Environments, Inner, find_uv};
use crate::build::{self, Order};
use crate::curated::CURATED;
use crate::error::{Failure, FailureKind};
use crate::evict;
use crate::key::EnvironmentKey;
use crate::lock::Lock;
use crate::record::{Record, State};
use crate::uv::Uv;
use crate::wanted::Wanted;

/// Records that are looked at when the server starts.
const REMEMBERED: u32 = 2_000;
/// Of these, so many are built again; the others when somebody asks.
const REBUILT: usize = 50;

impl Environments {
    /// Takes the locks of earlier times, and builds again what was used last and is not on this disk.
    pub(super) async fn remember(&self) {
        let records = match self.inner.book.load(REMEMBERED).await {
            Ok(records) => records,
            Err(error) => {
                tracing::warn!(error, "what is known of Python packages can't be read");
                return;
            }
        };
        for (index, record) in records.iter().enumerate() {
            let lines: Vec<String> = record.requirements.lines().map(str::to_owned).collect();
            let Ok(wanted) = Wanted::read(&lines, "") else { continue };
            // Another Python since: another key, and its lock may not fit.
            let key = EnvironmentKey::of(&self.inner.interpreter, &wanted.text(), "");
            let lock = record.lock.as_ref().and_then(|lock| lock.parse().ok());
            if key.to_string() == record.key {
                let failed = match &record.state {
                    State::Failed(why) => Some(why.clone()),
                    State::Building | State::Ready => None,
                };
                self.inner.entries.lock().remember(key, lock, failed);
            }
            if index < REBUILT && !matches!(record.state, State::Failed(_)) {
                self.inner.ask(None, Order { key, prefix: "own", wanted, lock: None });
            }
        }
    }
}

impl Inner {
    /// Notes what is on disk for this interpreter.
    pub(super) fn look_at_disk(&self) {
        let mut all = self.folder.all();
        all.sort_by_key(|found| found.used);
        for found in all {
            if let Ok(key) = found.about.key.parse() {
                self.entries.lock().found(key, found.name, found.about.lock.parse().ok());
            }
        }
    }

    /// What one who asks gets; begins a build when nobody has.
    pub(super) fn ask(self: &Arc<Self>, tenant: Option<&str>, order: Order) -> Choice {
        let there = |name: &SetName| self.folder.site(name).is_dir();
        let answer = self.entries.lock().ask(order.key, tenant, there);
        match answer {
            Answer::Ready(name, due) => {
                if due {
                    self.note_use(&order, &name);
                }
                Choice::Ready(self.set(name, order.prefix))
            }
            Answer::Building => Choice::Building,
            Answer::Failed(failure) => Choice::Failed(failure),
            Answer::Build(lock) => {
                let order = Order { lock: order.lock.clone().or(lock), ..order };
                tokio::spawn(Arc::clone(self).work(order));
                Choice::Building
            }
        }
    }

    fn note_use(self: &Arc<Self>, order: &Order, name: &SetName) {
        let _ = self.folder.touch(name);
        if order.prefix == "own" {
            let (inner, key) = (Arc::clone(self), order.key.to_string());
            tokio::spawn(async move {
                let _ = inner.book.touch(key).await;
            });
        }
    }

    async fn work(self: Arc<Self>, order: Order) {
        self.write(&order, None, State::Building).await;
        let result = self.build(&order).await;
        let state = match &result {
            Ok(_) => State::Ready,
            Err(failure) => {
                tracing::warn!(
                    requirements = order.wanted.text().trim_end(),
                    set = order.prefix,
                    reason = %failure,
                    detail = failure.detail,
                    "packages could not be prepared"
                );
                State::Failed(failure.to_string())
            }
        };
        self.write(&order, result.as_ref().ok().map(|(_, lock)| lock), state.clone()).await;
        self.entries.lock().built(order.key, &result);
        // Nobody may be listening.
        let _ = self.changes.send(Change { key: order.key, state });
        self.make_room().await;
    }

    async fn build(&self, order: &Order) -> Result<(SetName, Lock), Failure> {
        let uv = self.uv().await?;
        let _turn = self
            .builds
            .acquire()
            .await
            .map_err(|error| Failure::new(FailureKind::Other, error.to_string()))?;
        let started = tokio::time::Instant::now();
        let built = build::build(order, &self.settings, &self.interpreter, &self.folder, &uv).await?;
        tracing::info!(
            set = %built.name,
            requirements = order.wanted.text().trim_end(),
            left_out = ?built.about.left_out,
            bytes = built.about.bytes,
            elapsed = ?started.elapsed(),
            "packages are ready"
        );
        let lock = built.about.lock.parse();
        let lock = lock
            .map_err(|error: crate::lock::LockError| Failure::new(FailureKind::Other, error.to_string()))?;
        Ok((built.name, lock))
    }

    /// uv; looked for again when it was not there before.
    async fn uv(&self) -> Result<Uv, Failure> {
        if let Some(uv) = self.uv.read().await.clone() {
            return Ok(uv);
        }
        let found = find_uv(&self.settings, &self.folder).await;
        let uv = found.map_err(|error| Failure::new(FailureKind::NoUv, error.to_string()))?;
        *self.uv.write().await = Some(uv.clone());
        Ok(uv)
    }

    /// Curated sets need no record: their locks are committed.
    async fn write(&self, order: &Order, lock: Option<&Lock>, state: State) {
        if order.prefix != "own" {
            return;
        }
        let lock = lock.or(order.lock.as_ref()).map(ToString::to_string);
        let record = Record { key: order.key.to_string(), requirements: order.wanted.text(), lock, state };
        if let Err(error) = self.book.save(record).await {
            tracing::warn!(error, "the state of Python packages can't be written");
        }
    }

    async fn make_room(self: &Arc<Self>) {
        let inner = Arc::clone(self);
        let gone = tokio::task::spawn_blocking(move || {
            let mut kept: HashSet<SetName> =
                inner.entries.lock().in_use(inner.settings.keep).cloned().collect();
            let curated = CURATED.iter().map(|set| inner.curated_order(set).key);
            kept.extend(curated.filter_map(|key| inner.entries.lock().ready(key)));
            evict::evict(&inner.folder, &inner.settings, &kept)
        });
        for name in gone.await.unwrap_or_default() {
            tracing::info!(set = %name, "packages unused for long were removed");
        }
    }
}
