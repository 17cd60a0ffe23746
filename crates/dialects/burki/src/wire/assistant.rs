//! Assistants: agents with this dialect's settings (burki: 2.8).

use hookswitch_model::agent::{Agent, AgentDraft};
use hookswitch_model::name::AgentName;
use hookswitch_registry::SessionTally;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::assistant_settings::{self, merge};
use super::moment::in_seconds;
use super::read::{Members, Reader};
use super::redact::{hide_all, redacted_members, restore};
use super::refusal::Refusal;
use super::style::{Item, Problem};

const NAME: &str = "burki";
/// Members that are ours to set, and those that have a place of their own.
const NO_SETTINGS: [&str; 12] = [
    "id",
    "organization_id",
    "user_id",
    "name",
    "description",
    "is_active",
    "phone_numbers",
    "created_at",
    "updated_at",
    "total_calls",
    "avg_call_duration",
    "success_rate",
];

/// What only this dialect's form knows of an agent.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct Extras {
    /// The name as it was given: here names may repeat, in the store they don't.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// The name in the store that stands for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    stored_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    settings: Map<String, Value>,
}

impl Extras {
    fn of(draft: &AgentDraft) -> Self {
        let stored = draft.extras.get(NAME).cloned();
        stored.and_then(|value| serde_json::from_value(value).ok()).unwrap_or_default()
    }
}

/// How a body is laid over what is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// A new assistant.
    Create,
    /// Nested objects are merged.
    Patch,
    /// A given nested object replaces the stored one.
    Put,
}

/// An assistant as it is to be stored.
#[derive(Debug)]
pub struct Written {
    /// Its draft. Its name may be taken: then [`Written::rename`] gives it another one.
    pub draft: AgentDraft,
    /// Its phone numbers, when they were given.
    pub phone_numbers: Option<Vec<String>>,
}

impl Written {
    /// Reads a body over what is stored.
    pub fn read(body: &Value, stored: Option<&AgentDraft>, manner: Manner) -> Result<Self, Refusal> {
        let Some(map) = body.as_object() else {
            return Err(Refusal::item(Item::new(vec!["body".into()], Problem::NotObject, body)));
        };
        let members = Members::new(map, vec!["body".into()]);
        let mut reader = Reader::default();
        if manner == Manner::Create {
            reader.required(&members, "name");
        }
        let name = reader.text(&members, "name", 1, 200);
        let description = reader.text(&members, "description", 0, 8192);
        let is_active = reader.boolean(&members, "is_active");
        let phone_numbers = phone_numbers(&mut reader, &members);
        assistant_settings::check(&mut reader, &members);
        reader.finish()?;
        let mut extras = stored.map(Extras::of).unwrap_or_default();
        let mut draft = match stored {
            Some(stored) => stored.clone(),
            None => AgentDraft::new(storable(name.as_deref().unwrap_or_default(), 1)?),
        };
        if let Some(name) = name.filter(|name| stored.is_none_or(|stored| *name != name_of(stored))) {
            draft.name = storable(&name, 1)?;
            extras.stored_name = Some(draft.name.as_str().to_owned());
            extras.name = Some(name);
        }
        extras.description = description.or(extras.description);
        draft.disabled = is_active.map_or(draft.disabled, |is_active| !is_active);
        let mut given: Map<String, Value> = (map.iter())
            .filter(|(name, value)| !NO_SETTINGS.contains(&name.as_str()) && !value.is_null())
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        let shown = Value::Object(settings_of(&draft, &extras));
        for (name, value) in &mut given {
            restore(value, shown.get(name), name)?;
        }
        let mut settings = settings_of(&draft, &extras);
        for (name, value) in given {
            match settings.get_mut(&name) {
                Some(stored) if manner == Manner::Patch => merge(stored, value),
                _ => drop(settings.insert(name, value)),
            }
        }
        assistant_settings::complete(&mut settings);
        take_words(&mut draft, &mut settings);
        extras.settings = redact(&settings);
        let extras = serde_json::to_value(&extras).unwrap_or_default();
        draft.extras.insert(NAME.to_owned(), extras);
        Ok(Self { draft, phone_numbers })
    }

    /// Another name in the store for the same name here.
    pub fn rename(&mut self, attempt: usize) -> Result<(), Refusal> {
        let mut extras = Extras::of(&self.draft);
        let name = extras.name.clone().unwrap_or_else(|| self.draft.name.as_str().to_owned());
        self.draft.name = storable(&name, attempt)?;
        extras.name = Some(name);
        extras.stored_name = Some(self.draft.name.as_str().to_owned());
        self.draft.extras.insert(NAME.to_owned(), serde_json::to_value(&extras).unwrap_or_default());
        Ok(())
    }
}

