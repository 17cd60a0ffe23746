//! Query strings: unknown names are ignored, every wrong value is noted.

use serde_json::Value;

use super::read::word_of_truth;
use super::refusal::Refusal;
use super::style::{Item, Problem};

/// The parameters of a query.
#[derive(Debug, Default)]
pub struct Query {
    pairs: Vec<(String, String)>,
    items: Vec<Item>,
}

impl Query {
    /// Over decoded pairs.
    pub fn new(pairs: Vec<(String, String)>) -> Self {
        Self { pairs, items: Vec::new() }
    }

    /// The last value of a name.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.pairs.iter().rev().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    /// Whether a name is there.
    pub fn has(&self, name: &str) -> bool {
        self.text(name).is_some()
    }

    /// Notes a problem.
    pub fn note(&mut self, name: &str, problem: Problem) {
        let input = self.text(name).map_or(Value::Null, Value::from);
        self.items.push(Item::new(vec!["query".into(), name.into()], problem, &input));
    }

    /// An integer in a range.
    pub fn integer(&mut self, name: &str, least: i64, most: i64) -> Option<i64> {
        let found: Result<i64, _> = self.text(name)?.trim().parse();
        match found {
            Err(_) => self.note(name, Problem::NotIntegerText),
            Ok(found) if found < least => self.note(name, Problem::TooSmall(least)),
            Ok(found) if found > most => self.note(name, Problem::TooLarge(most)),
            Ok(found) => return Some(found),
        }
        None
    }

    /// A switch.
    pub fn boolean(&mut self, name: &str) -> Option<bool> {
        let found = word_of_truth(self.text(name)?);
        if found.is_none() {
            self.note(name, Problem::NotBool);
        }
        found
    }

    /// One of some words.
    pub fn word(&mut self, name: &str, words: &'static [&'static str]) -> Option<&'static str> {
        let text = self.text(name)?;
        let found = words.iter().copied().find(|word| *word == text);
        if found.is_none() {
            self.note(name, Problem::NotOneOf(words));
        }
        found
    }

    /// Nothing when no problem was noted.
    pub fn finish(self) -> Result<(), Refusal> {
        if self.items.is_empty() { Ok(()) } else { Err(Refusal::Unprocessable(self.items)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(pairs: &[(&str, &str)]) -> Query {
        Query::new(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    #[test]
    fn switches_take_python_and_browser_words() {
        for (text, found) in
            [("True", true), ("on", true), ("1", true), ("NO", false), ("off", false), ("0", false)]
        {
            assert_eq!(query(&[("a", text)]).boolean("a"), Some(found), "{text}");
        }
        let mut wrong = query(&[("a", "maybe"), ("n", "x"), ("m", "0"), ("z", "1")]);
        assert_eq!(
            (wrong.boolean("a"), wrong.integer("n", 1, 9), wrong.integer("m", 1, 9)),
            (None, None, None)
        );
        assert!(matches!(wrong.finish(), Err(Refusal::Unprocessable(items)) if items.len() == 3));
    }
}
