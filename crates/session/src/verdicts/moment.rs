//! Calls at the wrong moment: in reply to a result that may not be chained, while the brain waits for a result,
//! or right after speech (semantics: Speech rules).

use crate::machine::Machine;
use crate::refusal::RefusalCode;
use crate::rules::CallRules;

impl Machine {
    /// `None`: no objection.
    pub(crate) fn judge_moment(&self, rules: &CallRules) -> Option<RefusalCode> {
        if self.waits_for_result() {
            return Some(RefusalCode::WaitingForResult);
        }
        if self.floor.no_chaining {
            return Some(RefusalCode::NoChaining);
        }
        if self.settings.voice && rules.speech.forbid_call_after_speech && self.floor.speech_came_last {
            return Some(RefusalCode::AfterSpeech);
        }
        None
    }
}
