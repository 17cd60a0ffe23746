//! What is wrong with a body, by JSON path: the `param_errors` of an error (contract: 1.1).

use serde_json::{Map, Value};

/// More of them help nobody; later ones are dropped.
const MOST: usize = 100;

/// JSON path → message. All of a body's problems at once; of two at one place the first stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ParamErrors(Map<String, Value>);

impl ParamErrors {
    /// One problem.
    pub fn one(at: impl Into<String>, message: impl Into<String>) -> Self {
        let mut errors = Self::default();
        errors.note(at, message);
        errors
    }

    /// Notes a problem.
    pub fn note(&mut self, at: impl Into<String>, message: impl Into<String>) {
        if self.0.len() < MOST {
            self.0.entry(at).or_insert_with(|| Value::from(message.into()));
        }
    }

    /// Adds those of another list.
    pub fn merge(&mut self, other: Self) {
        for (at, message) in other.0 {
            if self.0.len() < MOST {
                self.0.entry(at).or_insert(message);
            }
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether something is noted at a place.
    pub fn has(&self, at: &str) -> bool {
        self.0.contains_key(at)
    }

    /// As an object.
    pub fn into_map(self) -> Map<String, Value> {
        self.0
    }

    /// The paths, in the order in which they were noted.
    pub fn paths(&self) -> Vec<&str> {
        self.0.keys().map(String::as_str).collect()
    }
}

/// The path of a member: `at.name`, or `at["na-me"]` where the name is no identifier.
pub fn member(at: &str, name: &str) -> String {
    let mut characters = name.chars();
    let is_identifier = characters.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && characters.all(|c| c.is_ascii_alphanumeric() || c == '_');
    match (at.is_empty(), is_identifier) {
        (true, true) => name.to_owned(),
        (false, true) => format!("{at}.{name}"),
        (_, false) => format!("{at}[{}]", Value::from(name)),
    }
}

/// The path of an item of a list: `at[3]`.
pub fn item(at: &str, index: usize) -> String {
    format!("{at}[{index}]")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_json_paths() {
        assert_eq!(member("endpoint_headers", "X-Api-Key"), r#"endpoint_headers["X-Api-Key"]"#);
        assert_eq!(member("endpoint_headers", "Cookie"), "endpoint_headers.Cookie");
        assert_eq!(member("a", "1b"), r#"a["1b"]"#);
        assert_eq!(member("", "name"), "name");
        assert_eq!(member("a", "q\"x"), r#"a["q\"x"]"#);
        assert_eq!(item("tools", 0), "tools[0]");
    }

    #[test]
    fn the_first_problem_of_a_place_stays_and_the_list_is_bounded() {
        let mut errors = ParamErrors::one("a", "first");
        errors.note("a", "second");
        for number in 0..1000 {
            errors.note(number.to_string(), "x");
        }
        let map = errors.into_map();
        assert_eq!((map.len(), &map["a"]), (MOST, &Value::from("first")));
    }
}
