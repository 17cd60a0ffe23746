//! What a document defines: one tool, or lists of tools and agents.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::{Lines, Place, Source};
use crate::error::CliError;

/// Where a definition comes from.
#[derive(Debug, Clone)]
pub(crate) struct Origin {
    file: PathBuf,
    place: Place,
    lines: Arc<Lines>,
}

impl Origin {
    /// `tools/book.yaml:12` for a JSON path into the definition.
    pub(crate) fn show(&self, path: &str) -> String {
        let line = self.lines.find(&self.place, path);
        line.map_or_else(|| self.file.display().to_string(), |line| format!("{}:{line}", self.file.display()))
    }

    /// The file as it was named.
    pub(crate) fn file(&self) -> String {
        self.file.display().to_string()
    }

    /// First line of a JSON path, when it is known.
    pub(crate) fn line(&self, path: &str) -> Option<usize> {
        self.lines.find(&self.place, path)
    }

    fn failure(&self, path: &str, message: impl Into<String>) -> CliError {
        CliError::File { file: self.file.clone(), line: self.line(path), message: message.into() }
    }
}

/// A tool in a file.
#[derive(Debug, Clone)]
pub(crate) struct ToolEntry {
    /// Its name.
    pub(crate) name: String,
    /// The draft as written.
    pub(crate) draft: Value,
    /// Where it stands.
    pub(crate) origin: Origin,
}

/// An agent in a file.
#[derive(Debug, Clone)]
pub(crate) struct AgentEntry {
    /// Its name.
    pub(crate) name: String,
    /// The agent as written, without its tools.
    pub(crate) agent: Map<String, Value>,
    /// Its tools; `None` leaves those of the server alone.
    pub(crate) bindings: Option<Vec<Map<String, Value>>>,
    /// Where it stands.
    pub(crate) origin: Origin,
}

/// All that the files define.
#[derive(Debug, Clone, Default)]
pub(crate) struct Definitions {
    /// Tools in order.
    pub(crate) tools: Vec<ToolEntry>,
    /// Agents in order.
    pub(crate) agents: Vec<AgentEntry>,
}

/// Takes the definitions out of the documents; a name may be defined once.
pub(crate) fn gather(sources: Vec<Source>) -> Result<Definitions, CliError> {
    let mut all = Definitions::default();
    for source in sources {
        for document in source.documents {
            let origin =
                Origin { file: source.file.clone(), place: Place::root(), lines: Arc::new(document.lines) };
            all.take(document.value, &origin)?;
        }
    }
    once("tool", all.tools.iter().map(|tool| (tool.name.as_str(), &tool.origin)))?;
    once("agent", all.agents.iter().map(|agent| (agent.name.as_str(), &agent.origin)))?;
    Ok(all)
}

impl Definitions {
    fn take(&mut self, document: Value, origin: &Origin) -> Result<(), CliError> {
        let Value::Object(mut members) = document else {
            return Err(origin.failure("$", "a document is a tool, or an object with `tools` or `agents`"));
        };
        let is_collection = members.contains_key("tools") || members.contains_key("agents");
        if !is_collection || members.contains_key("kind") {
            self.tools.push(tool(Value::Object(members), origin.clone())?);
            return Ok(());
        }
        for (origin, value) in items(&mut members, "tools", origin)? {
            self.tools.push(tool(value, origin)?);
        }
        for (origin, value) in items(&mut members, "agents", origin)? {
            self.agents.push(agent(value, origin)?);
        }
        match members.keys().next() {
            Some(other) => Err(origin.failure(
                &format!("$.{other}"),
                format!("{other:?} means nothing beside `tools` and `agents`"),
            )),
            None => Ok(()),
        }
    }
}

fn items(
    members: &mut Map<String, Value>,
    key: &str,
    origin: &Origin,
) -> Result<Vec<(Origin, Value)>, CliError> {
    match members.remove(key) {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Array(values)) => {
            let list = origin.place.member(key);
            let at = |position| Origin { place: list.item(position), ..origin.clone() };
            Ok(values.into_iter().enumerate().map(|(position, value)| (at(position), value)).collect())
        }
        Some(_) => Err(origin.failure(&format!("$.{key}"), format!("`{key}` must be a list"))),
    }
}

