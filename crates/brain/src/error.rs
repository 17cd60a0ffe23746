//! Why a model did not answer.

use hookswitch_egress::SendError;

/// A request to a model that came to nothing, or an answer that broke off.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ModelError {
    /// The endpoint can't be asked: its address, or the request made of the settings.
    #[error("the model can't be asked: {0}")]
    NotAsked(String),
    /// The secret with the API key does not exist.
    #[error("the secret {0} with the model's API key does not exist")]
    NoKey(String),
    /// No connection, or none that lasted to the first byte.
    #[error("the model could not be reached: {0}")]
    Unreachable(String),
    /// The endpoint refused the request.
    #[error("the model's endpoint answered {status}: {message}")]
    Refused {
        /// HTTP status.
        status: u16,
        /// What it said, cut.
        message: String,
    },
    /// No answer in time.
    #[error("the model did not answer in time")]
    TimedOut,
    /// The answer broke off after it had begun. It is not asked again: part of it has been said.
    #[error("the model's answer broke off: {0}")]
    BrokeOff(String),
    /// The answer is not what chat completions are.
    #[error("the model's answer can't be read: {0}")]
    Unreadable(String),
    /// The answer is larger than it may be.
    #[error("the model's answer is too large")]
    TooLarge,
}

impl ModelError {
    /// Stable code for events and records.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotAsked(_) => "model_not_asked",
            Self::NoKey(_) => "model_key_missing",
            Self::Unreachable(_) => "model_unreachable",
            Self::Refused { .. } => "model_refused",
            Self::TimedOut => "model_timeout",
            Self::BrokeOff(_) => "model_broke_off",
            Self::Unreadable(_) => "model_unreadable",
            Self::TooLarge => "model_too_large",
        }
    }

    /// Before the first byte of an answer: what it was that went wrong on the way.
    pub(crate) fn of_send(error: &SendError) -> Self {
        if error.is_timeout() {
            return Self::TimedOut;
        }
        Self::Unreachable(error.tenant_message())
    }
}
