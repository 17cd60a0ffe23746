//! Who the key is, and what clients ask for to see whether they got through.

use hookswitch_api::{AnyKey, Pace, limiter};

use super::{Allowed, Answer, ok};
use crate::wire::identity::{self, KeyLimits};

/// The key.
pub(super) async fn me(caller: Allowed<AnyKey>) -> Answer {
    let limiter = limiter();
    let pace = limiter.as_ref().and_then(|limiter| limiter.general());
    let limits = KeyLimits {
        per_second: pace.map(Pace::per_second),
        burst: pace.map(Pace::burst),
        concurrency: limiter.and_then(|limiter| limiter.concurrency()),
    };
    ok(&identity::me(&caller.key, limits))
}

/// The one model that can be named when a session is opened.
pub(super) async fn models(_caller: Allowed<AnyKey>) -> Answer {
    ok(&identity::models())
}

/// No voices: speech is not served here.
pub(super) async fn voices(_caller: Allowed<AnyKey>) -> Answer {
    ok(&identity::voices())
}
