//! The same act again (semantics: The ledger): replayed, sent again under its key, held, or a new act.

use hookswitch_model::execution::ActState;
use hookswitch_model::{Effect, Now, Repeats};

use super::{Question, Run, Verdict};
use crate::acts::ActRecord;
use crate::machine::Machine;
use crate::order::Answer;
use crate::refusal::RefusalCode;

impl Machine {
    /// `None`: a new act.
    pub(super) fn judge_same_act(&mut self, question: &Question, now: Now) -> Option<Verdict> {
        let shows_turns = self.shows_turns();
        let user_turns = self.floor.user_turns;
        let window_ends = now.mono.saturating_add(self.settings.undeclared_repeat_window);
        let act = self.acts.get_mut(&question.place)?;
        match act.state {
            ActState::Done => {
                let on_purpose = match question.rules.repeats {
                    Repeats::Never => false,
                    Repeats::Free => true,
                    Repeats::Ask if shows_turns => act.already_done_at.is_some_and(|turn| turn < user_turns),
                    Repeats::Ask => question.has_caller_key,
                };
                let is_over = question.rules.repeats != Repeats::Never && act.is_past_window(now.mono);
                if on_purpose || is_over {
                    return None;
                }
                let already_done = act.is_told();
                if already_done {
                    act.already_done_at.get_or_insert(user_turns);
                }
                act.tell(window_ends);
                Some(Verdict::Answer(Answer::SameAs {
                    execution: act.execution,
                    already_done,
                    replayed: true,
                }))
            }
            ActState::Failed if act.failures >= self.settings.failures_in_a_row => {
                Some(Verdict::Answer(Answer::Refused(RefusalCode::FailedTooOften.into())))
            }
            ActState::Failed => None,
            ActState::Unknown if question.rules.effect == Effect::Idempotent => {
                Some(Verdict::Run(resend(question, act)))
            }
            // A pending act has an open call, which the call had joined.
            ActState::Unknown | ActState::Pending => {
                Some(Verdict::Answer(Answer::HeldUnknown { act: act.id, same: true }))
            }
        }
    }
}

fn resend(question: &Question, act: &ActRecord) -> Run {
    Run { act: Some((question.place, act.id)), is_resent: true, confirmed: None }
}
