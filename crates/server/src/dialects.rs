//! The vendors' dialects: one line each.

use hookswitch_dialect_bland::{Bland, BlandState, Calls};
use hookswitch_dialect_burki::{Burki, BurkiState};
use hookswitch_dialect_phonic::{Phonic, PhonicState};
use hookswitch_dialect_pyai::{Pyai, PyaiState};
use hookswitch_engine::Engine;

use crate::limits::RateLimits;
use crate::mounts::Mount;

/// A dialect and the path below which it lives.
#[derive(Debug, Clone)]
pub(crate) struct Dialect {
    pub(crate) prefix: &'static str,
    pub(crate) mount: Mount,
}

impl Dialect {
    /// The word that settings use for it.
    pub(crate) const fn name(&self) -> &'static str {
        self.mount.name()
    }
}

/// The words that settings use for the dialects.
pub const DIALECT_NAMES: [&str; 4] = ["pyai", "burki", "phonic", "bland"];

/// All of them, in the order of their names above.
pub(crate) fn all(engine: &Engine, calls: Calls, limits: &RateLimits) -> Vec<Dialect> {
    let pyai = hookswitch_dialect_pyai::router(PyaiState::new(engine.clone()));
    let burki = hookswitch_dialect_burki::router(BurkiState::new(engine.clone()));
    let phonic = hookswitch_dialect_phonic::router(PhonicState::new(engine.clone()));
    let bland = hookswitch_dialect_bland::router(BlandState::new(engine.clone(), calls));
    let all = vec![
        Dialect { prefix: "/pyai", mount: Mount::new::<Pyai>("pyai", pyai) },
        Dialect { prefix: "/burki", mount: Mount::new::<Burki>("burki", burki) },
        Dialect { prefix: "/phonic", mount: Mount::new::<Phonic>("phonic", phonic) },
        Dialect { prefix: "/bland", mount: Mount::new::<Bland>("bland", bland) },
    ];
    let limited = |dialect: Dialect| {
        let limiter = limits.limiter(dialect.mount.name());
        Dialect { mount: dialect.mount.limited_by(limiter), ..dialect }
    };
    all.into_iter().map(limited).collect()
}
