//! What is known of each environment while the server runs.

use std::collections::HashMap;
use std::time::Duration;

use hookswitch_sandbox::SetName;
use tokio::time::Instant;

use crate::error::{Failure, FailureKind};
use crate::key::EnvironmentKey;
use crate::lock::Lock;
use crate::record::State;

/// Most environments that are known at a time; the one asked for longest ago is forgotten.
const MOST: usize = 10_000;
/// What can't be had is tried again after this: an index changes.
const LASTING: Duration = Duration::from_hours(1);
/// What failed in passing is tried again after this, then after twice as long, and so on.
const PASSING: Duration = Duration::from_secs(20);
/// How often a use is noted on disk.
const NOTED: Duration = Duration::from_mins(1);

#[derive(Debug)]
enum Standing {
    /// Whose turn it takes.
    Building(Option<String>),
    Ready(SetName),
    Failed {
        failure: Failure,
        until: Instant,
    },
    /// Remembered, and not on this disk.
    Absent,
}

#[derive(Debug)]
struct Entry {
    standing: Standing,
    lock: Option<Lock>,
    failures: u32,
    asked: Instant,
    noted: Option<Instant>,
}

/// What is to be done for one who asks.
#[derive(Debug)]
pub(super) enum Answer {
    /// It is there. Its use is worth a note when the flag says so.
    Ready(SetName, bool),
    /// Somebody is at it.
    Building,
    /// Not now.
    Failed(Failure),
    /// The one who asked must build it, with this lock if there is one.
    Build(Option<Lock>),
}

/// Environments by key.
#[derive(Debug)]
pub(super) struct Entries {
    all: HashMap<EnvironmentKey, Entry>,
    per_tenant: u32,
}

impl Entries {
    pub(super) fn new(per_tenant: u32) -> Self {
        Self { all: HashMap::new(), per_tenant }
    }

    /// Answers one who asks; `there` says whether an environment is still on disk.
    pub(super) fn ask(
        &mut self,
        key: EnvironmentKey,
        tenant: Option<&str>,
        there: impl Fn(&SetName) -> bool,
    ) -> Answer {
        let now = Instant::now();
        if let Some(entry) = self.all.get_mut(&key) {
            entry.asked = now;
            match &entry.standing {
                Standing::Building(_) => return Answer::Building,
                Standing::Ready(name) if there(name) => {
                    let due = entry.noted.is_none_or(|noted| now.duration_since(noted) > NOTED);
                    if due {
                        entry.noted = Some(now);
                    }
                    return Answer::Ready(name.clone(), due);
                }
                Standing::Failed { failure, until } if now < *until => {
                    return Answer::Failed(failure.clone());
                }
                _ => {}
            }
        }
        let mine = |entry: &&Entry| matches!(&entry.standing, Standing::Building(Some(owner)) if Some(owner.as_str()) == tenant);
        if tenant.is_some() && self.all.values().filter(mine).count() >= self.per_tenant as usize {
            return Answer::Failed(Failure::new(FailureKind::Busy, String::new()));
        }
        self.make_room();
        let building = Standing::Building(tenant.map(str::to_owned));
        let fresh = || Entry { standing: Standing::Absent, lock: None, failures: 0, asked: now, noted: None };
        let entry = self.all.entry(key).or_insert_with(fresh);
        entry.standing = building;
        Answer::Build(entry.lock.clone())
    }

    /// Notes how a build ended.
    pub(super) fn built(&mut self, key: EnvironmentKey, result: &Result<(SetName, Lock), Failure>) {
        let Some(entry) = self.all.get_mut(&key) else { return };
        match result {
            Ok((name, lock)) => {
                entry.standing = Standing::Ready(name.clone());
                (entry.lock, entry.failures) = (Some(lock.clone()), 0);
            }
            Err(failure) => {
                let passing = PASSING * 2_u32.pow(entry.failures.min(6));
                let wait = if failure.kind.passes() { passing } else { LASTING };
                entry.failures += 1;
                entry.standing = Standing::Failed { failure: failure.clone(), until: Instant::now() + wait };
            }
        }
    }

    /// An environment that was on disk when the server started.
    pub(super) fn found(&mut self, key: EnvironmentKey, name: SetName, lock: Option<Lock>) {
        self.make_room();
        let entry =
            Entry { standing: Standing::Ready(name), lock, failures: 0, asked: Instant::now(), noted: None };
        self.all.insert(key, entry);
    }

    /// What is remembered of an environment that is not there. What failed is tried again by the next one who asks.
    pub(super) fn remember(&mut self, key: EnvironmentKey, lock: Option<Lock>, failed: Option<String>) {
        self.make_room();
        let (now, told) = (Instant::now(), failed.map(FailureKind::Before));
        let standing = told.map_or(Standing::Absent, |kind| Standing::Failed {
            failure: Failure::new(kind, String::new()),
            until: now,
        });
        let entry = Entry { standing, lock, failures: 0, asked: now, noted: None };
        self.all.entry(key).or_insert(entry);
    }

    pub(super) fn ready(&self, key: EnvironmentKey) -> Option<SetName> {
        match &self.all.get(&key)?.standing {
            Standing::Ready(name) => Some(name.clone()),
            _ => None,
        }
    }

    pub(super) fn state(&self, key: EnvironmentKey) -> Option<State> {
        match &self.all.get(&key)?.standing {
            Standing::Failed { failure, .. } => Some(State::Failed(failure.to_string())),
            Standing::Ready(_) => Some(State::Ready),
            Standing::Building(_) | Standing::Absent => Some(State::Building),
        }
    }

    /// Names of all that are ready and were asked for lately.
    pub(super) fn in_use(&self, within: Duration) -> impl Iterator<Item = &SetName> {
        let recent = move |entry: &&Entry| entry.asked.elapsed() < within;
        self.all.values().filter(recent).filter_map(|entry| match &entry.standing {
            Standing::Ready(name) => Some(name),
            _ => None,
        })
    }

    fn make_room(&mut self) {
        if self.all.len() < MOST {
            return;
        }
        let idle = self.all.iter().filter(|(_, entry)| !matches!(entry.standing, Standing::Building(_)));
        if let Some(key) = idle.min_by_key(|(_, entry)| entry.asked).map(|(key, _)| *key) {
            self.all.remove(&key);
        }
    }
}
