//! What a session came to: how it ended, what its tool calls came to, what was said around them.

use hookswitch_model::event::EventKind;
use hookswitch_model::execution::Execution;
use hookswitch_model::session::Session;
use hookswitch_model::{Scope, SessionId, Stamp};
use hookswitch_store::{EventCount, ExecutionFilter, OutcomeCounts, Page, PageOf};
use serde_json::Value;

use crate::Engine;
use crate::error::EngineError;

/// What was said, as far as the runtime reported it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SpeechFacts {
    /// Turns of the user.
    pub user_turns: u64,
    /// Stretches of agent speech that began to play.
    pub agent_speeches: u64,
    /// Stretches of user speech.
    pub user_speeches: u64,
    /// Turns of the agent that the user cut short.
    pub interruptions: u64,
    /// Lines that were ordered to be said for a tool call.
    pub lines: u64,
    /// How often the brain was told to speak before a tool call.
    pub told_to_speak_first: u64,
}

/// A session with all that came of it.
#[derive(Debug, Clone)]
pub struct SessionSummary {
    /// The session as it is stored.
    pub session: Session,
    /// How its tool calls ended.
    pub outcomes: OutcomeCounts,
    /// What was said.
    pub speech: SpeechFacts,
    /// Results that came after their call had been answered.
    pub late_results: u64,
    /// Warnings.
    pub warnings: u64,
    /// A page of its executions, newest first.
    pub executions: PageOf<Execution>,
}

impl SessionSummary {
    /// How long it lasted, or lasts until now.
    pub fn duration(&self, now: Stamp) -> std::time::Duration {
        self.session.ended_at.unwrap_or(now).since(self.session.created_at)
    }
}

impl Engine {
    /// The summary of a session, running or ended, with a page of its executions.
    pub async fn summarise(
        &self,
        scope: Scope,
        id: SessionId,
        page: Page,
    ) -> Result<SessionSummary, EngineError> {
        // What a server that was killed left behind is recorded before anybody reads it.
        match self.live_session(scope, id).await {
            Ok(_) | Err(EngineError::SessionEnded) => {}
            Err(error) => return Err(error),
        }
        self.flush().await?;
        let store = &self.inner.store;
        let session = store.get_session(scope, id).await.map_err(EngineError::absent("session"))?;
        let filter = ExecutionFilter { session: Some(id), ..ExecutionFilter::default() };
        let executions = store.list_executions(scope, &filter, &page).await?;
        let outcomes = store.count_outcomes(scope, id).await?;
        let counts = store.count_events(scope, id).await?;
        let (speech, late_results, warnings) = facts(&counts);
        Ok(SessionSummary { session, outcomes, speech, late_results, warnings, executions })
    }
}

fn facts(counts: &[EventCount]) -> (SpeechFacts, u64, u64) {
    let mut speech = SpeechFacts::default();
    let (mut late, mut warnings) = (0, 0);
    for EventCount { kind, data, count } in counts {
        let word = |member: &str| data.get(member).and_then(Value::as_str).unwrap_or_default();
        let place = match kind {
            EventKind::UserTurn => &mut speech.user_turns,
            EventKind::SpeechLine => &mut speech.lines,
            EventKind::ResultLate => &mut late,
            EventKind::Warning => &mut warnings,
            EventKind::Speech => match (word("report"), word("order")) {
                ("agent_speech_started", _) => &mut speech.agent_speeches,
                ("user_speech_started", _) => &mut speech.user_speeches,
                ("interrupted", _) => &mut speech.interruptions,
                (_, "speak_first") => &mut speech.told_to_speak_first,
                _ => continue,
            },
            _ => continue,
        };
        *place += count;
    }
    (speech, late, warnings)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn events_become_facts() {
        let count = |kind, data: Value, count| EventCount { kind, data, count };
        let (speech, late, warnings) = facts(&[
            count(EventKind::UserTurn, Value::Null, 3),
            count(EventKind::Speech, json!({"report": "interrupted"}), 2),
            count(EventKind::Speech, json!({"order": "speak_first", "execution_id": "exec_1"}), 1),
            count(EventKind::Speech, json!({"order": "speak_first", "execution_id": "exec_2"}), 1),
            count(EventKind::Speech, json!({"order": "may_interrupt", "value": true}), 9),
            count(EventKind::ResultLate, Value::Null, 1),
            count(EventKind::SessionStarted, Value::Null, 1),
        ]);
        assert_eq!((speech.user_turns, speech.interruptions, speech.told_to_speak_first), (3, 2, 2));
        assert_eq!((late, warnings), (1, 0));
    }
}
