//! Calls that are not tried: a code for programs and one line that the model can act on.

use std::borrow::Cow;

/// Why a call was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RefusalCode {
    /// The session has no tool of this name.
    UnknownTool,
    /// The arguments do not decode or do not fit the tool.
    InvalidArguments,
    /// The tool is disabled or deleted.
    Disabled,
    /// The binding lacks a required setting.
    NotConfigured,
    /// This server or this session can't carry the tool out.
    Unsupported,
    /// The session has ended.
    SessionEnded,
    /// No place became free in time, or too many calls are open.
    Busy,
    /// More calls in one turn than allowed.
    TooManyCallsInTurn,
    /// The session remembers as many acts as it may.
    TooManyActs,
    /// The same act failed too often in a row.
    FailedTooOften,
    /// The reply to a result may not call tools.
    NoChaining,
    /// The brain waits for the result of a running call.
    WaitingForResult,
    /// The tool must not be called right after speech.
    AfterSpeech,
    /// The confirmation came before its least delay.
    ConfirmedTooSoon,
    /// The caller's idempotency key was used for another call.
    IdempotencyKeyReused,
    /// The app that carries the tool out is gone.
    AppGone,
}

impl RefusalCode {
    /// All codes.
    pub const ALL: [Self; 16] = [
        Self::UnknownTool,
        Self::InvalidArguments,
        Self::Disabled,
        Self::NotConfigured,
        Self::Unsupported,
        Self::SessionEnded,
        Self::Busy,
        Self::TooManyCallsInTurn,
        Self::TooManyActs,
        Self::FailedTooOften,
        Self::NoChaining,
        Self::WaitingForResult,
        Self::AfterSpeech,
        Self::ConfirmedTooSoon,
        Self::IdempotencyKeyReused,
        Self::AppGone,
    ];

    /// The word in the API and the record.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::UnknownTool => "unknown_tool",
            Self::InvalidArguments => "invalid_arguments",
            Self::Disabled => "tool_disabled",
            Self::NotConfigured => "not_configured",
            Self::Unsupported => "unsupported",
            Self::SessionEnded => "session_ended",
            Self::Busy => "busy",
            Self::TooManyCallsInTurn => "too_many_calls_in_turn",
            Self::TooManyActs => "too_many_acts",
            Self::FailedTooOften => "failed_too_often",
            Self::NoChaining => "no_chaining",
            Self::WaitingForResult => "waiting_for_result",
            Self::AfterSpeech => "after_speech",
            Self::ConfirmedTooSoon => "confirmed_too_soon",
            Self::IdempotencyKeyReused => "idempotency_key_reused",
            Self::AppGone => "app_gone",
        }
    }

    /// The line that the model reads where nothing more exact is known.
    pub const fn line(self) -> &'static str {
        match self {
            Self::UnknownTool => "there is no such tool",
            Self::InvalidArguments => "the arguments do not fit the tool",
            Self::Disabled => "this tool is switched off",
            Self::NotConfigured => "tool is not configured",
            Self::Unsupported => "this tool can't be used here",
            Self::SessionEnded => "the conversation has ended",
            Self::Busy => "too much is going on at once; try again in a moment",
            Self::TooManyCallsInTurn => "too many tool calls in this turn; answer the user first",
            Self::TooManyActs => "this conversation has reached its limit of actions",
            Self::FailedTooOften => "this failed several times in a row; do not try it again",
            Self::NoChaining => "no tool may be called in reply to that result; answer the user",
            Self::WaitingForResult => "wait for the result of the running call before calling another tool",
            Self::AfterSpeech => "this tool must not be called right after speaking",
            Self::ConfirmedTooSoon => "the confirmation came too soon; let the user answer first",
            Self::IdempotencyKeyReused => "this idempotency key was used for another call",
            Self::AppGone => "the app that does this is no longer connected",
        }
    }
}

/// A refusal: never tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Why.
    pub code: RefusalCode,
    /// One line for the model: `missing required parameter "date"`.
    pub line: Cow<'static, str>,
}

impl Refusal {
    /// A refusal with a line of its own.
    pub fn new(code: RefusalCode, line: impl Into<Cow<'static, str>>) -> Self {
        Self { code, line: line.into() }
    }
}

impl From<RefusalCode> for Refusal {
    fn from(code: RefusalCode) -> Self {
        Self { code, line: Cow::Borrowed(code.line()) }
    }
}