/// The n-th name in the store for a name.
fn storable(name: &str, attempt: usize) -> Result<AgentName, Refusal> {
    let plain: String = name.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let plain = if plain.trim().is_empty() { "assistant" } else { plain.trim() };
    let suffix = if attempt > 1 { format!(" #{attempt}") } else { String::new() };
    let cut: String = plain.chars().take(200 - suffix.len()).collect();
    AgentName::parse(format!("{cut}{suffix}")).map_err(|error| Refusal::bad(error.to_string()))
}

fn phone_numbers(reader: &mut Reader, members: &Members<'_>) -> Option<Vec<String>> {
    let value = members.get("phone_numbers")?;
    let Some(list) = value.as_array() else {
        reader.note(members.place("phone_numbers"), Problem::NotList, value);
        return None;
    };
    let mut numbers: Vec<String> = Vec::new();
    for (index, item) in list.iter().enumerate() {
        let mut at = members.place("phone_numbers");
        at.push(index.into());
        match item.as_str() {
            None => reader.note(at, Problem::NotText, item),
            Some(text) if !is_e164(text) => {
                reader.note(
                    at,
                    Problem::Other("a phone number in E.164 form, such as +15550100".to_owned()),
                    item,
                );
            }
            Some(text) if numbers.iter().any(|number| number == text) => {}
            Some(text) => numbers.push(text.to_owned()),
        }
    }
    Some(numbers)
}

fn is_e164(text: &str) -> bool {
    text.strip_prefix('+').is_some_and(|digits| {
        (2..=15).contains(&digits.len())
            && digits.bytes().all(|byte| byte.is_ascii_digit())
            && !digits.starts_with('0')
    })
}

/// Settings as they may be kept: nothing here uses their secrets, so they are not kept at all.
fn redact(settings: &Map<String, Value>) -> Map<String, Value> {
    let mut kept = redacted_members(settings);
    for name in ["webhook_headers", "api_keys"] {
        if let Some(value) = kept.get_mut(name) {
            *value = hide_all(value);
        }
    }
    kept
}

/// The words that the agent has a place for.
fn take_words(draft: &mut AgentDraft, settings: &mut Map<String, Value>) {
    let Some(words) = settings.get_mut("llm_settings").and_then(Value::as_object_mut) else { return };
    let mut take = |name: &str| match words.get(name) {
        Some(Value::String(text)) => {
            let text = text.clone();
            words.shift_remove(name);
            Some(text)
        }
        _ => None,
    };
    draft.prompt = take("system_prompt");
    draft.greeting = take("welcome_message");
}

/// All settings, with the words that live elsewhere.
fn settings_of(draft: &AgentDraft, extras: &Extras) -> Map<String, Value> {
    let mut settings = extras.settings.clone();
    for (name, text) in [("system_prompt", &draft.prompt), ("welcome_message", &draft.greeting)] {
        let Some(text) = text else { continue };
        let words = settings.entry("llm_settings").or_insert_with(|| json!({}));
        if let Some(words) = words.as_object_mut() {
            words.insert(name.to_owned(), json!(text));
        }
    }
    settings
}

fn name_of(draft: &AgentDraft) -> String {
    let extras = Extras::of(draft);
    match (extras.name, extras.stored_name) {
        (Some(name), Some(stored)) if stored == draft.name.as_str() => name,
        _ => draft.name.as_str().to_owned(),
    }
}

/// The name of an assistant as it is shown.
pub fn shown_name(agent: &Agent) -> String {
    name_of(&agent.draft)
}

/// An assistant as it is shown.
pub fn show(
    agent: &Agent,
    organization: i64,
    phone_numbers: &[String],
    tally: Option<SessionTally>,
) -> Value {
    let extras = Extras::of(&agent.draft);
    let mut shown = json!({
        "id": agent.number,
        "organization_id": organization,
        "user_id": organization,
        "name": name_of(&agent.draft),
        "description": extras.description,
        "is_active": !agent.draft.disabled,
        "phone_numbers": phone_numbers,
    });
    if let Some(members) = shown.as_object_mut() {
        members.extend(settings_of(&agent.draft, &extras));
        members.insert("created_at".to_owned(), json!(in_seconds(agent.created_at)));
        members.insert("updated_at".to_owned(), json!(in_seconds(agent.updated_at)));
        if let Some(tally) = tally {
            let share = |part: f64, whole: u64| if whole == 0 { 0.0 } else { part / whole as f64 };
            let seconds = share(tally.total_us as f64 / 1_000_000.0, tally.ended);
            let rate = share(1000.0 * tally.ended_in_order as f64, tally.ended).round() / 10.0;
            members.insert("total_calls".to_owned(), json!(tally.sessions));
            members.insert("avg_call_duration".to_owned(), json!((seconds * 1000.0).round() / 1000.0));
            members.insert("success_rate".to_owned(), json!(rate));
        }
    }
    shown
}
