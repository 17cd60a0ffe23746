//! Reads: identical ones in flight are joined; a done one is given again only where the tool sets
//! `cache_seconds`.

use hookswitch_model::Now;

use super::{Question, Run, Verdict};
use crate::machine::Machine;
use crate::order::Answer;

impl Machine {
    pub(super) fn judge_read(&self, question: &Question, now: Now) -> Verdict {
        if let Some(execution) = self.reads.get(&(question.tool, question.fingerprint), now.mono) {
            return Verdict::Answer(Answer::SameAs { execution, already_done: false, replayed: true });
        }
        let running = self.calls.iter().find(|call| {
            call.runs() && !call.is_withdrawn && call.asks_same(question.tool, question.fingerprint)
        });
        match running {
            Some(carrier) => Verdict::Join(carrier.id),
            None => Verdict::Run(Run { act: None, is_resent: false, confirmed: None }),
        }
    }
}
