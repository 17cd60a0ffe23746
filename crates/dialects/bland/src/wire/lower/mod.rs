//! From fields to a draft: only what a body changes, so that a tool of another dialect keeps its own request form, name
//! rule, signature, effect and extras (bland: 2.2, 2.4).

pub(super) mod answer;
mod headers;
pub(super) mod input;
mod plain;
pub(super) mod request;

use hookswitch_model::Dialect;
use hookswitch_model::draft::ToolDraft;
use serde_json::Value;

use super::fields::Fields;
use super::problem::{INVALID_PARAMETER, Item, MISSING_PARAMETER, Problem};
use super::rule;
use super::secret_ids::{self, SecretNames};
use super::shown::canonical;
use super::written::Written;

/// What a body is laid over.
#[derive(Debug, Clone)]
pub struct Before {
    /// The draft as stored.
    pub draft: ToolDraft,
    /// Its fields as they are shown to the caller.
    pub shown: Fields,
    /// The dialect it was made in.
    pub dialect: Dialect,
}

/// What lowering must be told beside the fields.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// Names of the secrets that the fields name by id.
    pub secrets: SecretNames,
    /// Whether the URL may be plain http: the operator's list names its host.
    pub admits_plain_http: bool,
}

/// One lowering on its way.
struct Lowering<'a> {
    given: &'a Fields,
    shown: Fields,
    dialect: Dialect,
    facts: &'a Facts,
    draft: ToolDraft,
    written: Written,
    items: Vec<Item>,
}

/// The draft of a new tool.
pub fn created(given: &Fields, facts: &Facts) -> Result<ToolDraft, Problem> {
    let before = Before { draft: rule::blank_tool(), shown: Fields::default(), dialect: Dialect::Bland };
    lower(given, before, facts, true)
}

/// The draft of a tool with some fields changed.
pub fn changed(given: &Fields, before: Before, facts: &Facts) -> Result<ToolDraft, Problem> {
    lower(given, before, facts, false)
}

fn lower(given: &Fields, before: Before, facts: &Facts, is_new: bool) -> Result<ToolDraft, Problem> {
    let mut lowering = Lowering {
        given,
        written: Written::of(&before.draft),
        shown: before.shown,
        dialect: before.dialect,
        facts,
        draft: before.draft,
        items: Vec::new(),
    };
    lowering.written.secrets.extend(facts.secrets.clone());
    lowering.check_required(is_new);
    lowering.check_secrets();
    lowering.plain();
    lowering.request();
    lowering.headers();
    lowering.input();
    lowering.answer();
    lowering.forget_unused_secrets();
    let Lowering { mut draft, written, items, .. } = lowering;
    if let Some(problem) = Problem::of(items) {
        return Err(problem);
    }
    written.put_into(&mut draft);
    Ok(draft)
}

impl<'a> Lowering<'a> {
    /// A field that is given, and otherwise than it is shown.
    fn changed(&self, name: &str) -> Option<&'a Value> {
        let given: &'a Fields = self.given;
        given.changed(&self.shown, name)
    }

    fn refuse(&mut self, field: impl Into<String>, message: impl Into<String>) {
        self.items.push(Item::at(INVALID_PARAMETER, field, message));
    }

    /// A text of a field; an error when it is something else.
    fn text(&mut self, field: &'static str, value: &Value, most: usize) -> Option<String> {
        let Some(text) = value.as_str() else {
            self.refuse(field, format!("{field} must be a string."));
            return None;
        };
        if text.chars().count() > most {
            self.refuse(field, format!("{field} must have at most {most} characters."));
            return None;
        }
        Some(text.to_owned())
    }

    fn check_required(&mut self, is_new: bool) {
        for field in ["name", "description", "url"] {
            let is_missing = match self.given.get(field) {
                None => is_new,
                Some(value) => value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty()),
            };
            // An empty text that is stored may be written back.
            if is_missing && (is_new || self.changed(field).is_some()) {
                let message = format!("Missing required parameter: {field}.");
                self.items.push(Item::at(MISSING_PARAMETER, field, message));
            }
        }
    }

    /// Secrets only where they are sent from.
    fn check_secrets(&mut self) {
        for field in ["name", "description", "label", "speech", "input_schema", "response", "response_data"] {
            if self.changed(field).is_some_and(secret_ids::names_secret) {
                let message = format!("{field}: a secret can be used in url, headers, body and query only.");
                self.refuse(field, message);
            }
        }
    }

    /// Keeps the spelling of a field where the draft alone would show another.
    fn note_spelling(&mut self, field: &'static str, value: Option<&Value>) {
        // As texts: the order of members is part of a spelling.
        let alone = canonical(&self.draft, field).map(|alone| alone.to_string());
        let same = |value: &Value| alone.as_deref() == Some(value.to_string().as_str());
        match value {
            Some(value) if !value.is_null() && !same(value) => {
                self.written.fields.insert(field.to_owned(), value.clone());
            }
            _ => drop(self.written.fields.shift_remove(field)),
        }
    }

    fn forget_unused_secrets(&mut self) {
        let mut spelt = Fields::default();
        for field in ["url", "body", "query"] {
            spelt.set_some(field, self.written.fields.get(field).cloned());
        }
        spelt.set("headers", Value::Object(self.written.header_texts.clone()));
        let used = secret_ids::named(&spelt);
        self.written.secrets.retain(|id, _| used.contains(id));
    }
}
