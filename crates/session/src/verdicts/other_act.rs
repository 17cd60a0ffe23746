//! Another act while one of this tool is unknown: held back once, and sent when it is asked again after a user
//! turn. Where no user turns are shown, asking again for the very same act stands for that, or the caller's own
//! idempotency key.

use super::Question;
use crate::acts::HeldBack;
use crate::machine::Machine;
use crate::order::Answer;

impl Machine {
    /// `None`: no objection.
    pub(super) fn judge_other_act(&mut self, question: &Question) -> Option<Answer> {
        let unknown = self.acts.unknown_of(question.tool)?;
        let held = self.acts.held_back(question.tool);
        let is_asked_again = held.is_some_and(|held| {
            if self.shows_turns() {
                held.at_turn < self.floor.user_turns
            } else {
                question.has_caller_key || held.fingerprint == question.fingerprint
            }
        });
        if is_asked_again {
            return None;
        }
        let at_turn = held.map_or(self.floor.user_turns, |held| held.at_turn);
        self.acts.hold_back(question.tool, HeldBack { at_turn, fingerprint: question.fingerprint });
        Some(Answer::HeldUnknown { act: unknown, same: false })
    }
}
