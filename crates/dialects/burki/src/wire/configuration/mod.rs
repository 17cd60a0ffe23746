//! `configuration`: what a tool does, by its type (burki: 2.2). Everything that means something lives in the draft; how
//! it was spelled rides along.

mod endpoint;
mod keys;
mod lambda;
mod literals;
mod python;
mod skeleton;

use std::collections::HashMap;

use hookswitch_model::SealId;
use hookswitch_model::draft::{Kind, ToolDraft};
use secrecy::SecretString;
use serde_json::{Map, Value};

use super::extras::{Extras, Origin};
use super::read::Reader;
use super::refusal::Refusal;
use super::style::{Problem, Step};

pub use endpoint::header_text;
pub use keys::canonical;
pub use lambda::is_region;
pub use literals::{in_clear as with_literals, without as without_literals};

/// Largest configuration, in bytes of JSON.
const MOST_BYTES: usize = 512 * 1024;

/// Sealed values in clear.
pub type Opened = HashMap<SealId, SecretString>;

/// What a known key shows.
#[derive(Debug, Clone, PartialEq)]
struct Shown {
    key: &'static str,
    /// Its value, redacted; none where the draft has nothing that it could say.
    value: Option<Value>,
    /// Whether it is shown when nobody wrote it.
    always: bool,
}

/// Known keys that were given, in canonical spelling, with the spelling that was used.
#[derive(Debug, Default)]
struct Given<'g> {
    values: HashMap<&'static str, (&'g str, &'g Value)>,
}

impl<'g> Given<'g> {
    fn get(&self, key: &str) -> Option<&'g Value> {
        self.values.get(key).map(|(_, value)| *value)
    }

    /// The place of a key as it was spelled.
    fn place(&self, key: &'static str) -> Vec<Step> {
        let spelled = self.values.get(key).map_or(key, |(spelled, _)| spelled);
        vec!["body".into(), "configuration".into(), spelled.into()]
    }
}

/// What becomes of a key.
enum Change<'g> {
    Same,
    Unset,
    Set(&'g Value),
}

/// How a configuration is read.
#[derive(Debug, Clone, Copy)]
pub struct Rules<'o> {
    /// The family of the path: it decides what must be given.
    pub family: Origin,
    /// The family that the tool was made through.
    pub origin: Origin,
    /// Whether the tool is made just now.
    pub is_new: bool,
    /// The stored draft's sealed values.
    pub opened: &'o Opened,
}

/// Everything that setting a key needs.
struct Applying<'a> {
    draft: &'a mut ToolDraft,
    given: &'a Given<'a>,
    /// What was shown before, in canonical spelling.
    before: Map<String, Value>,
    stored: Option<ToolDraft>,
    rules: Rules<'a>,
    reader: Reader,
}

impl<'a> Applying<'a> {
    fn change(&self, key: &str) -> Change<'a> {
        match (self.given.get(key), self.before.get(key)) {
            (Some(value), Some(shown)) if value == shown => Change::Same,
            (Some(value), _) => Change::Set(value),
            (None, Some(_)) => Change::Unset,
            (None, None) => Change::Same,
        }
    }

    fn note(&mut self, key: &'static str, problem: Problem, value: &Value) {
        self.reader.note(self.given.place(key), problem, value);
    }
}

/// Puts a configuration into a draft, which has its kind. What is as it was shown stays as it is stored.
pub fn apply(
    draft: &mut ToolDraft,
    extras: &mut Extras,
    written: &Map<String, Value>,
    rules: Rules<'_>,
) -> Result<(), Refusal> {
    if serde_json::to_string(written).map_or(0, |text| text.len()) > MOST_BYTES {
        let mut reader = Reader::default();
        let problem = Problem::Other(format!("configuration has more than {MOST_BYTES} bytes"));
        reader.note(vec!["body".into(), "configuration".into()], problem, &Value::Null);
        reader.finish()?;
    }
    let kind = draft.kind;
    let stored = (!rules.is_new).then(|| draft.clone());
    let before = match &stored {
        Some(stored) => unified(kind, &show(stored, extras, rules.opened)),
        None => Map::new(),
    };
    let given = given_of(kind, written);
    let inner_timeout = read_timeout(&given, &before)?;
    let mut applying = Applying { draft, given: &given, before, stored, rules, reader: Reader::default() };
    match kind {
        Kind::Webhook => endpoint::apply(&mut applying)?,
        Kind::Python => python::apply(&mut applying)?,
        _ => lambda::apply(&mut applying)?,
    }
    applying.reader.finish()?;
    super::timeouts::set(draft, extras, super::timeouts::Given::Same, inner_timeout);
    // Twice: what one key shows may depend on how another one is spelled now.
    for _ in 0..2 {
        extras.configuration = skeleton::build(draft, extras, written, rules.opened)?;
    }
    Ok(())
}

/// The configuration as it is shown.
pub fn show(draft: &ToolDraft, extras: &Extras, opened: &Opened) -> Map<String, Value> {
    skeleton::dress(draft.kind, &extras.configuration, &rendered(draft, extras, opened))
}

/// Written keys as they may be shown.
pub fn redacted_keys(kind: Kind, written: &Map<String, Value>) -> Map<String, Value> {
    skeleton::safe_keys(kind, written)
}

/// All known keys of a draft's kind.
fn rendered(draft: &ToolDraft, extras: &Extras, opened: &Opened) -> Vec<Shown> {
    let mut shown = match draft.kind {
        Kind::Webhook => endpoint::show(draft, extras, opened),
        Kind::Python => python::show(draft),
        Kind::Lambda => lambda::show(draft, extras.origin),
        _ => Vec::new(),
    };
    shown.push(Shown {
        key: "timeout_seconds",
        value: super::timeouts::inner(draft, extras),
        always: extras.inner_timeout.is_some(),
    });
    shown
}

/// A configuration in canonical spelling, known keys only.
fn unified(kind: Kind, written: &Map<String, Value>) -> Map<String, Value> {
    let given = given_of(kind, written);
    given.values.into_iter().map(|(key, (_, value))| (key.to_owned(), value.clone())).collect()
}

/// Known keys that are given; of two spellings the canonical one.
fn given_of(kind: Kind, written: &Map<String, Value>) -> Given<'_> {
    let mut given = Given::default();
    for (spelled, value) in written.iter().filter(|(_, value)| !value.is_null()) {
        let Some(key) = canonical(kind, spelled) else { continue };
        if spelled == key || !given.values.contains_key(key) {
            given.values.insert(key, (spelled, value));
        }
    }
    given
}

fn read_timeout(
    given: &Given<'_>,
    before: &Map<String, Value>,
) -> Result<super::timeouts::Given<Value>, Refusal> {
    use super::timeouts::Given as Time;
    let key = "timeout_seconds";
    let Some(value) = given.get(key) else {
        return Ok(if before.contains_key(key) { Time::Absent } else { Time::Same });
    };
    if before.get(key) == Some(value) {
        return Ok(Time::Same);
    }
    let mut reader = Reader::default();
    match value.as_f64() {
        None => reader.note(given.place(key), Problem::NotNumber, value),
        Some(seconds) if seconds <= 0.0 => reader.note(given.place(key), Problem::NotAbove(0), value),
        Some(seconds) if seconds > 300.0 => reader.note(given.place(key), Problem::TooLarge(300), value),
        Some(_) => {}
    }
    reader.finish()?;
    Ok(Time::Value(value.clone()))
}

fn missing(tool: &str, field: &str) -> Refusal {
    Refusal::bad(format!("Missing required field for {tool} tool: {field}"))
}
