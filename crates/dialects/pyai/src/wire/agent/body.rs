//! The body of a create or an update of an agent.

use hookswitch_model::agent::AgentDraft;
use hookswitch_model::name::AgentName;
use serde_json::{Map, Value, json};

use super::{EXTRAS, fields, view};
use crate::wire::given::{self, Given};
use crate::wire::trouble::{self, Trouble};

/// Most members of the metadata, longest key, longest value.
const METADATA: (usize, usize, usize) = (16, 64, 512);
/// Longest greeting, in characters; what another dialect stored may be longer.
const MOST_GREETING: usize = 1000;
/// Longest name, in characters.
const MOST_NAME: usize = 200;

/// A body, read.
#[derive(Debug)]
pub struct AgentBody {
    name: Given<AgentName>,
    prompt: Given<String>,
    greeting: Given<String>,
    metadata: Given<Map<String, Value>>,
    others: Vec<(&'static str, Given<Value>)>,
}

impl AgentBody {
    /// Reads a body; unknown members are ignored. `is_public` judges URLs.
    pub fn parse(
        members: &Map<String, Value>,
        is_public: impl Fn(&str) -> Result<(), String>,
    ) -> Result<Self, Trouble> {
        let name = given::text(members, "name", MOST_NAME)?.try_map(|name| {
            AgentName::parse(name)
                .map_err(|_| Trouble::field("name", "must not be blank or hold control characters"))
        })?;
        let metadata = given::any(members, "metadata").try_map(|value| match value {
            Value::Object(metadata) => Ok(metadata),
            _ => Err(Trouble::field("metadata", "must be an object")),
        })?;
        let mut others = Vec::new();
        for name in fields::NAMES {
            let value = given::any(members, name);
            if let Given::Is(value) = &value {
                fields::check(name, value, &is_public)?;
            }
            if value != Given::Absent {
                others.push((name, value));
            }
        }
        Ok(Self {
            name,
            prompt: given::text(members, "persona_system_prompt", 32_000)?,
            greeting: given::text(members, "greeting", 32_000)?,
            metadata,
            others,
        })
    }

    /// The name that the agent is to have, when it is another than it has.
    pub fn new_name(&self, stored: Option<&AgentDraft>) -> Result<Option<&AgentName>, Trouble> {
        match &self.name {
            Given::Is(name) => {
                let is_same = stored.is_some_and(|stored| view::name_of(stored) == name.as_str());
                Ok((!is_same).then_some(name))
            }
            Given::Absent if stored.is_some() => Ok(None),
            Given::Null | Given::Absent => Err(Trouble::field("name", "is required")),
        }
    }

    /// The agent that the body makes of the stored one, or of a new one of that name. `kept_as` is the name that the
    /// house knows it by, where the wanted one is taken: names are no keys in this dialect.
    pub fn merge(
        &self,
        stored: Option<&AgentDraft>,
        new_name: Option<&AgentName>,
        kept_as: Option<AgentName>,
    ) -> Result<AgentDraft, Trouble> {
        let mut draft = match (stored, new_name) {
            (Some(stored), _) => stored.clone(),
            (None, Some(name)) => AgentDraft::new(name.clone()),
            (None, None) => return Err(Trouble::field("name", "is required")),
        };
        let mut own = view::own_members(&draft);
        if let Some(name) = new_name {
            own.shift_remove("name");
            match kept_as {
                None => draft.name = name.clone(),
                Some(kept_as) => {
                    own.insert("name".to_owned(), json!({"shown": name, "kept_as": kept_as}));
                    draft.name = kept_as;
                }
            }
        }
        set(&mut draft.prompt, &self.prompt);
        if let Given::Is(greeting) = &self.greeting
            && greeting.chars().nth(MOST_GREETING).is_some()
            && draft.greeting.as_ref() != Some(greeting)
        {
            let rule = format!("must have at most {MOST_GREETING} characters");
            return Err(Trouble::field("greeting", &rule));
        }
        set(&mut draft.greeting, &self.greeting);
        match &self.metadata {
            Given::Absent => {}
            Given::Null => draft.metadata.clear(),
            Given::Is(metadata) if *metadata == draft.metadata => {}
            Given::Is(metadata) => {
                check_metadata(metadata)?;
                draft.metadata.clone_from(metadata);
            }
        }
        for (name, value) in &self.others {
            match value {
                Given::Is(value) if fields::default_of(name).as_ref() != Some(value) => {
                    own.insert((*name).to_owned(), value.clone());
                }
                _ => drop(own.shift_remove(*name)),
            }
        }
        check_consent(&own)?;
        if own.is_empty() {
            draft.extras.shift_remove(EXTRAS);
        } else {
            draft.extras.insert(EXTRAS.to_owned(), Value::Object(own));
        }
        Ok(draft)
    }
}

fn set(field: &mut Option<String>, given: &Given<String>) {
    match given {
        Given::Absent => {}
        Given::Null => *field = None,
        Given::Is(text) => *field = Some(text.clone()),
    }
}

fn check_metadata(metadata: &Map<String, Value>) -> Result<(), Trouble> {
    let (most, longest_key, longest_value) = METADATA;
    let length = |value: &Value| match value {
        Value::String(text) => text.chars().count(),
        other => other.to_string().chars().count(),
    };
    let fits = metadata.len() <= most
        && metadata
            .iter()
            .all(|(key, value)| key.chars().count() <= longest_key && length(value) <= longest_value);
    if fits {
        return Ok(());
    }
    let rule =
        format!("must have at most {most} keys of {longest_key} characters, values of {longest_value}");
    Err(Trouble::field("metadata", &rule))
}

/// Nobody is recorded without being told.
fn check_consent(own: &Map<String, Value>) -> Result<(), Trouble> {
    let is_recorded = own.get("recordings_enabled") == Some(&Value::Bool(true));
    let line = own.get("consent_line").and_then(Value::as_str).unwrap_or_default();
    if is_recorded && line.trim().is_empty() {
        let detail = "recordings_enabled needs a consent_line";
        return Err(Trouble::about(trouble::CONSENT_LINE_REQUIRED, "consent_line", detail));
    }
    Ok(())
}
