//! Verdicts on a call whose turn has come: it runs, joins another one, or is answered without being sent. One
//! rule is one file. A verdict changes what the machine remembers only when it answers, since a call that may
//! run is judged again after each hold.

mod confirmation;
mod moment;
mod other_act;
mod read;
mod same_act;

use std::sync::Arc;

use hookswitch_model::execution::ActKey;
use hookswitch_model::{ActId, Effect, ExecutionId, Now, ToolId};

use crate::acts::ActPlace;
use crate::machine::Machine;
use crate::order::{Answer, Proof};
use crate::refusal::RefusalCode;
use crate::rules::CallRules;

/// What becomes of a call.
pub(crate) enum Verdict {
    /// It may run.
    Run(Run),
    /// It gets what a running call gets.
    Join(ExecutionId),
    /// It is answered without being sent.
    Answer(Answer),
}

/// How a call runs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Run {
    /// The act, for everything but reads.
    pub(crate) act: Option<(ActPlace, ActId)>,
    /// An unknown act is sent again under its key.
    pub(crate) is_resent: bool,
    /// How an irreversible act was confirmed.
    pub(crate) confirmed: Option<Proof>,
}

/// What a verdict looks at.
pub(crate) struct Question {
    tool: ToolId,
    fingerprint: ActKey,
    place: ActPlace,
    rules: Arc<CallRules>,
    fresh_act: ActId,
    has_caller_key: bool,
    token: Option<ActId>,
}

impl Machine {
    /// Judges a waiting call.
    pub(crate) fn judge(&mut self, id: ExecutionId, now: Now) -> Verdict {
        let Some(call) = self.calls.get(id) else {
            return Verdict::Answer(Answer::Cancelled);
        };
        let question = Question {
            tool: call.tool,
            fingerprint: call.fingerprint,
            place: call.place(),
            rules: Arc::clone(&call.rules),
            fresh_act: call.fresh_act,
            has_caller_key: call.caller_key.is_some(),
            token: call.confirmation,
        };
        if question.rules.is_read() {
            return self.judge_read(&question, now);
        }
        self.judge_act(&question, now)
    }

    fn judge_act(&mut self, question: &Question, now: Now) -> Verdict {
        if !question.rules.acts_alone()
            && let Some(verdict) = self.judge_same_act(question, now)
        {
            return verdict;
        }
        if let Some(answer) = self.judge_other_act(question) {
            return Verdict::Answer(answer);
        }
        let is_new = !self.acts.holds(&question.place);
        if is_new && !self.acts.has_room(self.settings.acts_remembered, now.mono)
            || !self.past.has_room(self.settings.calls_remembered)
        {
            return Verdict::Answer(Answer::Refused(RefusalCode::TooManyActs.into()));
        }
        if question.rules.effect == Effect::Irreversible {
            return self.judge_confirmation(question, now);
        }
        Verdict::Run(Run {
            act: Some((question.place, question.fresh_act)),
            is_resent: false,
            confirmed: None,
        })
    }
}
