//! The head of a scenario: tools and settings.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use hookswitch_model::speech::DelayedLine;
use hookswitch_model::{Effect, Millis, Repeats, ToolId};
use hookswitch_session::{CallRules, Settings};

use crate::ids;

#[derive(Default)]
pub(super) struct Setup {
    pub(super) settings: Settings,
    pub(super) tools: BTreeMap<String, (ToolId, Arc<CallRules>)>,
}

/// `200ms`, `3s`.
pub(super) fn duration(word: &str) -> Result<Duration, String> {
    let (number, unit) = word.split_at(word.find(|c: char| !c.is_ascii_digit()).unwrap_or(word.len()));
    let number: u64 = number.parse().map_err(|_| format!("`{word}` is no time"))?;
    match unit {
        "ms" => Ok(Duration::from_millis(number)),
        "s" => Ok(Duration::from_secs(number)),
        _ => Err(format!("`{word}` is no time")),
    }
}

fn count(word: &str) -> Result<usize, String> {
    word.parse().map_err(|_| format!("`{word}` is no number"))
}

impl Setup {
    /// Takes a line of the head; `false` when it is none.
    pub(super) fn take(&mut self, line: &str) -> Result<bool, String> {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            ["tool", name, rest @ ..] => {
                let id = ids::tool(self.tools.len() as u64 + 1);
                self.tools.insert((*name).to_owned(), (id, Arc::new(rules(rest)?)));
                Ok(true)
            }
            ["settings", rest @ ..] => {
                for word in rest {
                    self.set(word)?;
                }
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    fn set(&mut self, word: &str) -> Result<(), String> {
        let settings = &mut self.settings;
        let (name, value) = word.split_once('=').unwrap_or((word, ""));
        match name {
            "voice" => settings.voice = true,
            "shows_user_turns" => settings.shows_user_turns = true,
            "hold" => settings.hold = duration(value)?,
            "calls_in_flight" => settings.calls_in_flight = count(value)?,
            "calls_in_turn" => settings.calls_in_turn = count(value)?,
            "calls_open" => settings.calls_open = count(value)?,
            "calls_remembered" => settings.calls_remembered = count(value)?,
            "acts_remembered" => settings.acts_remembered = count(value)?,
            _ => return Err(format!("no setting `{word}`")),
        }
        Ok(())
    }
}

fn rules(words: &[&str]) -> Result<CallRules, String> {
    let mut rules = CallRules::new(Effect::Read);
    rules.effect_declared = true;
    for word in words {
        let (name, value) = word.split_once('=').unwrap_or((word, ""));
        let speech = &mut rules.speech;
        match name {
            "read" => rules.effect = Effect::Read,
            "idempotent" => rules.effect = Effect::Idempotent,
            "action" => rules.effect = Effect::Action,
            "irreversible" => rules.effect = Effect::Irreversible,
            "by-default" => rules.effect_declared = false,
            "never-repeats" => rules.repeats = Repeats::Never,
            "repeats-freely" => rules.repeats = Repeats::Free,
            "cache" => rules.cache_for = Some(duration(value)?),
            "budget" => rules.budget = duration(value)?,
            "call-control" => rules.is_call_control = true,
            "client" => rules.is_client = true,
            "require-speech-before" => speech.require_speech_before = true,
            "wait-for-speech-before" => speech.wait_for_speech_before = true,
            "line" => speech.line = Some("Let me see.".to_owned()),
            "delayed" => speech.delayed.push(DelayedLine {
                after_ms: Millis(duration(value)?.as_millis() as u64),
                text: "Still at it.".to_owned(),
            }),
            "forbid-speech-after" => speech.forbid_speech_after = true,
            "no-chaining" => speech.allow_chaining = false,
            "not-after-speech" => speech.forbid_call_after_speech = true,
            "async" => speech.is_async = true,
            "wait-for-response" => speech.wait_for_response = true,
            "uninterruptible" => speech.uninterruptible = true,
            "during-user-speech" => speech.can_run_during_user_speech = true,
            _ => return Err(format!("no rule `{word}`")),
        }
    }
    Ok(rules)
}
