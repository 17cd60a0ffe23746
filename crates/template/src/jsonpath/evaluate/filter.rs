//! Filters: tests, comparisons, functions.

use std::borrow::Cow;

use serde_json::Value;

use super::super::{Comparable, FilterQuery, Logical, Origin, Pattern, TextTest, compile_pattern};
use super::{Outcome, Run};

/// Steps to compile a pattern that comes from the answer, and for every byte of it.
const PATTERN_STEPS: usize = 1_000;
const PATTERN_BYTE_STEPS: usize = 100;
/// Bytes of text that are one step.
pub(super) const TEXT_STEP: usize = 32;

impl<'v> Run<'v> {
    pub(super) fn holds(&mut self, filter: &Logical, current: &'v Value) -> Outcome<bool> {
        self.spend(1)?;
        Ok(match filter {
            Logical::Or(terms) => {
                for term in terms {
                    if self.holds(term, current)? {
                        return Ok(true);
                    }
                }
                false
            }
            Logical::And(terms) => {
                for term in terms {
                    if !self.holds(term, current)? {
                        return Ok(false);
                    }
                }
                true
            }
            Logical::Not(term) => !self.holds(term, current)?,
            Logical::Exists(query) => !self.nodes(query, current)?.is_empty(),
            Logical::Compare(left, operator, right) => {
                let left = self.value(left, current)?;
                let right = self.value(right, current)?;
                self.compare(left.as_deref(), *operator, right.as_deref())?
            }
            Logical::Matches(test) => self.matches(test, current)?,
        })
    }

    fn nodes(&mut self, query: &FilterQuery, current: &'v Value) -> Outcome<Vec<&'v Value>> {
        let start = match query.origin {
            Origin::Root => self.root,
            Origin::Current => current,
        };
        self.query(&query.query, start)
    }

    /// The value, or nothing where the RFC says Nothing.
    fn value<'c>(&mut self, comparable: &'c Comparable, current: &'v Value) -> Outcome<Option<Cow<'c, Value>>>
    where
        'v: 'c,
    {
        Ok(match comparable {
            Comparable::Literal(literal) => Some(Cow::Borrowed(literal)),
            Comparable::Query(query) => self.nodes(query, current)?.first().map(|node| Cow::Borrowed(*node)),
            Comparable::Length(of) => {
                let length = match self.value(of, current)?.as_deref() {
                    Some(Value::String(text)) => {
                        self.spend(text.len() / TEXT_STEP)?;
                        Some(text.chars().count())
                    }
                    Some(Value::Array(items)) => Some(items.len()),
                    Some(Value::Object(members)) => Some(members.len()),
                    _ => None,
                };
                length.map(|length| Cow::Owned(length.into()))
            }
            Comparable::Count(query) => Some(Cow::Owned(self.nodes(query, current)?.len().into())),
            Comparable::Value(query) => match self.nodes(query, current)?.as_slice() {
                [node] => Some(Cow::Borrowed(*node)),
                _ => None,
            },
        })
    }

    fn matches(&mut self, test: &TextTest, current: &'v Value) -> Outcome<bool> {
        let text = self.value(&test.text, current)?;
        let Some(text) = text.as_deref().and_then(Value::as_str) else { return Ok(false) };
        self.spend(1 + text.len() / TEXT_STEP)?;
        let compiled;
        let pattern = match &test.pattern {
            Pattern::Fixed(pattern) => pattern.as_ref(),
            Pattern::Found(found) => {
                let source = self.value(found, current)?;
                let Some(source) = source.as_deref().and_then(Value::as_str) else { return Ok(false) };
                self.spend(PATTERN_STEPS + source.len() * PATTERN_BYTE_STEPS)?;
                compiled = compile_pattern(source, test.whole);
                compiled.as_ref()
            }
        };
        Ok(pattern.is_some_and(|pattern| pattern.is_match(text)))
    }
}
