//! What a session came to, on the wire.

use hookswitch_engine::{OutcomeCounts, SessionSummary, SpeechFacts};
use hookswitch_model::Stamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::execution::ExecutionView;
use super::list::List;
use super::session::SessionBody;

/// How the tool calls of a session ended.
#[derive(Debug, Serialize, ToSchema)]
pub struct OutcomesBody {
    /// All of them, refused ones too.
    pub calls: u64,
    /// Done.
    pub done: u64,
    /// Known not to have happened.
    pub failed: u64,
    /// May have happened.
    pub unknown: u64,
    /// Never tried.
    pub refused: u64,
    /// Withdrawn.
    pub cancelled: u64,
    /// Still running.
    pub running: u64,
    /// Those of all of them whose model was given the soft timeout.
    pub timed_out: u64,
}

impl From<OutcomeCounts> for OutcomesBody {
    fn from(counts: OutcomeCounts) -> Self {
        let OutcomeCounts { calls, done, failed, unknown, refused, cancelled, running, timed_out } = counts;
        Self { calls, done, failed, unknown, refused, cancelled, running, timed_out }
    }
}

/// What was said, as far as the runtime reported it.
#[derive(Debug, Serialize, ToSchema)]
pub struct SpeechBody {
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

impl From<SpeechFacts> for SpeechBody {
    fn from(facts: SpeechFacts) -> Self {
        let SpeechFacts {
            user_turns,
            agent_speeches,
            user_speeches,
            interruptions,
            lines,
            told_to_speak_first,
        } = facts;
        Self { user_turns, agent_speeches, user_speeches, interruptions, lines, told_to_speak_first }
    }
}

/// What a session came to.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SessionSummary)]
pub struct SummaryBody {
    /// The session.
    pub session: SessionBody,
    /// How long it lasted, or lasts until now, in milliseconds.
    #[schema(minimum = 0)]
    pub duration_ms: u64,
    /// How its tool calls ended.
    pub outcomes: OutcomesBody,
    /// What was said.
    pub speech: SpeechBody,
    /// Results that came after their call had been answered.
    pub late_results: u64,
    /// Warnings among its events.
    pub warnings: u64,
    /// Its executions with their details, newest first, a page of them.
    pub executions: List<ExecutionView>,
}

impl SummaryBody {
    /// A summary as of now.
    pub fn new(summary: SessionSummary, now: Stamp) -> Self {
        let duration = summary.duration(now).as_millis();
        let page = summary.executions;
        Self {
            duration_ms: u64::try_from(duration).unwrap_or(u64::MAX),
            session: summary.session.into(),
            outcomes: summary.outcomes.into(),
            speech: summary.speech.into(),
            late_results: summary.late_results,
            warnings: summary.warnings,
            executions: List {
                data: page.items.into_iter().map(|execution| ExecutionView::of(execution, true)).collect(),
                next_cursor: page.next.map(|cursor| cursor.to_string()),
            },
        }
    }
}
