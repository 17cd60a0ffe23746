//! The rules of one mount, with the routes that they are about.

use std::sync::Arc;
use std::time::{Duration, Instant};

use hookswitch_model::{KeyId, OrgId};
use hookswitch_registry::Caller;

use super::pace::Pace;
use super::places::{Place, Places};
use super::table::Table;

/// Why a request is refused that is right in itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooMany {
    /// Too many in a time, or too many at once.
    pub limits: Limits,
    /// How many there may be at once.
    pub limit: u32,
    /// Whole seconds after which it is worth trying again; at least one.
    pub retry_after_s: u32,
}

/// What is limited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limits {
    /// Requests in a time.
    Rate,
    /// Things held at the same time.
    Concurrency,
}

/// Whose requests are counted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// Those of a key.
    Key,
    /// Those of all keys of an organisation.
    Org,
}

/// The routes that a rule is about, by how they begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RouteSet {
    /// All of them but these.
    AllBut(&'static [&'static str]),
    /// These alone.
    Only(&'static [&'static str]),
}

impl RouteSet {
    fn holds(self, route: &str) -> bool {
        match self {
            Self::AllBut(others) => !others.iter().any(|other| route.starts_with(other)),
            Self::Only(these) => these.iter().any(|this| route.starts_with(this)),
        }
    }
}

/// How fast requests to some routes may come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateRule {
    /// How fast.
    pub pace: Pace,
    /// Whose requests are counted together.
    pub whose: Whose,
    /// To which routes.
    pub routes: RouteSet,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Sender {
    Key(KeyId),
    Org(OrgId),
}

#[derive(Debug)]
struct Counted {
    rule: RateRule,
    table: Table<Sender>,
}

/// What a mount lets in.
#[derive(Debug)]
pub struct Limiter {
    started: Instant,
    rules: Vec<Counted>,
    places: Option<Arc<Places>>,
}

impl Limiter {
    /// The rules of a mount, and how many things (live connections) a key may hold at once.
    pub fn new(rules: Vec<RateRule>, concurrency: Option<u32>) -> Self {
        let counted = |rule: RateRule| Counted { rule, table: Table::new(rule.pace) };
        Self {
            started: Instant::now(),
            rules: rules.into_iter().map(counted).collect(),
            places: concurrency.map(Places::new),
        }
    }

    /// The rule for all that no rule of its own is about.
    pub fn general(&self) -> Option<Pace> {
        let general = self.rules.iter().find(|counted| matches!(counted.rule.routes, RouteSet::AllBut(_)));
        general.map(|counted| counted.table.pace())
    }

    /// How many things a key may hold at once.
    pub fn concurrency(&self) -> Option<u32> {
        self.places.as_ref().map(|places| places.most())
    }

    /// Lets a request in, or says when it may come again. `route` is the one that it matched.
    pub(crate) fn admit(&self, caller: &Caller, route: &str) -> Result<(), TooMany> {
        let mut now = None;
        for Counted { rule, table } in self.rules.iter().filter(|counted| counted.rule.routes.holds(route)) {
            let now = *now.get_or_insert_with(|| nanos(self.started.elapsed()));
            let sender = match rule.whose {
                Whose::Key => Sender::Key(caller.key.id),
                Whose::Org => Sender::Org(caller.key.org),
            };
            table.admit(sender, now).map_err(|wait| TooMany {
                limits: Limits::Rate,
                limit: rule.pace.burst(),
                retry_after_s: whole_seconds(wait),
            })?;
        }
        Ok(())
    }

    /// A place for something that a key holds: a live connection.
    pub fn take_place(&self, key: KeyId) -> Result<Place, TooMany> {
        let Some(places) = &self.places else { return Ok(Place::uncounted()) };
        let limit = places.most();
        places.take(key).ok_or(TooMany { limits: Limits::Concurrency, limit, retry_after_s: 1 })
    }
}

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

/// Rounded up: who comes a moment too early is refused again.
fn whole_seconds(wait: Duration) -> u32 {
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    u32::try_from(seconds).unwrap_or(u32::MAX).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes_are_told_apart() {
        let live = RouteSet::AllBut(&["/v1/sessions"]);
        assert!(live.holds("/v1/tools") && !live.holds("/v1/sessions/{id}/calls"));
        let calls = RouteSet::Only(&["/v1/calls"]);
        assert!(calls.holds("/v1/calls") && !calls.holds("/v1/tools"));
    }

    #[test]
    fn waits_are_whole_seconds_and_never_too_short() {
        for (wait, seconds) in [(1, 1), (1_000, 1), (1_001, 2), (59_500, 60)] {
            assert_eq!(whole_seconds(Duration::from_millis(wait)), seconds);
        }
    }
}
