//! `wait_for_speech_before`: a call starts when the agent's speech has finished playing, or at once when nothing
//! is playing. A line that was ordered for the call counts as playing until it has been heard.

use crate::calls::OpenCall;
use crate::floor::Floor;

pub(super) fn is_closed(floor: &Floor, call: &OpenCall) -> bool {
    call.rules.speech.wait_for_speech_before && (floor.agent_speaks || call.line_plays)
}
