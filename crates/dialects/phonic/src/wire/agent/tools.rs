//! The tools of an agent, by name: those of the project are bound, built-ins keep their places among them.

use std::collections::HashMap;
use std::hash::BuildHasher;

use hookswitch_model::ToolId;
use serde_json::{Map, Value, json};

use super::settings::MOST_TOOLS;
use crate::wire::param_errors::{ParamErrors, item};
use crate::wire::tool::kind::BUILT_IN_NAMES;

/// The member of our extras that keeps the built-ins with their places.
const BUILT_INS: &str = "built_ins";

/// The tools that an agent is to have.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Those to bind, in order.
    pub bound: Vec<ToolId>,
    /// Built-ins and their places in the whole list.
    pub built_ins: Vec<(String, usize)>,
}

/// Reads the list of names.
pub(super) fn read(list: &[Value], errors: &mut ParamErrors) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    if list.len() > MOST_TOOLS {
        errors.note("tools", format!("At most {MOST_TOOLS} tools"));
    }
    for (index, value) in list.iter().enumerate().take(MOST_TOOLS) {
        match value.as_str() {
            None => errors.note(item("tools", index), "Expected the name of a tool"),
            Some(name) if names.iter().any(|other| other == name) => {
                errors.note(item("tools", index), "This tool is there twice");
            }
            Some(name) => names.push(name.to_owned()),
        }
    }
    names
}

/// Tells the tools of the project, by their names, from built-ins. A tool with a built-in's name replaces it. The errors
/// are at `at[i]`.
pub fn place<S: BuildHasher>(
    names: &[String],
    known: &HashMap<String, ToolId, S>,
    at: &str,
) -> (Wanted, ParamErrors) {
    let (mut wanted, mut errors) = (Wanted::default(), ParamErrors::default());
    for (index, name) in names.iter().enumerate() {
        let built_in = BUILT_IN_NAMES.iter().find(|(other, _)| other == name);
        match (known.get(name), built_in) {
            (Some(id), _) => wanted.bound.push(*id),
            (None, Some((_, Some(_)))) => wanted.built_ins.push((name.clone(), index)),
            (None, Some((_, None))) => errors.note(item(at, index), "This server has no search tool"),
            (None, None) => errors.note(item(at, index), "There is no such tool in the project"),
        }
    }
    (wanted, errors)
}

impl Wanted {
    /// Keeps the built-ins among our extras.
    pub fn write(&self, extras: &mut Map<String, Value>) {
        if self.built_ins.is_empty() {
            extras.shift_remove(BUILT_INS);
            return;
        }
        let list: Value = self.built_ins.iter().map(|(name, at)| json!({"name": name, "at": at})).collect();
        extras.insert(BUILT_INS.to_owned(), list);
    }
}

/// The names as shown: bound tools with the built-ins at their places.
pub(super) fn render(bound: &[String], extras: &Map<String, Value>) -> Vec<String> {
    let mut names = bound.to_vec();
    for entry in extras.get(BUILT_INS).and_then(Value::as_array).into_iter().flatten() {
        let name = entry.get("name").and_then(Value::as_str).unwrap_or_default();
        let at = entry.get("at").and_then(Value::as_u64).unwrap_or(u64::MAX);
        let at = usize::try_from(at).unwrap_or(usize::MAX).min(names.len());
        // A tool of that name was bound meanwhile: it replaces the built-in.
        if !names.iter().any(|other| other == name) {
            names.insert(at, name.to_owned());
        }
    }
    names
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn built_ins_keep_their_places() {
        let names: Vec<String> =
            ["keypad_input", "a", "natural_conversation_ending", "b"].map(str::to_owned).into();
        let known =
            HashMap::from([("a", 1), ("b", 2)].map(|(name, _)| (name.to_owned(), ToolId::generate())));
        let (wanted, errors) = place(&names, &known, "tools");
        assert!(errors.is_empty());
        assert_eq!(wanted.bound, [known["a"], known["b"]]);
        let mut extras = Map::new();
        wanted.write(&mut extras);
        assert_eq!(render(&["a".to_owned(), "b".to_owned()], &extras), names);
        assert_eq!(render(&["b".to_owned()], &extras), ["keypad_input", "b", "natural_conversation_ending"]);
        Wanted::default().write(&mut extras);
        assert!(extras.is_empty());
    }

    #[test]
    fn unknown_repeated_and_absent_tools_are_noted() {
        let mut errors = ParamErrors::default();
        let list = json!(["a", "a", 1, "nobody", "web_search", "keypad_input"]);
        let names = read(list.as_array().unwrap(), &mut errors);
        assert_eq!(errors.paths(), ["tools[1]", "tools[2]"]);
        let known = HashMap::from([
            ("a".to_owned(), ToolId::generate()),
            ("keypad_input".to_owned(), ToolId::generate()),
        ]);
        let (wanted, errors) = place(&names, &known, "tools");
        assert_eq!(errors.paths(), ["tools[1]", "tools[2]"]);
        assert_eq!(
            (wanted.bound.len(), wanted.built_ins.len()),
            (2, 0),
            "a project's tool replaces a built-in"
        );
    }
}
