//! Words with a fixed list of values, as the document shows them. Schemas only: the values are the model's enums.

use utoipa::ToSchema;

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($variant:ident = $word:tt,)* })*) => {$(
        $(#[$doc])*
        #[derive(Debug, serde::Serialize, ToSchema)]
        #[allow(dead_code, reason = "stands for a type of the model in the document")]
        pub(crate) enum $name {
            $(#[serde(rename = $word)] $variant,)*
        }

        #[cfg(test)]
        impl $name {
            /// The words, for the tests that compare document and model.
            const WORDS: &'static [&'static str] = &[$($word,)*];
        }
    )*};
}

words! {
    /// What runs a tool.
    Kind {
        Webhook = "webhook",
        Python = "python",
        Lambda = "lambda",
        Client = "client",
        Context = "context",
        CallControl = "call_control",
        Hosted = "hosted",
    }
    /// How packages stand.
    PackageState { Building = "building", Ready = "ready", Failed = "failed", }
    /// The API that a tool was made in.
    Dialect { Native = "native", Pyai = "pyai", Burki = "burki", Phonic = "phonic", Bland = "bland", }
    /// What may be repeated: `read` is safe to repeat, `idempotent` with the same key, an `action` must not happen
    /// twice, an `irreversible` one also wants the caller's yes.
    Effect {
        Read = "read",
        Idempotent = "idempotent",
        Action = "action",
        Irreversible = "irreversible",
    }
    /// What goes wrong with a mock: its answer gets lost, breaks off in the middle, never comes, or no connection comes
    /// about.
    MockFault {
        LostAnswer = "lost_answer",
        HalfBody = "half_body",
        Slow = "slow",
        Unreachable = "unreachable",
    }
    /// Whether a model calls tools: as it sees fit, never, or at least one in the first answer of a turn.
    ToolChoice { Auto = "auto", None = "none", Required = "required", }
    /// The form of schemas for a model: as they are, the subset of OpenAI's `strict` functions, or Gemini's.
    SchemaForm { AsIs = "as_is", OpenaiStrict = "openai_strict", Gemini = "gemini", }
    /// What a repeat on purpose does: `ask` once more after an `already_done` and a user turn, `never` within a
    /// session, `free`: every tool call is an act of its own.
    Repeats { Ask = "ask", Never = "never", Free = "free", }
    /// How a tool call ended: `done`; `failed`, known not to have happened; `unknown`, may have happened; `refused`,
    /// never tried; `cancelled`, withdrawn.
    Outcome {
        Done = "done",
        Failed = "failed",
        Unknown = "unknown",
        Refused = "refused",
        Cancelled = "cancelled",
    }
    /// What an unknown execution is settled to.
    Settled { Done = "done", Failed = "failed", }
    /// Live or test: two separate worlds within one organisation.
    Mode { Live = "live", Test = "test", }
    /// What a key may do.
    Permission {
        ToolsRead = "tools:read",
        ToolsWrite = "tools:write",
        ToolsSecrets = "tools:secrets",
        Sessions = "sessions",
        Admin = "admin",
    }
    /// What a session runs over.
    Channel { Text = "text", Phone = "phone", Web = "web", }
    /// Whether a session runs.
    SessionStatus { Active = "active", Ended = "ended", }
    /// Why a session ended.
    EndReason { Ended = "ended", Idle = "idle", TooLong = "too_long", Erased = "erased", }
    /// How much a finding weighs: an `error` refuses a definition.
    Severity { Error = "error", Warning = "warning", }
    /// Where a delivery stands: still to be sent, taken by the receiver, given up.
    DeliveryState { Waiting = "waiting", Delivered = "delivered", Failed = "failed", }
    /// What happened in a session.
    EventKind {
        SessionStarted = "session.started",
        SessionEnded = "session.ended",
        CallStarted = "call.started",
        SpeechLine = "speech.line",
        CallAnswered = "call.answered",
        ResultLate = "result.late",
        ExecutionSettled = "execution.settled",
        UserTurn = "user.turn",
        Speech = "speech",
        Warning = "warning",
        LinkOpened = "link.opened",
        LinkClosed = "link.closed",
        ToolsChanged = "tools.changed",
        ClientCall = "client.call",
        ClientCancelled = "client.cancelled",
        EngineAction = "engine.action",
        EngineActionDone = "engine.action_done",
        Transcript = "transcript",
    }
}

#[cfg(test)]
mod tests {
    use hookswitch_engine::PackageState as Standing;
    use hookswitch_model::event::EventKind as Event;
    use hookswitch_model::key::Permission as Granted;
    use hookswitch_model::{Outcome as Ended, Severity as Weight};

    use super::*;

    /// The words of a schema in the document.
    fn shown<T: utoipa::PartialSchema>() -> Vec<String> {
        let schema = serde_json::to_value(T::schema()).unwrap_or_default();
        serde_json::from_value(schema["enum"].clone()).unwrap_or_default()
    }

    #[test]
    fn the_document_shows_these_words() {
        assert_eq!(shown::<Kind>(), Kind::WORDS);
        assert_eq!(shown::<Permission>(), Permission::WORDS);
        assert_eq!(shown::<EventKind>(), EventKind::WORDS);
        assert_eq!(shown::<SessionStatus>(), SessionStatus::WORDS);
        assert_eq!(shown::<Settled>(), Settled::WORDS);
    }

    #[test]
    fn words_are_those_of_the_model() {
        assert_eq!(Outcome::WORDS, Ended::ALL.map(Ended::as_str));
        let standing = [Standing::Building, Standing::Ready, Standing::Failed(String::new())];
        assert_eq!(
            PackageState::WORDS,
            standing.map(|state| super::super::tool::Packages::from(state).state)
        );
        assert_eq!(EventKind::WORDS, Event::ALL.map(Event::as_str));
        assert_eq!(Permission::WORDS, Granted::ALL.map(Granted::as_str));
        for (words, parse) in [
            (Severity::WORDS, (|word| serde_json::from_value::<Weight>(word).is_ok()) as fn(_) -> bool),
            (Kind::WORDS, |word| serde_json::from_value::<hookswitch_model::draft::Kind>(word).is_ok()),
            (Dialect::WORDS, |word| serde_json::from_value::<hookswitch_model::Dialect>(word).is_ok()),
            (Effect::WORDS, |word| serde_json::from_value::<hookswitch_model::Effect>(word).is_ok()),
            (Repeats::WORDS, |word| serde_json::from_value::<hookswitch_model::Repeats>(word).is_ok()),
            (DeliveryState::WORDS, |word| {
                serde_json::from_value::<hookswitch_model::event_webhook::DeliveryState>(word).is_ok()
            }),
            (MockFault::WORDS, |word| {
                serde_json::from_value::<hookswitch_model::mock::MockFault>(word).is_ok()
            }),
            (ToolChoice::WORDS, |word| {
                serde_json::from_value::<hookswitch_model::brain::ToolChoice>(word).is_ok()
            }),
            (SchemaForm::WORDS, |word| {
                serde_json::from_value::<hookswitch_model::brain::SchemaForm>(word).is_ok()
            }),
            (Mode::WORDS, |word| serde_json::from_value::<hookswitch_model::Mode>(word).is_ok()),
            (Channel::WORDS, |word| {
                serde_json::from_value::<hookswitch_model::session::Channel>(word).is_ok()
            }),
            (EndReason::WORDS, |word| {
                serde_json::from_value::<hookswitch_model::session::EndReason>(word).is_ok()
            }),
        ] {
            for word in words {
                assert!(parse(serde_json::Value::from(*word)), "{word}");
            }
        }
    }
}
