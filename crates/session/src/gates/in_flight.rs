//! Calls that run at once are limited; a call that finds no place waits inside its budget, then it is refused
//! as busy (semantics: Limits).

use crate::calls::Calls;
use crate::settings::Settings;

pub(super) fn is_closed(calls: &Calls, settings: &Settings) -> bool {
    calls.running() >= settings.calls_in_flight
}