fn tool(draft: Value, origin: Origin) -> Result<ToolEntry, CliError> {
    let name = named(&draft, "tool", &origin)?;
    Ok(ToolEntry { name, draft, origin })
}

fn agent(value: Value, origin: Origin) -> Result<AgentEntry, CliError> {
    let name = named(&value, "agent", &origin)?;
    let mut agent = match value {
        Value::Object(members) => members,
        _ => Map::new(),
    };
    let bindings = match agent.remove("tools") {
        None => None,
        Some(Value::Array(bindings)) => Some(
            bindings
                .into_iter()
                .enumerate()
                .map(|(position, binding)| as_binding(binding, &origin, &format!("$.tools[{position}]")))
                .collect::<Result<_, _>>()?,
        ),
        Some(_) => return Err(origin.failure("$.tools", "`tools` of an agent must be a list")),
    };
    Ok(AgentEntry { name, agent, bindings, origin })
}

/// `book` is short for `{tool: book}`.
fn as_binding(value: Value, origin: &Origin, path: &str) -> Result<Map<String, Value>, CliError> {
    let binding = match value {
        Value::String(name) => Map::from_iter([("tool".to_owned(), Value::String(name))]),
        Value::Object(binding) if binding.get("tool").is_some_and(Value::is_string) => binding,
        _ => return Err(origin.failure(path, "a tool of an agent is a name, or {tool: NAME, config: {…}}")),
    };
    match binding.keys().find(|key| !matches!(key.as_str(), "tool" | "config" | "enabled")) {
        Some(other) => {
            Err(origin.failure(&format!("{path}.{other}"), format!("{other:?} is no field of a binding")))
        }
        None => Ok(binding),
    }
}

fn named(value: &Value, what: &str, origin: &Origin) -> Result<String, CliError> {
    match value["name"].as_str() {
        Some(name) if !name.is_empty() => Ok(name.to_owned()),
        _ => Err(origin.failure("$.name", format!("the {what} has no name"))),
    }
}

fn once<'a>(what: &str, names: impl Iterator<Item = (&'a str, &'a Origin)>) -> Result<(), CliError> {
    let mut seen: HashMap<&str, &Origin> = HashMap::new();
    for (name, origin) in names {
        if let Some(first) = seen.insert(name, origin) {
            let message = format!("the {what} {name:?} is defined twice; first in {}", first.show("$.name"));
            return Err(origin.failure("$.name", message));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;
    use crate::yaml;

    fn definitions(text: &str) -> Result<Definitions, CliError> {
        gather(vec![Source { file: PathBuf::from("t.yaml"), documents: yaml::read(text).unwrap() }])
    }

    #[test]
    fn a_document_is_a_tool_or_lists() {
        let text = "name: a\nkind: context\n---\ntools:\n  - name: b\n    kind: context\nagents:\n  - name: desk\n    tools: [a, {tool: b, config: {x: 1}}]\n";
        let all = definitions(text).unwrap();
        let names: Vec<_> = all.tools.iter().map(|tool| tool.name.as_str()).collect();
        assert_eq!(names, ["a", "b"]);
        assert_eq!(all.tools[1].origin.show("$.kind"), "t.yaml:6");
        let bindings = all.agents[0].bindings.clone().unwrap();
        assert_eq!(json!(bindings), json!([{"tool": "a"}, {"tool": "b", "config": {"x": 1}}]));
    }

    #[test]
    fn mistakes_are_told_with_their_line() {
        let cases = [
            ("- 1\n", "t.yaml:1: a document is"),
            ("name: a\n---\nname: a\n", "t.yaml:3: the tool \"a\" is defined twice; first in t.yaml:1"),
            ("kind: context\n", "t.yaml:1: the tool has no name"),
            ("tools: 1\n", "t.yaml:1: `tools` must be a list"),
            ("tools: []\nagent: []\n", "t.yaml:2: \"agent\" means nothing"),
            (
                "agents:\n  - name: x\n    tools:\n      - {tool: a, confg: 1}\n",
                "t.yaml:4: \"confg\" is no field",
            ),
        ];
        for (text, start) in cases {
            let error = definitions(text).unwrap_err().to_string();
            assert!(error.starts_with(start), "{error}");
        }
    }
}
