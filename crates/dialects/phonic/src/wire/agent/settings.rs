//! Fields of agents that are kept for those who read them back: checked, stored, shown; no effect on tools
//! (contract: 2.8, the last row).

use serde_json::{Map, Value};

use crate::wire::fields::is_e164;
use crate::wire::param_errors::{ParamErrors, member};

/// Longest prompt and message, in characters.
pub const MOST_PROMPT: usize = 32_000;
/// Most tools of an agent.
pub const MOST_TOOLS: usize = 128;
/// Longest of the other texts, in characters.
const MOST_TEXT: usize = 8192;
/// Most entries of a list.
const MOST_ITEMS: usize = 500;

/// What a value has to be.
#[derive(Debug, Clone, Copy)]
enum Check {
    Flag,
    Text,
    Words(&'static [&'static str]),
    Integer(i64, i64),
    Number(f64, f64),
    Phone,
    Texts,
    /// A list of objects that hold these texts.
    Objects(&'static [&'static str]),
    Object,
}

/// Whether null may be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Null {
    Yes,
    No,
}

/// A field: its name, what it has to be, whether it may be null, and its default as JSON; without one it is shown only
/// where it was set.
struct Setting(&'static str, Check, Null, Option<&'static str>);

const FORMATS: &[&str] = &["pcm_44100", "pcm_24000", "pcm_16000", "pcm_8000", "mulaw_8000"];
const NOISES: &[&str] = &["office", "call-center", "coffee-shop"];

#[rustfmt::skip]
const SETTINGS: [Setting; 43] = [
    Setting("voice_id", Check::Text, Null::No, Some("\"grant\"")),
    Setting("additional_voice_ids", Check::Texts, Null::No, Some("[]")),
    Setting("audio_format", Check::Words(FORMATS), Null::No, Some("\"pcm_44100\"")),
    Setting("audio_speed", Check::Number(0.1, 5.0), Null::No, Some("1.2")),
    Setting("background_noise_level", Check::Number(0.0, 1.0), Null::No, Some("0")),
    Setting("background_noise", Check::Words(NOISES), Null::Yes, Some("null")),
    Setting("generate_welcome_message", Check::Flag, Null::No, Some("false")),
    Setting("is_welcome_message_interruptible", Check::Flag, Null::No, Some("true")),
    Setting("websocket_timeout_sec", Check::Integer(1, 86_400), Null::Yes, Some("60")),
    Setting("listen_only_inbound_enabled", Check::Flag, Null::No, Some("false")),
    Setting("listen_only_inbound_message", Check::Text, Null::Yes, Some("null")),
    Setting("tasks", Check::Objects(&["name", "description"]), Null::No, Some("[]")),
    Setting("generate_no_input_poke_text", Check::Flag, Null::No, Some("false")),
    Setting("no_input_poke_sec", Check::Integer(1, 86_400), Null::Yes, Some("null")),
    Setting("no_input_poke_text", Check::Text, Null::No, Some("\"Are you still there?\"")),
    Setting("no_input_end_conversation_sec", Check::Integer(1, 86_400), Null::No, Some("180")),
    Setting("default_language", Check::Text, Null::No, Some("\"en\"")),
    Setting("additional_languages", Check::Texts, Null::No, Some("[]")),
    Setting("languages", Check::Texts, Null::Yes, None),
    Setting("multilingual_mode", Check::Words(&["auto", "request", "initial"]), Null::No, Some("\"request\"")),
    Setting("push_to_talk", Check::Flag, Null::No, Some("false")),
    Setting("intelligence_level", Check::Words(&["standard", "high"]), Null::No, Some("\"standard\"")),
    Setting("phonic_model", Check::Text, Null::Yes, None),
    Setting("boosted_keywords", Check::Texts, Null::No, Some("[]")),
    Setting("pronunciation_dictionary", Check::Objects(&["word", "pronunciation"]), Null::No, Some("[]")),
    Setting("min_words_to_interrupt", Check::Integer(0, 100), Null::No, Some("1")),
    Setting("inbound_rollout", Check::Number(0.0, 1.0), Null::No, Some("1")),
    Setting("inbound_rollout_forward_phone_number", Check::Phone, Null::Yes, Some("null")),
    Setting("vad_prebuffer_duration_ms", Check::Integer(0, 60_000), Null::No, Some("500")),
    Setting("vad_min_speech_duration_ms", Check::Integer(0, 60_000), Null::No, Some("50")),
    Setting("vad_min_silence_duration_ms", Check::Integer(0, 60_000), Null::No, Some("800")),
    Setting("vad_threshold", Check::Number(0.0, 1.0), Null::No, Some("0.38")),
    Setting("enable_redaction", Check::Flag, Null::No, Some("false")),
    Setting("enable_watermarking", Check::Flag, Null::No, None),
    Setting("enable_assistant_backchannel", Check::Flag, Null::No, Some("false")),
    Setting("assistant_backchannel_aggressiveness", Check::Number(0.0, 1.0), Null::No, Some("0.1")),
    Setting("mcp_server_ids", Check::Texts, Null::No, Some("[]")),
    Setting("observability_integrations", Check::Texts, Null::No, Some("[]")),
    Setting("slug", Check::Text, Null::Yes, None),
    Setting("external_storage_policy", Check::Text, Null::Yes, None),
    Setting("data_retention_policy", Check::Object, Null::Yes, None),
    Setting("outbound_number_pool", Check::Object, Null::Yes, None),
    Setting("procedure_ids", Check::Texts, Null::No, None),
];

