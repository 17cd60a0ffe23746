//! While the user speaks a call is held until they have finished, unless its tool has
//! `can_run_during_user_speech`.

use crate::calls::OpenCall;
use crate::floor::Floor;

pub(super) fn is_closed(floor: &Floor, call: &OpenCall) -> bool {
    floor.user_speaks && !call.rules.speech.can_run_during_user_speech
}
