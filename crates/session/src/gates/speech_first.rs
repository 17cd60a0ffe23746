//! `require_speech_before`: a call in a turn in which the agent has not spoken is held. The brain is told to
//! speak; if it can't, a line is said in its place.

use crate::calls::OpenCall;
use crate::floor::Floor;

pub(super) fn is_closed(floor: &Floor, call: &OpenCall) -> bool {
    call.rules.speech.require_speech_before && !floor.agent_spoke_in_turn && !call.line_said
}