/// Reads the settings of a body.
pub(super) fn read(body: &Map<String, Value>, errors: &mut ParamErrors) -> Map<String, Value> {
    let mut read = Map::new();
    for setting in &SETTINGS {
        let Some(value) = body.get(setting.0) else { continue };
        if value.is_null() {
            match setting.2 {
                Null::Yes => drop(read.insert(setting.0.to_owned(), Value::Null)),
                Null::No => errors.note(setting.0, "Must not be null"),
            }
        } else if let Err(message) = setting.1.fits(value) {
            errors.note(setting.0, message);
        } else {
            read.insert(setting.0.to_owned(), value.clone());
        }
    }
    read
}

/// Notes a setting that is not what it has to be; unknown names pass.
pub fn check_known(name: &str, value: &Value, at: &str, errors: &mut ParamErrors) {
    let setting = SETTINGS.iter().find(|setting| setting.0 == name);
    if let Some(Err(message)) = setting.filter(|_| !value.is_null()).map(|setting| setting.1.fits(value)) {
        errors.note(member(at, name), message);
    }
}

/// The settings as shown: what is stored over the defaults.
pub(super) fn render(stored: &Map<String, Value>) -> Map<String, Value> {
    let shown = SETTINGS.iter().filter_map(|setting| {
        let default = || setting.3.and_then(|text| serde_json::from_str(text).ok());
        Some((setting.0.to_owned(), stored.get(setting.0).cloned().or_else(default)?))
    });
    shown.collect()
}

impl Check {
    fn fits(self, value: &Value) -> Result<(), String> {
        let (fits, wanted) = match self {
            Self::Flag => (value.is_boolean(), "true or false".to_owned()),
            Self::Text => (is_text(value), format!("a string of at most {MOST_TEXT} characters")),
            Self::Words(words) => {
                (value.as_str().is_some_and(|word| words.contains(&word)), words.join(", "))
            }
            Self::Integer(low, high) => {
                let number = value.as_i64();
                (number.is_some_and(|number| (low..=high).contains(&number)), format!("{low} to {high}"))
            }
            Self::Number(low, high) => {
                let number = value.as_f64();
                (number.is_some_and(|number| (low..=high).contains(&number)), format!("{low} to {high}"))
            }
            Self::Phone => (value.as_str().is_some_and(is_e164), "an E.164 number".to_owned()),
            Self::Texts => (is_list(value, is_text), "an array of strings".to_owned()),
            Self::Objects(members) => {
                let holds = |item: &Value| members.iter().all(|name| item.get(name).is_some_and(is_text));
                (is_list(value, holds), format!("an array of objects with {}", members.join(", ")))
            }
            Self::Object => (value.is_object(), "an object".to_owned()),
        };
        if fits { Ok(()) } else { Err(format!("Expected {wanted}")) }
    }
}

fn is_text(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.chars().count() <= MOST_TEXT)
}

fn is_list(value: &Value, fits: impl Fn(&Value) -> bool) -> bool {
    value.as_array().is_some_and(|items| items.len() <= MOST_ITEMS && items.iter().all(fits))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;

    #[test]
    fn defaults_fit_their_own_checks() {
        for setting in &SETTINGS {
            let Some(text) = setting.3 else { continue };
            let default: Value = serde_json::from_str(text).unwrap();
            assert!(default.is_null() == (text == "null"), "{}", setting.0);
            assert!(default.is_null() || setting.1.fits(&default).is_ok(), "{}", setting.0);
        }
    }

    #[test]
    fn every_setting_refuses_what_it_is_not() {
        for setting in &SETTINGS {
            let wrong = match setting.1 {
                Check::Flag => json!("true"),
                Check::Text | Check::Words(_) | Check::Phone => json!(1),
                Check::Integer(..) => json!(1.5),
                Check::Number(..) => json!("1"),
                Check::Texts | Check::Objects(_) => json!([1]),
                Check::Object => json!([]),
            };
            let mut errors = ParamErrors::default();
            let body = Map::from_iter([(setting.0.to_owned(), wrong)]);
            assert!(read(&body, &mut errors).is_empty());
            assert_eq!(errors.paths(), [setting.0]);
        }
    }

    #[test]
    fn nulls_clear_where_they_may() {
        let body = json!({"background_noise": null, "push_to_talk": null});
        let mut errors = ParamErrors::default();
        let read_patch = read(body.as_object().unwrap(), &mut errors);
        assert_eq!(
            (Value::Object(read_patch), errors.paths()),
            (json!({"background_noise": null}), vec!["push_to_talk"])
        );
    }
}
