//! Fields that are one text, number or truth.

use hookswitch_model::draft::FunctionDraft;
use hookswitch_model::name::function_text;
use hookswitch_model::time::Millis;
use serde_json::Value;

use super::Lowering;
use crate::wire::name::{function_name, reserved_word};
use crate::wire::number::budget_ms;
use crate::wire::problem::{Item, RESERVED_NAME};
use crate::wire::rule::DEFAULT_TIMEOUT_MS;

const MOST_NAME: usize = 128;
const MOST_DESCRIPTION: usize = 5000;
const MOST_LABEL: usize = 128;
const MOST_SPEECH: usize = 1000;

impl Lowering<'_> {
    pub(super) fn plain(&mut self) {
        self.name();
        if let Some(value) = self.changed("description").filter(|value| !value.is_null())
            && let Some(text) = self.text("description", value, MOST_DESCRIPTION)
        {
            self.draft.description = text;
        }
        self.label();
        self.speech();
        self.timeout();
        match self.changed("public") {
            Some(Value::Bool(public)) => self.written.public = *public,
            Some(Value::Null) => self.written.public = false,
            Some(_) => self.refuse("public", "public must be true or false."),
            None => {}
        }
    }

    fn name(&mut self) {
        let Some(value) = self.changed("name").filter(|value| !value.is_null()) else { return };
        let Some(text) = value.as_str() else {
            return self.refuse("name", "name must be a string.");
        };
        let name = text.trim();
        if name.is_empty() || name == self.draft.name {
            return;
        }
        if name.chars().count() > MOST_NAME || name.chars().any(char::is_control) {
            let message = format!("name must have 1 to {MOST_NAME} characters and no control characters.");
            return self.refuse("name", message);
        }
        if let Some(word) = reserved_word(name) {
            let message = format!("Invalid tool name {name:?}: {word:?} is a reserved word.");
            self.items.push(Item::at(RESERVED_NAME, "name", message));
            return;
        }
        self.rename(name);
    }

    /// The name, and the function's where it follows from the name.
    fn rename(&mut self, name: &str) {
        let function = self.draft.function.take().unwrap_or_default();
        let follows = function.name.as_ref().is_none_or(|own| *own == function_name(&self.draft.name));
        let own = if follows {
            let ours = function_name(name);
            (ours != function_text(name)).then_some(ours)
        } else {
            function.name.clone()
        };
        let function = FunctionDraft { name: own, ..function };
        self.draft.function = (function != FunctionDraft::default()).then_some(function);
        name.clone_into(&mut self.draft.name);
    }

    fn label(&mut self) {
        match self.changed("label") {
            Some(Value::Null) => self.draft.display_name = None,
            Some(value) => {
                if let Some(text) = self.text("label", value, MOST_LABEL) {
                    self.draft.display_name = Some(text);
                }
            }
            None => {}
        }
    }

    fn speech(&mut self) {
        let Some(value) = self.changed("speech") else { return };
        if value.is_null() {
            self.draft.speech.line = None;
        } else if let Some(text) = self.text("speech", value, MOST_SPEECH) {
            self.draft.speech.line = Some(text).filter(|text| !text.is_empty());
        }
        self.note_spelling("speech", Some(value));
    }

    fn timeout(&mut self) {
        let Some(value) = self.changed("timeout") else { return };
        let budget = if value.is_null() { Some(DEFAULT_TIMEOUT_MS) } else { budget_ms(value) };
        match budget {
            Some(milliseconds) => self.draft.timeout_ms = Some(Millis(milliseconds)),
            None => self.refuse("timeout", "timeout must be a number of milliseconds above 0."),
        }
        self.note_spelling("timeout", Some(value));
    }
}
