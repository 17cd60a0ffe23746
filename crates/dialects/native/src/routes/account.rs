//! Who the key is.

use hookswitch_api::AnyKey;

use super::{Allowed, Answer, ok};
use crate::wire::account::Me;

/// Who the key is
///
/// The key of the request: its organisation, mode, project and permissions.
#[utoipa::path(get, path = "/v1/me", tag = "keys", operation_id = "me",
    responses((status = 200, description = "The key", body = Me)))]
pub(super) async fn me(caller: Allowed<AnyKey>) -> Answer {
    ok(&Me::from(&caller.key))
}
