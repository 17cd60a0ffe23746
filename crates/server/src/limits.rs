//! How many requests a key may send, a dialect each (contracts: rate limits). All can be raised or switched off.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::sync::Arc;

use hookswitch_api::{Limiter, Pace, RateRule, RouteSet, Whose};

/// What the rate of one surface may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Rate {
    pace: Pace,
    /// Live connections of a key at the same time.
    concurrency: Option<u32>,
}

/// A surface that has a limit of its own.
struct Surface {
    /// The word that settings use.
    name: &'static str,
    /// The mount that it belongs to.
    mount: &'static str,
    whose: Whose,
    routes: RouteSet,
    /// What holds when nothing is set: per second, burst, connections.
    otherwise: Option<(u32, u32, Option<u32>)>,
}

/// Calls of live sessions are never among them: a person is waiting for each.
const LIVE: &[&str] = &["/v1/sessions"];

const SURFACES: [Surface; 6] = [
    Surface {
        name: "native",
        mount: "native",
        whose: Whose::Key,
        routes: RouteSet::AllBut(LIVE),
        otherwise: Some((1_000, 5_000, None)),
    },
    Surface {
        name: "pyai",
        mount: "pyai",
        whose: Whose::Key,
        routes: RouteSet::AllBut(&[]),
        otherwise: Some((50, 100, Some(20))),
    },
    Surface {
        name: "burki",
        mount: "burki",
        whose: Whose::Org,
        routes: RouteSet::AllBut(&[]),
        otherwise: None,
    },
    Surface {
        name: "phonic",
        mount: "phonic",
        whose: Whose::Org,
        routes: RouteSet::AllBut(&[]),
        otherwise: None,
    },
    Surface {
        name: "phonic.outbound",
        mount: "phonic",
        whose: Whose::Org,
        routes: RouteSet::Only(&["/v1/conversations/outbound_call"]),
        otherwise: None,
    },
    Surface {
        name: "bland",
        mount: "bland",
        whose: Whose::Key,
        routes: RouteSet::AllBut(&[]),
        otherwise: None,
    },
];

/// The limits of all surfaces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RateLimits(BTreeMap<&'static str, Option<Rate>>);

impl Default for RateLimits {
    fn default() -> Self {
        let of = |surface: &Surface| {
            let (per_second, burst, concurrency) = surface.otherwise?;
            let pace = Pace::new(NonZeroU32::new(per_second)?, NonZeroU32::new(burst)?);
            Some(Rate { pace, concurrency })
        };
        Self(SURFACES.iter().map(|surface| (surface.name, of(surface))).collect())
    }
}

impl RateLimits {
    /// Sets one: `pyai=100`, `pyai=100/300` (a second, at once), `pyai=100/300/50` (live connections), `pyai=off`.
    /// The error says what is wrong with the text.
    pub fn set(&mut self, text: &str) -> Result<(), String> {
        let (name, value) =
            text.split_once('=').ok_or("NAME=RATE expected, such as pyai=100/300 or pyai=off")?;
        let Some(place) = self.0.get_mut(name.trim()) else {
            let known = SURFACES.map(|surface| surface.name).join(", ");
            return Err(format!("no surface is named {name:?}; known are {known}"));
        };
        *place = match value.trim() {
            "off" => None,
            value => Some(rate(value)?),
        };
        Ok(())
    }

    /// What a mount lets in; nothing where it lets in everything.
    pub(crate) fn limiter(&self, mount: &str) -> Option<Arc<Limiter>> {
        let mut rules = Vec::new();
        let mut concurrency = None;
        for surface in SURFACES.iter().filter(|surface| surface.mount == mount) {
            let Some(rate) = self.0.get(surface.name).copied().flatten() else { continue };
            rules.push(RateRule { pace: rate.pace, whose: surface.whose, routes: surface.routes });
            concurrency = concurrency.or(rate.concurrency);
        }
        (!rules.is_empty()).then(|| Arc::new(Limiter::new(rules, concurrency)))
    }
}

fn rate(text: &str) -> Result<Rate, String> {
    let mut parts = text.split('/').map(str::trim);
    let mut number = || {
        let wrong = |_| format!("{text:?}: positive numbers expected, as in 50/100");
        parts.next().map(|part| part.parse::<NonZeroU32>().map_err(wrong)).transpose()
    };
    let per_second = number()?.ok_or("a number expected")?;
    let burst = number()?.unwrap_or_else(|| per_second.saturating_mul(NonZeroU32::MIN.saturating_add(1)));
    let concurrency = number()?.map(NonZeroU32::get);
    match parts.next() {
        Some(_) => Err(format!("{text:?}: at most three numbers")),
        None => Ok(Rate { pace: Pace::new(per_second, burst), concurrency }),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn settings_are_read() {
        let mut limits = RateLimits::default();
        assert_eq!(limits.limiter("pyai").unwrap().concurrency(), Some(20));
        for text in ["pyai=7", "burki=10/20", "native=off", "bland=1/2/3"] {
            limits.set(text).unwrap();
        }
        let pace = limits.limiter("pyai").unwrap().general().unwrap();
        assert_eq!((pace.per_second(), pace.burst()), (7, 14));
        assert!(limits.limiter("native").is_none() && limits.limiter("phonic").is_none());
        assert_eq!(limits.limiter("bland").unwrap().concurrency(), Some(3));
        limits.set("phonic.outbound=5").unwrap();
        assert!(limits.limiter("phonic").unwrap().general().is_none());
    }

    #[test]
    fn wrong_settings_say_what_is_wrong() {
        let error = |text| RateLimits::default().set(text).unwrap_err();
        assert!(error("pyai").contains("NAME=RATE"));
        assert!(error("nobody=1").contains("phonic.outbound"));
        for text in ["pyai=0", "pyai=-1", "pyai=1/x", "pyai=", "pyai=1/2/3/4"] {
            assert!(!error(text).is_empty(), "{text}");
        }
    }
}
