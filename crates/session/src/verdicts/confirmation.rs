//! Irreversible acts: read back first, carried out when asked again after a user turn; other arguments start
//! over. Where no user turns are shown, the token of the read-back stands for the turn (semantics: Confirmation).

use hookswitch_model::Now;

use super::{Question, Run, Verdict};
use crate::confirmations::Asked;
use crate::machine::Machine;
use crate::order::{Answer, Proof};
use crate::refusal::RefusalCode;

impl Machine {
    pub(super) fn judge_confirmation(&mut self, question: &Question, now: Now) -> Verdict {
        let shows_turns = self.shows_turns();
        let asked = self.confirmations.of(question.tool, question.fingerprint);
        if let Some(asked) = asked {
            if shows_turns && asked.at_turn < self.floor.user_turns {
                return confirmed(question, &asked, Proof::UserTurn);
            }
            if !shows_turns && question.token == Some(asked.act) {
                let is_due = now.mono.saturating_sub(asked.at) >= self.settings.confirmation_delay;
                return if is_due {
                    confirmed(question, &asked, Proof::Token)
                } else {
                    Verdict::Answer(Answer::Refused(RefusalCode::ConfirmedTooSoon.into()))
                };
            }
        }
        // Asked again without a yes: the same read-back, so that its token and its turn stay what they were.
        let asked = asked.unwrap_or(Asked {
            fingerprint: question.fingerprint,
            act: question.fresh_act,
            at_turn: self.floor.user_turns,
            at: now.mono,
        });
        self.confirmations.ask(question.tool, asked);
        Verdict::Answer(Answer::ReadBack { token: (!shows_turns).then_some(asked.act) })
    }
}

fn confirmed(question: &Question, asked: &Asked, proof: Proof) -> Verdict {
    let run = Run { act: Some((question.place, asked.act)), is_resent: false, confirmed: Some(proof) };
    Verdict::Run(run)
}
