//! Who the key is, and what clients ask for to see whether they got through.

use hookswitch_api::AnyKey;

use super::{Allowed, Answer, ok};
use crate::wire::identity;

/// The key.
pub(super) async fn me(caller: Allowed<AnyKey>) -> Answer {
    ok(&identity::me(&caller.key))
}

/// The one model that can be named when a session is opened.
pub(super) async fn models(_caller: Allowed<AnyKey>) -> Answer {
    ok(&identity::models())
}

/// No voices: speech is not served here.
pub(super) async fn voices(_caller: Allowed<AnyKey>) -> Answer {
    ok(&identity::voices())
}
