//! Text templates: bodies that are no JSON, spoken lines, context lines.

use std::borrow::Cow;

use crate::fill::{FillError, FillRules, Filled, Filling};
use crate::lookup::{Lookup, text_form};
use crate::path::Path;
use crate::scan::{ParseError, Part, Syntax, scan};

/// A text with placeholders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    source: String,
    parts: Vec<Part>,
}

impl Text {
    /// Parses `text`; a malformed placeholder is an error with its place.
    pub fn parse(text: &str, syntax: Syntax) -> Result<Self, ParseError> {
        Ok(Self { source: text.to_owned(), parts: scan(text, syntax)? })
    }

    /// A text without variables, whatever it looks like.
    pub fn literal_of(text: &str) -> Self {
        let parts = if text.is_empty() { Vec::new() } else { vec![Part::Literal(text.to_owned())] };
        Self { source: text.to_owned(), parts }
    }

    /// The text as it was written.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// All variables, in order, repeated ones too.
    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        self.parts.iter().filter_map(|part| match part {
            Part::Variable(path) => Some(path),
            Part::Literal(_) => None,
        })
    }

    /// No variable in it.
    pub fn is_literal(&self) -> bool {
        self.paths().next().is_none()
    }

    /// The variable, when the whole text is exactly one placeholder.
    pub fn as_single(&self) -> Option<&Path> {
        match self.parts.as_slice() {
            [Part::Variable(path)] => Some(path),
            _ => None,
        }
    }

    /// Fills the text: strings as they are, other values as compact JSON, unset ones as nothing.
    pub fn fill(&self, lookup: &dyn Lookup, rules: &FillRules) -> Result<Filled<String>, FillError> {
        let mut filling = Filling::new(lookup, rules.max_bytes);
        let text = self.fill_into(&mut filling, |text| text.into())?;
        Ok(filling.finish(text))
    }

    /// As [`Text::fill`], with every value percent-encoded (all but `A-Z a-z 0-9 - . _ ~`): for text bodies of type
    /// `application/x-www-form-urlencoded`.
    pub fn fill_encoded(&self, lookup: &dyn Lookup, rules: &FillRules) -> Result<Filled<String>, FillError> {
        let mut filling = Filling::new(lookup, rules.max_bytes);
        let text = self.fill_into(&mut filling, |text| crate::url::percent_encode(text).into())?;
        Ok(filling.finish(text))
    }

    /// What stands between the variables, escapes resolved.
    pub fn literals(&self) -> impl Iterator<Item = &str> {
        self.parts
            .iter()
            .filter_map(|part| if let Part::Literal(text) = part { Some(text.as_str()) } else { None })
    }

    /// The text of a template without variables, escapes resolved.
    pub(crate) fn literal(&self) -> String {
        self.literals().collect()
    }

    pub(crate) fn fill_into(
        &self,
        filling: &mut Filling<'_>,
        escape: impl Fn(&str) -> Cow<'_, str>,
    ) -> Result<String, FillError> {
        let mut out = String::new();
        for part in &self.parts {
            match part {
                Part::Literal(literal) => push(&mut out, literal, filling)?,
                Part::Variable(path) => {
                    if let Some(value) = filling.value(path) {
                        push(&mut out, &escape(&text_form(&value)), filling)?;
                    }
                }
            }
        }
        Ok(out)
    }
}

fn push(out: &mut String, text: &str, filling: &mut Filling<'_>) -> Result<(), FillError> {
    filling.spend(text.len())?;
    out.push_str(text);
    Ok(())
}
