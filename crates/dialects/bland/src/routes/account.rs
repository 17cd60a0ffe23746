//! The account.

use axum::extract::State;
use hookswitch_api::AnyKey;

use super::answer::{Allowed, Answer, ok};
use crate::BlandState;
use crate::wire::me;

pub(super) async fn me(State(state): State<BlandState>, caller: Allowed<AnyKey>) -> Answer {
    let scope = caller.scope().in_project(caller.key.project);
    ok(&me::me(state.engine().count_sessions(scope).await?))
}
